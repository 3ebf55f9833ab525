"""The rule that shares the time, and the plan made with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.errors import CampaignError
from clime_core.policy.activity import Activity
from clime_core.policy.schedule import ScheduleState, check_weights, choose, plan

D, W = Activity.DOCUMENTS, Activity.WORDS
HALF = {D: 0.5, W: 0.5}


def state(
    documents: float = 0,
    words: float = 0,
    available: tuple[int, int] = (100, 100),
    budget: float = 3600,
    expected: tuple[float, float] = (55, 25),
) -> ScheduleState:
    """A state with seconds given to each activity."""
    return ScheduleState(
        {D: documents, W: words},
        {D: expected[0], W: expected[1]},
        {D: available[0], W: available[1]},
        budget,
    )


def test_words_come_first_when_nothing_was_given() -> None:
    """Equal deficits go to words."""
    assert choose(state(), HALF).activity is W


@pytest.mark.parametrize(("documents", "words", "expected"), [(100, 60, W), (60, 100, D), (55, 25, W)])
def test_the_activity_behind_its_share_is_served(documents: float, words: float, expected: Activity) -> None:
    """The larger deficit in seconds wins."""
    assert choose(state(documents, words), HALF).activity is expected


def test_one_weight_serves_one_activity_alone() -> None:
    """Weights of one and zero are the paper's Active and CLIME."""
    only_documents = plan(state(), {D: 1.0, W: 0.0}, 5)
    assert [d.activity for d in only_documents] == [D] * 5
    assert {d.activity for d in plan(state(), {D: 0.0, W: 1.0}, 5)} == {W}


def test_an_exhausted_activity_leaves_the_time_to_the_other() -> None:
    """When words run out, documents are served and the reason says so."""
    decision = choose(state(documents=500, words=0, available=(3, 0)), HALF)
    assert decision.activity is D
    assert "words" in decision.reason


def test_nothing_is_chosen_beyond_the_budget_or_without_tasks() -> None:
    """Both ends of the stream are said in words."""
    assert choose(state(1800, 1800), HALF).activity is None
    assert "budget" in choose(state(1800, 1800), HALF).reason
    assert choose(state(available=(0, 0)), HALF).activity is None


@given(
    weight=st.floats(0.05, 0.95),
    expected=st.tuples(st.floats(5, 200), st.floats(5, 200)),
    budget=st.floats(100, 20_000),
)
def test_a_plan_keeps_the_shares_and_the_budget(weight: float, expected: tuple[float, float], budget: float) -> None:
    """No activity strays from its share by more than one task, nor the whole from the budget."""
    weights = {D: weight, W: 1 - weight}
    seconds = {D: 0.0, W: 0.0}
    costs = {D: expected[0], W: expected[1]}
    for decision in plan(state(available=(10**6, 10**6), budget=budget, expected=expected), weights, 400):
        assert decision.activity is not None
        assert sum(seconds.values()) < budget
        seconds[decision.activity] += costs[decision.activity]
        total = sum(seconds.values())
        assert all(abs(seconds[a] - weights[a] * total) <= max(expected) + 1e-6 for a in Activity)


@pytest.mark.parametrize("weights", [{D: 0.6, W: 0.6}, {D: -0.5, W: 1.5}])
def test_weights_that_are_no_shares_are_refused(weights: dict[Activity, float]) -> None:
    """Shares add up to one and are not negative."""
    with pytest.raises(CampaignError, match="add up to 1"):
        check_weights(weights)
