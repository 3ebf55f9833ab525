"""Tables and plots say what results.json says."""

import json
import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from clime_core.simulation.condition import CONDITIONS, PAPER_CONDITIONS, Effort
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.cells import interval_cell
from clime_core.simulation.report.comparison import BASE, PRIOR, Arm, comparison
from clime_core.simulation.report.figures import CONDITION_STYLES
from clime_core.simulation.report.publication import publish
from clime_core.simulation.report.report import report
from clime_core.simulation.report.statistics import bootstrap_interval
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import Failure, RunRecord
from clime_core.simulation.score import Score
from clime_core.simulation.work import Point
from clime_core.simulation.workers import run_experiment

NAMES = {"base": "Base", "active": "Active", "clime": "CLIME", "a+c": "A+C"}


@pytest.fixture(scope="module")
def finished(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Everything run."""
    return run_experiment(experiment, tmp_path_factory.mktemp("out"), backend="sequential")


@pytest.fixture(scope="module")
def out(experiment: Experiment, finished: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all files."""
    folder = tmp_path_factory.mktemp("published")
    publish(experiment, finished, folder)
    return folder


def table(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by their first cell."""
    part = text.split(f"### {heading}\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return {row[0]: row[1:] for row in rows}


def last_scores(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """From results.json alone: the last score of every run with the experiment's budget, by row, seeds in order."""
    found = defaultdict(list)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    for run in sorted(results["runs"], key=lambda run: run["key"]["seed"]):
        if run["key"]["budget"] == results["budget"]:
            control = run["key"]["control"]
            row = NAMES[run["key"]["condition"]] + ("" if control == "none" else f", {control}")
            found[row].append(run["points"][-1]["score"])
    return found


def test_the_tables_numbers_are_those_of_the_results(out: Path) -> None:
    """Means, and paired differences, worked out from results.json here."""
    text, scores = (out / "report.md").read_text(encoding="utf-8"), last_scores(out)
    means, differences = table(text, "Conditions and controls"), table(text, "Differences")
    assert set(means) - {"", "---", "Base, prior-matched"} == set(scores)
    for row, runs in scores.items():
        for place, field in enumerate(("accuracy", "matched", "macro_f1", "auc")):
            values = [100 * run[field] for run in runs]
            assert means[row][place] == interval_cell(bootstrap_interval([values]))
            if row != "Base":
                gains = [100 * (run[field] - base[field]) for run, base in zip(runs, scores["Base"], strict=True)]
                assert differences[f"{row} - Base"][place] == interval_cell(bootstrap_interval([gains]), signed=True)
    matched = [100 * run["matched"] for run in scores["Base"]]
    assert means["Base, prior-matched"][0] == interval_cell(bootstrap_interval([matched]))


def test_every_condition_stands_against_its_controls(out: Path) -> None:
    """In the table of differences, and A+C against either alone."""
    rows = table((out / "report.md").read_text(encoding="utf-8"), "Differences")
    for contrast in (
        "CLIME - CLIME, random-marks", "CLIME - CLIME, no-human", "A+C - A+C, random-marks", "A+C - A+C, no-human",
        "Active - Active, no-human", "A+C - Base, prior-matched", "A+C - Active", "A+C - CLIME",
    ):  # fmt: skip
        assert contrast in rows


def test_keywords_and_sessions_have_tables(out: Path) -> None:
    """One row for each count; for each arm a row a session."""
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "3" in table(text, "CLIME by number of keywords")
    part = text.split("### By session")[1].split("\n#")[0]
    assert [line.split("|")[2].strip() for line in part.splitlines() if line.startswith("| CLIME |")] == ["0", "1", "2"]


def made(condition: str, seed: int, accuracy: float, setting: str = "x") -> RunRecord:
    """A run that ended with this accuracy."""
    key = RunKey(setting, "cca", "quick", CONDITIONS[condition], "none", Effort(count=5), seed)
    point = Point(1, 1.0, 5, 0, 1, 0, 0, 0, Score(accuracy, None, accuracy, None, None, 50), 1.0)
    return RunRecord(key, (point,), (), 1.0)


@pytest.fixture
def by_hand(experiment: Experiment) -> tuple[Experiment, Results]:
    """Three seeds of two conditions, and a seed of one that has no partner."""
    runs = [made("base", 0, 0.70), made("base", 1, 0.72), made("base", 2, 0.74)]
    runs += [made("clime", 0, 0.75), made("clime", 1, 0.79), made("clime", 2, 0.80), made("clime", 3, 0.10)]
    return replace(experiment, budget=Effort(count=5), keyword_counts=()), Results(tuple(runs), (), 0)


def test_differences_are_paired_and_tests_are_not(by_hand: tuple[Experiment, Results]) -> None:
    """A seed without partner has no difference; the t-test takes the mean of the other condition."""
    compared = comparison(*by_hand, "quick")
    gain = compared.difference(Arm(CONDITIONS["clime"]), BASE, "accuracy")
    assert gain is not None
    assert gain.n == 3
    assert gain.mean == pytest.approx((5 + 7 + 6) / 3)
    test = compared.t_test(Arm(CONDITIONS["clime"]), BASE, "accuracy", "x CCA")
    expected = ttest_1samp([75, 79, 80, 10], 72)
    assert test is not None
    assert test.df == 3
    assert test.p == pytest.approx(expected.pvalue)
    assert test.t == pytest.approx(expected.statistic)


def test_what_is_undefined_is_a_dash(by_hand: tuple[Experiment, Results], tmp_path: Path) -> None:
    """No AUC and no shares: a dash in the tables, no row for the prior, and plots all the same."""
    text = report(*by_hand)
    assert table(text, "Conditions and controls")["CLIME"][1] == "–"
    assert table(text, "Conditions and controls")["CLIME"][3] == "–"
    assert comparison(*by_hand, "quick").mean(Arm(CONDITIONS["clime"]), "AUC") is None
    assert all(path.is_file() for path in publish(*by_hand, tmp_path))
    assert PRIOR not in comparison(replace(by_hand[0], shares=None), by_hand[1], "quick").cells


def test_failures_are_in_the_report(by_hand: tuple[Experiment, Results]) -> None:
    """With key and error."""
    experiment, results = by_hand
    failed = Failure(made("active", 1, 0.5).key, "ValueError: no luck")
    assert "- x CCA, quick, active, 5 tasks, seed 1: ValueError: no luck" in report(
        experiment, replace(results, failures=(failed,))
    )


def test_settings_weigh_the_same(experiment: Experiment) -> None:
    """However many seeds they have."""
    runs = [made("base", seed, 0.6, "x") for seed in range(9)] + [made("base", 0, 0.8, "y")]
    compared = comparison(replace(experiment, budget=Effort(count=5)), Results(tuple(runs), (), 0), "quick")
    mean = compared.mean(BASE, "accuracy")
    assert mean is not None
    assert mean.mean == pytest.approx(70)


PLOTS = (
    "conditions-quick", "minutes-quick", "keywords-quick", "sessions-quick-active", "sessions-quick-clime",
    "sessions-quick-a+c",
)  # fmt: skip


@pytest.mark.parametrize("name", PLOTS)
def test_plots_are_solid_svg(out: Path, name: str) -> None:
    """Well-formed, with a white background under everything else."""
    root = ElementTree.parse(out / f"{name}.svg").getroot()  # noqa: S314 - our own file
    first = next(root.iter("{http://www.w3.org/2000/svg}path"))
    assert "fill: #ffffff" in first.attrib["style"]


def test_equal_results_give_equal_files(experiment: Experiment, finished: Results, out: Path, tmp_path: Path) -> None:
    """Byte for byte, plots included."""
    for path in publish(experiment, finished, tmp_path):
        assert path.read_bytes() == (out / path.name).read_bytes(), path.name


def test_plots_show_the_means(out: Path, experiment: Experiment, finished: Results) -> None:
    """The marker between the two caps stands at the mean: heights in the first panel go with the means."""
    compared = comparison(experiment, finished, "quick")
    text = (out / "conditions-quick.svg").read_text(encoding="utf-8").split('id="axes_2"')[0]
    heights, means = [], []
    for name in (condition.name for condition in PAPER_CONDITIONS):
        colour, _ = CONDITION_STYLES[name]
        found = re.findall(rf'<use xlink:href="#\w+" x="[\d.]+" y="([\d.]+)" style="fill: {colour.lower()}', text)
        mean = compared.mean(Arm(CONDITIONS[name]), "accuracy")
        assert len(found) == 3
        assert mean is not None
        heights.append(-sorted(map(float, found))[1])
        means.append(mean.mean)
    assert np.corrcoef(heights, means)[0, 1] > 0.999


def test_every_condition_has_a_look_of_its_own() -> None:
    """By colour and by marker, so that no report ends in an error."""
    assert CONDITION_STYLES.keys() == CONDITIONS.keys()
    for looks in zip(*CONDITION_STYLES.values(), strict=True):
        assert len(set(looks)) == len(CONDITIONS)


def test_recipes_stand_beside_the_first(experiment: Experiment, finished: Results) -> None:
    """A second recipe whose runs are the same differs by nothing from the same arm, and from Base as the first does."""
    both = replace(experiment, recipes={**experiment.recipes, "twin": next(iter(experiment.recipes.values()))})
    twins = [replace(run, key=replace(run.key, recipe="twin")) for run in finished.records]
    results = replace(finished, records=(*finished.records, *twins))
    first = next(iter(experiment.recipes))
    text = report(both, results).split("## Recipes beside")[1]
    rows = {
        line.split("|")[1].strip(): line.split("|")[2:-1] for line in text.splitlines() if line.startswith("| twin")
    }
    assert {cell.strip() for cell in rows[f"twin: CLIME - {first}: CLIME"]} == {"+0.0 [+0.0, +0.0]"}
    alone = table(report(experiment, finished), "Differences")["CLIME - Base"]
    assert [cell.strip() for cell in rows[f"twin: CLIME - {first}: Base"]] == alone
