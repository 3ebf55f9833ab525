"""The best split in hindsight."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clime_core.simulation.condition import Effort, split_condition
from clime_core.simulation.report.comparison import Arm, Comparison
from clime_core.simulation.report.measures import BY_POLICY, OVER_TIME
from clime_core.simulation.report.oracle import BY_RUN, BY_SETTING, best_split, with_oracles
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import RunRecord
from clime_core.simulation.score import Score
from clime_core.simulation.work import Point

SPLITS = tuple(map(split_condition, (0.0, 0.5, 1.0)))


def made(split: int, setting: str, seed: int, aucs: tuple[float, ...], matched: float = 0.5) -> RunRecord:
    """A run with these AUCs after each session."""
    key = RunKey(setting, "cca", "quick", SPLITS[split], "none", Effort(minutes=5, sessions=len(aucs)), seed)
    points = tuple(
        Point(n, 1.0 * n, 0, 0, 0, 0, 0, 0, Score(0.5, matched, 0.5, 0.5, auc, 50), 0.0)
        for n, auc in enumerate((0.5, *aucs))
    )
    return RunRecord(key, points, (), 0.0)


def test_one_split_a_setting_or_a_run() -> None:
    """By hand: words are best on average in x though documents win a seed; documents are in y."""
    runs = [
        made(0, "x", 0, (0.9,)), made(0, "x", 1, (0.8,)), made(1, "x", 0, (0.7,)), made(1, "x", 1, (0.7,)),
        made(2, "x", 0, (0.6,)), made(2, "x", 1, (0.95,)),
        made(0, "y", 0, (0.6,)), made(1, "y", 0, (0.7,)), made(2, "y", 0, (0.8,)),
    ]  # fmt: skip
    found = with_oracles(Comparison(tuple(runs)), SPLITS, "AUC")
    assert found.values(Arm(BY_SETTING), "AUC", "x CCA") == pytest.approx([90, 80])
    assert found.values(Arm(BY_RUN), "AUC", "x CCA") == pytest.approx([90, 95])
    assert found.values(Arm(BY_SETTING), "AUC", "y CCA") == pytest.approx([80])
    assert best_split(found, SPLITS, "AUC", "x CCA") == SPLITS[0]
    assert best_split(found, SPLITS, "AUC", "y CCA") == SPLITS[2]


def test_it_chooses_by_the_measure_it_is_shown_with() -> None:
    """Words are best in the end, documents on the way, half and half in matched accuracy."""
    runs = [made(0, "x", 0, (0.5, 0.9)), made(1, "x", 0, (0.6, 0.6), matched=0.8), made(2, "x", 0, (0.9, 0.8))]
    compared = Comparison(tuple(runs))
    best = [best_split(compared, SPLITS, measure, "x CCA") for measure in ("AUC", OVER_TIME, "matched accuracy")]
    assert best == [SPLITS[0], SPLITS[2], SPLITS[1]]


def test_seeds_that_a_split_lacks_do_not_count() -> None:
    """Nor a setting without any that all have; without splits there is no oracle."""
    runs = [made(0, "x", 0, (0.6,)), made(0, "x", 1, (0.99,)), made(1, "x", 0, (0.7,)), made(2, "x", 0, (0.5,))]
    found = with_oracles(Comparison((*runs, made(0, "y", 0, (0.6,)))), SPLITS, "AUC")
    assert best_split(found, SPLITS, "AUC", "x CCA") == SPLITS[1]
    assert found.values(Arm(BY_RUN), "AUC", "x CCA") == pytest.approx([70])
    assert found.values(Arm(BY_SETTING), "AUC", "y CCA") == []
    assert best_split(found, SPLITS, "AUC", "y CCA") is None
    assert with_oracles(Comparison(tuple(runs)), (), "AUC").records == tuple(runs)


aucs = st.tuples(st.floats(0, 1), st.floats(0, 1))
tables = st.lists(st.lists(st.tuples(aucs, aucs, aucs), min_size=1, max_size=4), min_size=1, max_size=3)


@settings(deadline=None)
@given(tables)
def test_no_fixed_split_is_better_by_the_oracles_own_measure(
    table: list[list[tuple[tuple[float, float], ...]]],
) -> None:
    """In no setting, and so not on average; and the best of each run is no worse than the best of each setting."""
    runs = [
        made(split, f"setting {place}", seed, pair, matched=pair[0])
        for place, seeds in enumerate(table)
        for seed, of_splits in enumerate(seeds)
        for split, pair in enumerate(of_splits)
    ]
    for measure in BY_POLICY:
        found = with_oracles(Comparison(tuple(runs)), SPLITS, measure)
        means = {
            arm: [np.mean(found.values(arm, measure, setting)) for setting in found.settings] for arm in found.arms
        }
        oracle, of_runs = means[Arm(BY_SETTING)], means[Arm(BY_RUN)]
        for split in SPLITS:
            assert np.all(np.array(oracle) >= np.array(means[Arm(split)]) - 1e-9)
        assert np.all(np.array(of_runs) >= np.array(oracle) - 1e-9)


def test_the_runs_stay_what_they_were() -> None:
    """Only the name of those taken is another."""
    run = made(0, "x", 0, (0.6,))
    found = with_oracles(Comparison((run,)), SPLITS[:1], "AUC")
    assert found.records[0] == run
    assert {replace(record, key=run.key) for record in found.records} == {run}
