"""What the time left is enough for."""

import numpy as np

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.cost import PRIORS, CostModel, Observed
from clime_core.scheduling.forecast import forecast

D, W, R = Activity


def costs_of(seen: int = 0, seconds: float = 20.0) -> dict[Activity, object]:
    """Costs after so many tasks of each that took the same time."""
    return {a: CostModel.of([Observed(seconds)] * seen, PRIORS[a]).cost() for a in Activity}


def test_tasks_that_take_the_same_are_counted_exactly() -> None:
    """Much experience of twenty seconds a task: ten minutes are thirty tasks, give or take one or two."""
    found = forecast([W, D] * 50, costs_of(2_000), 600.0)  # type: ignore[arg-type]  # costs
    assert abs(found.tasks[D].median - 15) <= 1
    assert abs(found.tasks[W].median - 15) <= 1
    assert found.tasks[W].high - found.tasks[W].low <= 3


def test_little_known_costs_widen_the_range() -> None:
    """The interval of a new campaign is wider than that of one that has seen much."""
    new, old = (forecast([W] * 300, costs_of(seen, 25.0), 1800.0) for seen in (0, 300))  # type: ignore[arg-type]  # costs
    assert new.tasks[W].high - new.tasks[W].low > 2 * (old.tasks[W].high - old.tasks[W].low)
    assert new.tasks[W].low <= old.tasks[W].median <= new.tasks[W].high


def test_it_never_promises_more_than_is_planned() -> None:
    """No task is left after the plan."""
    found = forecast([W, D, W], costs_of(), 1e6)  # type: ignore[arg-type]  # costs
    assert (found.tasks[D].high, found.tasks[W].high) == (1, 2)
    assert str(forecast([], costs_of(), 120.0)) == "2 minutes left, and no task"  # type: ignore[arg-type]  # costs


def test_eight_of_ten_campaigns_are_within_it() -> None:
    """Drawn campaigns of known cost end within the range about as often as it says."""
    rng, within = np.random.default_rng(0), 0
    for draw in range(300):
        mean = PRIORS[W].mu + rng.normal(0, PRIORS[W].sigma / np.sqrt(PRIORS[W].weight))
        seen = [Observed(float(np.exp(rng.normal(mean, 0.5)))) for _ in range(20)]
        times = np.exp(rng.normal(mean, 0.5, 400))
        done = int((np.cumsum(times) - times < 1200).sum())
        found = forecast(
            [W] * 400,
            {W: CostModel.of(seen, PRIORS[W]).cost(), D: CostModel.of([], PRIORS[D]).cost()},
            1200.0,
            seed=draw,
        )
        within += found.tasks[W].low <= done <= found.tasks[W].high
    assert 215 <= within <= 270


def test_all_activities_of_a_plan_are_counted() -> None:
    """Each by its own cost: where one takes all the time, nothing is promised of the others."""
    found = forecast([W, D, R] * 50, costs_of(2_000), 600.0)  # type: ignore[arg-type]  # costs
    assert [found.tasks[a].median for a in Activity] == [10, 10, 10]
    assert set(forecast([R] * 50, costs_of(), 600.0).tasks) == {R}  # type: ignore[arg-type]  # costs
    assert "10 documents, 10 keywords and 10 review screens" in str(found)


def test_it_reads_as_one_sentence() -> None:
    """For the page and the terminal."""
    text = str(forecast([W, D] * 100, costs_of(2_000), 600.0))  # type: ignore[arg-type]  # costs
    assert text.startswith("10 minutes left: about 15 documents and 15 keywords (8 times of 10 ")
