"""Policies compared: the tables say what results.json says, and the verdict what the tables say."""

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from clime_core.scheduling.policies import POLICIES, policy_of
from clime_core.scheduling.policies.adaptive import Thompson
from clime_core.simulation.condition import Effort, policy_conditions
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.cells import interval_cell
from clime_core.simulation.report.comparison import Arm, comparison
from clime_core.simulation.report.oracle import BY_SETTING
from clime_core.simulation.report.policy_report import policy_report, verdict
from clime_core.simulation.report.publication import publish
from clime_core.simulation.report.statistics import bootstrap_interval
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import RunRecord
from clime_core.simulation.score import Score
from clime_core.simulation.work import Point
from clime_core.simulation.workers import run_experiment

NAMES = ("share", "documents", "words", "thompson")


@pytest.fixture(scope="module")
def compared(experiment: Experiment) -> Experiment:
    """Four policies, three splits, both activities useless in turn."""
    return replace(
        experiment, conditions=policy_conditions(NAMES), splits=(0.0, 0.25, 0.5), keyword_counts=(),
        controls=("random-marks", "random-labels"), budget=Effort(minutes=8, sessions=2),
    )  # fmt: skip


@pytest.fixture(scope="module")
def finished(compared: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Everything run."""
    return run_experiment(compared, tmp_path_factory.mktemp("out"), backend="sequential")


@pytest.fixture(scope="module")
def out(compared: Experiment, finished: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all files."""
    folder = tmp_path_factory.mktemp("published")
    publish(compared, finished, folder)
    return folder


@pytest.fixture
def text(out: Path) -> str:
    """The report."""
    return (out / "report.md").read_text(encoding="utf-8")


def table(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by their first cell."""
    part = text.split(f"# {heading}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return {row[0]: row[1:] for row in rows}


def runs_of(folder: Path) -> dict[tuple[str, str], list[Any]]:
    """From results.json alone: the points of every run by policy and control, seeds in order."""
    found = defaultdict(list)
    runs = json.loads((folder / "results.json").read_text(encoding="utf-8"))["runs"]
    for run in sorted(runs, key=lambda run: run["key"]["seed"]):
        found[run["key"]["condition"], run["key"]["control"]].append(run["points"])
    return found


def test_every_policy_is_run_once_with_its_values(finished: Results) -> None:
    """Splits that are policies are not run again; a control where it makes a difference, for splits too."""
    keys = [record.key for record in finished.records if record.key.seed == 0]
    real = [key.condition.name for key in keys if key.control == "none"]
    assert real == ["base", *NAMES, "share-0.25"]
    useless = defaultdict(set)
    for key in keys:
        useless[key.control].add(key.condition.name)
    assert useless["random-marks"] == {"share", "words", "thompson", "share-0.25"}
    assert useless["random-labels"] == {"share", "documents", "thompson", "share-0.25"}
    fields = next(record.as_json() for record in finished.records if record.key.condition.name == "thompson")
    assert policy_of(fields["key"]["policy"]) == Thompson()
    assert RunRecord.from_json(json.loads(json.dumps(fields))).key.condition == policy_conditions(["thompson"])[0]


def test_a_policys_values_are_part_of_the_key(finished: Results) -> None:
    """The same name with another floor is another run."""
    key = finished.records[4].key
    assert key.condition.policy == Thompson()
    changed = replace(key, condition=replace(key.condition, policy=Thompson(floor=0.1)))
    assert key.as_json() != changed.as_json()


def test_the_tables_numbers_are_those_of_the_results(out: Path, text: str) -> None:
    """Worked out from results.json here, the area under the curve and the time too; a seed's mean is over sessions."""
    runs, rows = runs_of(out), table(text, "Policies, the annotator as described")
    for name in NAMES:
        points = runs[name, "none"]
        auc = [100 * run[-1]["score"]["auc"] for run in points]
        over_time = [100 * np.mean([point["score"]["auc"] for point in run[1:]]) for run in points]
        assert rows[name][1] == interval_cell(bootstrap_interval([auc]))
        assert rows[name][2] == interval_cell(bootstrap_interval([over_time]))
        time = sum(run[-1]["document_minutes"] for run in points) / sum(run[-1]["minutes"] for run in points)
        assert rows[name][-1] == f"{time:.0%}"
    assert (rows["documents"][-1], rows["words"][-1]) == ("100%", "0%")


def test_differences_are_paired_with_every_reference(out: Path, text: str) -> None:
    """Share, documents, words, and both oracles, which are worked out here."""
    runs, rows = runs_of(out), table(text, "Differences in AUC, the annotator as described")
    assert rows[""] == ["- share", "- documents", "- words", "- best split by setting", "- best split by run"]
    last = {name: [100 * run[-1]["score"]["auc"] for run in runs[name, "none"]] for name in (*NAMES, "share-0.25")}
    splits = [last[name] for name in ("words", "share-0.25", "share")]
    references = [
        last["share"],
        last["documents"],
        last["words"],
        max(splits, key=np.mean),
        [max(of) for of in zip(*splits, strict=True)],
    ]
    for name in ("thompson", "documents"):
        for cell, reference in zip(rows[name], references, strict=True):
            gains = [a - b for a, b in zip(last[name], reference, strict=True)]
            assert cell == ("–" if reference is last[name] else interval_cell(bootstrap_interval([gains]), signed=True))


def test_useless_activities_have_tables_of_their_own(out: Path, text: str) -> None:
    """A policy that a control leaves alone is there as it is."""
    runs, real = runs_of(out), table(text, "Policies, the annotator as described")
    marks = table(text, "Policies, control random-marks: words are useless")
    labels = table(text, "Policies, control random-labels: documents are useless")
    assert marks["documents"] == real["documents"]
    assert labels["words"] == real["words"]
    auc = [100 * run[-1]["score"]["auc"] for run in runs["share", "random-marks"]]
    assert marks["share"][1] == interval_cell(bootstrap_interval([auc])) != real["share"][1]
    assert list(marks) == list(labels) == list(real)


def made(name: str, seed: int, auc: float, control: str = "none") -> RunRecord:
    """A run of a policy that ended with this AUC."""
    key = RunKey("x", "cca", "quick", policy_conditions([name])[0], control, Effort(minutes=5), seed)
    points = (Point(1, 5.0, 0, 0, 0, 0, 0, 0, Score(0.5, 0.5, 0.5, 0.5, auc, 50), 1.0, 2.5),)
    return RunRecord(key, points, (), 1.0)


def test_the_verdict_is_by_the_interval(compared: Experiment) -> None:
    """Not worse where a loss of half a point is excluded; better where nothing else is possible."""
    experiment = replace(compared, conditions=policy_conditions(list(POLICIES)), budget=Effort(minutes=5))
    aucs = {
        ("share", "none"): 0.80, ("roi", "none"): 0.797, ("thompson", "none"): 0.79,
        ("share", "random-marks"): 0.70, ("roi", "random-marks"): 0.75, ("thompson", "random-marks"): 0.70,
        ("share", "random-labels"): 0.70, ("roi", "random-labels"): 0.65, ("thompson", "random-labels"): 0.701,
    }  # fmt: skip
    runs = [made(name, seed, auc, control) for (name, control), auc in aucs.items() for seed in range(3)]
    runs += [made("words-first", seed, auc) for seed, auc in enumerate((0.79, 0.80, 0.81))]
    lines = verdict(experiment, comparison(experiment, Results(tuple(runs), (), 0), "quick")).splitlines()
    roi, thompson = (next(line for line in lines if line.startswith(f"- `{name}`")) for name in ("roi", "thompson"))
    assert "not worse than share on average: **yes** (-0.3 [-0.3, -0.3]; at most 0.3 points worse)" in roi
    assert "better where words are useless: **yes** (+5.0" in roi
    assert "better where documents are useless: **no** (-5.0" in roi
    assert "not worse than share on average: **no** (-1.0 [-1.0, -1.0]; at most 1.0 points worse)" in thompson
    assert "better where words are useless: **no** (+0.0" in thompson
    assert "better where documents are useless: **yes** (+0.1" in thompson
    unsure = next(line for line in lines if line.startswith("- `words-first`"))
    assert "not worse than share on average: **no** (+0.0 [-1.0, +1.0]; at most 1.0 points worse)" in unsure
    assert not [line for line in lines if line.startswith("- `share`")]


def test_runs_that_are_missing_are_dashes(compared: Experiment) -> None:
    """A report of one policy alone, and of nothing."""
    experiment = replace(compared, budget=Effort(minutes=5))
    text = policy_report(experiment, Results((made("thompson", 0, 0.8),), (), 0))
    assert "not worse than share on average: unknown" in text
    assert table(text, "Policies, the annotator as described")["best split by setting"][0] == "–"
    assert policy_report(experiment, Results((), (), 0))


def test_the_plot_shows_the_curves_and_is_the_same_twice(
    compared: Experiment, finished: Results, out: Path, tmp_path: Path
) -> None:
    """A row of three panels for each annotator, white under all; the line of a policy goes with its means."""
    path = out / "policies-quick.svg"
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own file
    first = next(root.iter("{http://www.w3.org/2000/svg}path"))
    assert "fill: #ffffff" in first.attrib["style"]
    text = path.read_text(encoding="utf-8")
    assert len(re.findall(r'id="axes_\d+"', text)) == 9
    publish(compared, finished, tmp_path)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    curves = text.split('id="axes_2"')[0]
    means = comparison(compared, finished, "quick").under("none")
    found = re.findall(r'<path d="M ([^"]+?)" clip-path="[^"]+" style="fill: none; stroke: #0072b2', curves)
    heights = [-float(line.split()[1]) for line in found[0].replace("L ", "").strip().split("\n")]
    aucs = [means.after(session).mean(Arm(compared.conditions[0]), "AUC") for session in range(3)]
    values = [auc.mean for auc in aucs if auc is not None]
    assert np.corrcoef(heights, values)[0, 1] > 0.999
    assert BY_SETTING.title in re.sub(r"<!-- (.*?) -->", r"\1", text)
