"""The plan of an experiment, and reports of a part of its runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from clime_core.simulation.condition import ACTIVE, BASE
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.plan import plan
from clime_core.simulation.report.publication import publish
from clime_core.simulation.workers import run_experiment


def test_done_and_open_runs_are_counted_and_timed(experiment: Experiment, tmp_path: Path) -> None:
    """By setting and recipe; the open ones take as long as those done, and half of it with two workers."""
    small = replace(experiment, conditions=(BASE, ACTIVE), controls=(), keyword_counts=(), seeds=(0, 1, 2))
    before = plan(small, tmp_path / "runs")
    assert before.counts() == {("en-es-demo DEMO", "quick"): (6, 0)}
    assert before.seconds(2) is None
    run_experiment(replace(small, seeds=(0,)), tmp_path, backend="sequential")
    after = plan(small, tmp_path / "runs")
    assert after.counts() == {("en-es-demo DEMO", "quick"): (6, 2)}
    base, active = after.records
    mean = (base.seconds + active.seconds) / 2
    first = base.points[0].seconds
    assert after.seconds(1) == pytest.approx(2 * (2 * mean + first))
    assert after.seconds(2) == pytest.approx(2 * mean + first)
    assert after.seconds(9) == after.seconds(2)


@pytest.mark.parametrize("done", [0, 1, 2, 5, 9])
def test_any_part_of_the_runs_makes_a_report(experiment: Experiment, tmp_path: Path, done: int) -> None:
    """It says that it is partial, and by how much."""
    out = tmp_path / "out"
    one = replace(experiment, seeds=(0,))
    whole = run_experiment(one, tmp_path, backend="sequential")
    part = replace(whole, records=whole.records[:done], stopped=True)
    assert part.open == whole.planned - done
    out.mkdir()
    publish(one, part, out)
    text = (out / "report.md").read_text(encoding="utf-8")
    assert f"**Partial: {done} of {whole.planned} runs are done.**" in text
    assert f"| en-es-demo DEMO | quick | {done} |" in text
