"""The schedule: what is left, what tasks cost, what the policy sees, and what fits into the rest of the time."""

import numpy as np
import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.policies import Share
from clime_core.scheduling.policies.fixed import OnlyWords, WordsFirst
from clime_core.scheduling.schedule import Schedule, open_schedule, relative_salience
from clime_core.scheduling.state import Period

D, W, R = Activity
MANY = {D: 500, W: 500}
PAST = (Period({D: 100.0, W: 90.0}, 0.1, "change"),)


def visits(seconds: float, number: int, annotator: str = "ada") -> list[Visit]:
    """So many visits to documents and to keywords."""
    return [Visit(annotator, activity, seconds) for activity in (D, W) for _ in range(number)]


def schedule(given: list[Visit], minutes: float = 60.0, annotators: int = 1, overlap: int = 1) -> Schedule:
    """A campaign that shares the time."""
    ledger, budget = Ledger.of(given), Budget(60 * minutes)
    return open_schedule(Share(), ledger, budget, 3, annotators=annotators, overlap=overlap, history=PAST, salience=0.5)


def test_the_policy_sees_what_was_spent_what_tasks_cost_and_what_is_there() -> None:
    """Everything that a decision is logged with."""
    state = schedule(visits(30.0, 4)).state({D: 7, W: 9})
    assert state.given == {D: 120.0, W: 120.0, R: 0}
    assert state.tasks == {D: 4, W: 4, R: 0}
    assert state.available == {D: 7, W: 9, R: 0}
    assert (state.budget, state.salience, state.history) == (3600.0, 0.5, PAST)
    assert state.expected == {a: cost.expected for a, cost in schedule(visits(30.0, 4)).costs.items()}


def test_what_is_left_ends_at_zero() -> None:
    """The last second is the annotators', the next one nobody's."""
    assert schedule(visits(30.0, 2), minutes=2.5).left == 30.0
    assert not schedule(visits(30.0, 2), minutes=2.1).spent
    assert schedule(visits(30.0, 2), minutes=2).spent
    assert schedule(visits(30.0, 2), minutes=1).left == 0.0


def test_a_task_costs_the_visits_of_all_who_do_it() -> None:
    """Two annotators take twice as long over it as one."""
    single, double = schedule(visits(30.0, 20)), schedule(visits(30.0, 20), annotators=2, overlap=2)
    assert double.visit_costs == single.visit_costs
    assert double.costs[D].expected == pytest.approx(2 * single.costs[D].expected, rel=0.05)


def test_costs_stay_as_they_were_learnt_until_the_next_round() -> None:
    """More work changes what was spent and how salient the next keyword is, and nothing else."""
    before = schedule(visits(30.0, 4))
    after = before.after(Ledger.of(visits(300.0, 4)), salience=0.25)
    assert after.visit_costs == before.visit_costs
    assert after.ledger.spent() == 2400.0
    assert (after.salience, after.policy, after.seed, after.history) == (0.25, before.policy, 3, PAST)


def test_the_salience_of_the_next_keyword_reaches_the_policy() -> None:
    """Words come first only while they are salient."""
    for salience, activity in ((0.5, W), (0.1, D)):
        words_first = open_schedule(WordsFirst(), Ledger(), Budget(3600.0), 0, salience=salience)
        assert words_first.next(MANY).activity is activity


def test_nothing_is_due_once_the_time_is_given_out() -> None:
    """The reason says so."""
    decision = schedule(visits(30.0, 2), minutes=2).next(MANY)
    assert decision.activity is None
    assert "2 minutes" in decision.reason


def test_a_forecast_fits_the_time_that_is_left() -> None:
    """By the annotators' own pace, and never more tasks than there are."""
    forecast = schedule(visits(30.0, 60), minutes=70).forecast(MANY)
    assert forecast.minutes == pytest.approx(10.0)
    assert forecast.tasks[D].median + forecast.tasks[W].median == pytest.approx(20, abs=3)
    assert schedule(visits(30.0, 60), minutes=120).forecast({D: 3, W: 0}).tasks[D].high <= 3
    assert schedule(visits(30.0, 60), minutes=40).forecast(MANY).tasks == {}


def test_a_forecast_has_room_for_quick_annotators() -> None:
    """The upper bound of eight in ten campaigns is beyond the median: enough tasks are planned for it."""
    rng = np.random.default_rng(0)
    given = [Visit("ada", W, float(rng.lognormal(3.0, 0.6))) for _ in range(6)]
    forecast = open_schedule(OnlyWords(), Ledger.of(given), Budget(6000.0), 0).forecast({D: 0, W: 10_000})
    assert forecast.tasks[W].low < forecast.tasks[W].median < forecast.tasks[W].high
    assert forecast.tasks[W].high >= 1.15 * forecast.tasks[W].median


def test_a_queue_holds_as_many_tasks_as_are_asked_for_and_fit() -> None:
    """Items are handed through as they are, those that are out first."""
    waiting: dict[Activity, list[object]] = {a: [(a, i) for i in range(50)] for a in Activity}
    out: dict[Activity, list[object]] = {D: ["out"], W: []}
    slots = schedule([]).hand_out(out, waiting, 6)
    assert next(slot.item for slot in slots if slot.activity is D) == "out"
    assert [slot.released for slot in slots].count(True) == 1
    assert len(slots) == 6
    assert len(schedule(visits(30.0, 2), minutes=3).hand_out(out, waiting, 50)) < 6


def test_salience_is_relative_to_the_highest() -> None:
    """Of the first keyword that waits, within [0, 1]; 1 where there is nothing to compare."""
    assert relative_salience([1.0, 3.0], 4.0) == 0.25
    assert relative_salience([5.0], 4.0) == 1.0
    assert relative_salience([-1.0], 4.0) == 0.0
    assert relative_salience([], 4.0) == 1.0
    assert relative_salience([1.0], 0.0) == 1.0
