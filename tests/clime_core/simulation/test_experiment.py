"""Experiments: the grid, their files, and what happens when they are interrupted or fail."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clime_core.errors import CampaignError, DataError, TrainingError
from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation import workers as module
from clime_core.simulation.backends import working
from clime_core.simulation.campaign import Simulation, Start, simulate
from clime_core.simulation.condition import ACTIVE, BASE, CLIME, Effort
from clime_core.simulation.data_folder import Setting
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.plan import plan
from clime_core.simulation.run_record import RunRecord, read_record, write_record
from clime_core.simulation.workers import run_experiment


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that are computed, by condition and control."""
    made: list[str] = []

    def counting(*args: object) -> Simulation:
        made.append(f"{args[1]} {args[2].name}")  # type: ignore[attr-defined]
        return simulate(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "simulate", counting)
    return made


def timeless(record: RunRecord) -> RunRecord:
    """Without the seconds of computing."""
    points = tuple(replace(point, seconds=0.0) for point in record.points)
    return replace(record, points=points, seconds=0.0)


def test_the_grid_has_every_run_once(experiment: Experiment) -> None:
    """Base first; controls where they make a difference; keyword counts for clime alone."""
    keys = experiment.keys(experiment.settings[0], 0)
    assert keys[0].condition == BASE
    assert len(set(keys)) == len(keys) == 1 + 3 + 2 + 3 + 1
    assert [key.budget.count for key in keys if key.budget != experiment.budget] == [3]
    assert not [key for key in keys if key.control == "prior-matched"]


def test_an_interrupted_experiment_goes_on_where_it_was(
    experiment: Experiment, tmp_path: Path, calls: list[str]
) -> None:
    """Only deleted runs are done again, and come out as they were."""
    first = run_experiment(experiment, tmp_path, backend="sequential")
    assert (len(calls), len(first.records), first.found, first.failures) == (20, 20, 0, ())
    calls.clear()
    gone = [
        path for path in sorted((tmp_path / "runs").iterdir()) if "random-marks" in path.read_text(encoding="utf-8")
    ]
    for path in gone:
        path.unlink()
    second = run_experiment(experiment, tmp_path, backend="sequential")
    assert sorted(calls) == ["a+c random-marks"] * 2 + ["clime random-marks"] * 2
    assert second.found == 16
    assert list(map(timeless, first.records)) == list(map(timeless, second.records))


def test_a_changed_setting_is_another_run(experiment: Experiment, tmp_path: Path) -> None:
    """Recipe, annotator, shares and code are part of the name of its file; more seeds or controls are not."""

    def names(of: Experiment) -> set[Path]:
        return {path for group in plan(of, tmp_path).groups for _, path in group.runs}

    before = names(experiment)
    habits = replace(experiment.habits, error_rate=0.1)
    other = replace(experiment.recipes["quick"], neighbors=4)
    changes = ({"habits": habits}, {"recipes": {"quick": other}}, {"shares": None})
    for change in changes:
        assert not before & names(replace(experiment, **change)), change
    assert before < names(replace(experiment, seeds=(0, 1, 2)))
    assert before < names(replace(experiment, controls=(*experiment.controls, "norms-only")))


def test_workers_give_the_same_as_one(experiment: Experiment, tmp_path: Path) -> None:
    """Two processes, and two threads."""
    small = replace(experiment, conditions=(CLIME,), controls=(), keyword_counts=())
    alone = run_experiment(small, tmp_path / "one", backend="sequential")
    for backend in ("loky", "threading"):
        shared = run_experiment(small, tmp_path / backend, jobs=2, backend=backend)
        assert list(map(timeless, alone.records)) == list(map(timeless, shared.records))


def test_a_failed_run_is_reported_and_the_others_go_on(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves no file, so that the next call tries it again."""

    def failing(*args: object) -> Simulation:
        if args[1] == ACTIVE:
            raise ValueError("no luck")
        return simulate(*args)  # type: ignore[arg-type]

    one = replace(experiment, seeds=(0,))
    monkeypatch.setattr(module, "simulate", failing)
    broken = run_experiment(one, tmp_path, backend="sequential")
    assert [str(failure.key) for failure in broken.failures] == [
        "en-es-demo DEMO, quick, active, 6 minutes in 2 sessions, seed 0",
        "en-es-demo DEMO, quick, active no-human, 6 minutes in 2 sessions, seed 0",
    ]
    assert {failure.error for failure in broken.failures} == {"ValueError: no luck"}
    assert len(broken.records) == 8
    monkeypatch.setattr(module, "simulate", simulate)
    assert len(run_experiment(one, tmp_path, backend="sequential").records) == 10


def test_a_first_round_that_fails_fails_its_runs(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is reported by its key; the other recipe's runs are done."""
    good = experiment.recipes["quick"]
    bad = replace(good, neighbors=4)
    first_round = Start.of

    def failing(setting: Setting, settings: RoundSettings, *rest: Any) -> Start:
        if settings == bad:
            raise TrainingError("no")
        return first_round(setting, settings, *rest)

    monkeypatch.setattr(Start, "of", failing)
    both = replace(
        experiment, recipes={"bad": bad, "quick": good}, conditions=(CLIME,), controls=(), seeds=(0,),
        keyword_counts=(),
    )  # fmt: skip
    results = run_experiment(both, tmp_path, backend="sequential")
    assert [(one.key.recipe, one.error) for one in results.failures] == [("bad", "TrainingError: no")] * 2
    assert {record.key.recipe for record in results.records} == {"quick"}


def test_recipes_that_train_alike_train_once(
    experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second recipe that differs in what it shows takes over the first classifier, one of other networks does not."""
    quick = experiment.recipes["quick"]
    started: list[Start] = []
    first_round = Start.of

    def seen(*arguments: Any) -> Start:
        started.append(first_round(*arguments))
        return started[-1]

    monkeypatch.setattr(Start, "of", seen)
    recipes = {"quick": quick, "shown": replace(quick, neighbors=4), "more": replace(quick, runs=quick.runs + 1)}
    small = replace(experiment, recipes=recipes, conditions=(BASE,), controls=(), seeds=(0,), keyword_counts=())
    run_experiment(small, tmp_path, backend="sequential")
    one, shown, more = (start.result.trained for start in started)
    assert shown is one
    assert more is not one


def test_shares_must_fit_the_categories(experiment: Experiment, tmp_path: Path) -> None:
    """Before anything is computed."""
    with pytest.raises(DataError, match="2 categories, but shares of the pool for 3"):
        run_experiment(replace(experiment, shares=(0.5, 0.3, 0.2)), tmp_path)


def test_progress_counts_runs(experiment: Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While they are being done."""
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.001)
    seen: list[tuple[str, int, int]] = []
    one = replace(experiment, seeds=(0,))
    threads = threading.active_count()
    run_experiment(one, tmp_path, backend="sequential", progress=lambda *report: seen.append(report))
    assert {total for what, _, total in seen if what == "runs"} == {10}
    counted = [done for what, done, _ in seen if what == "runs"]
    assert counted == sorted(counted)
    assert threading.active_count() <= threads, "who watched is gone"


def test_a_record_is_read_back_as_it_was(experiment: Experiment, tmp_path: Path) -> None:
    """Types too; something else in its place is named."""
    one = replace(experiment, seeds=(0,), conditions=(CLIME,), controls=(), keyword_counts=())
    for record in run_experiment(one, tmp_path, backend="sequential").records:
        write_record(tmp_path / "copy.json", record)
        assert read_record(tmp_path / "copy.json") == record
    (tmp_path / "copy.json").write_text('{"key": 1}', encoding="utf-8")
    with pytest.raises(DataError, match=r"copy\.json: not the record of a run"):
        read_record(tmp_path / "copy.json")


def test_unknown_backends_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is one whose package is missing, with the command that installs it."""
    with pytest.raises(CampaignError, match=r"backends are loky.*, got 'cluster'"), working("cluster", 2):
        pass
    for name, package in (("dask", r"dask\[distributed\]"), ("ray", "ray")):
        monkeypatch.setitem(
            __import__("sys").modules, {"dask": "dask.distributed", "ray": "ray.util.joblib"}[name], None
        )
        with pytest.raises(CampaignError, match=f"pip install '{package}'"), working(name, 2):
            pass


def test_a_budget_of_counts_is_a_key_too(experiment: Experiment) -> None:
    """The experiment's own budget among the keyword counts is not run twice."""
    same = replace(experiment, budget=Effort(count=3), keyword_counts=(3, 3))
    keys = same.keys(same.settings[0], 0)
    assert len(set(keys)) == len(keys) == 9
