"""Conditions and budgets."""

import pytest

from clime_core.errors import CampaignError
from clime_core.laboratory.annotator import Habits
from clime_core.laboratory.condition import Budget, Condition
from clime_core.policy.schedule import check_weights


def test_shares_are_those_of_the_paper() -> None:
    """All to documents, all to words, half each; Base has none."""
    for condition in set(Condition) - {Condition.BASE}:
        check_weights(condition.shares)
    assert [sorted(condition.shares.values()) for condition in Condition] == [[0, 0], [0, 1], [0, 1], [0.5, 0.5]]


def test_minutes_and_counts_are_measured_alike() -> None:
    """A session's end is its part of the whole, in seconds or in tasks."""
    minutes, counts = Budget(minutes=30, sessions=3), Budget(count=50)
    assert [minutes.until(session) for session in (1, 2, 3)] == [600, 1200, 1800]
    assert (minutes.cost(42.5), counts.cost(42.5), counts.until(1)) == (42.5, 1.0, 50.0)
    assert (str(minutes), str(counts)) == ("30 minutes in 3 sessions", "50 tasks")


def test_enough_keywords_are_ranked() -> None:
    """More than the median number of those that fit into a session, and none for documents alone."""
    assert Budget(minutes=50).keywords(Condition.CLIME, Habits(word_seconds=25)) > 120
    assert Budget(count=50).keywords(Condition.CLIME, Habits()) > 50
    assert Budget(count=50).keywords(Condition.BOTH, Habits()) >= 26
    assert Budget(minutes=50).keywords(Condition.ACTIVE, Habits()) <= 5


@pytest.mark.parametrize(("minutes", "count"), [(None, None), (5.0, 5), (0.0, None), (None, -1)])
def test_a_budget_is_one_thing_above_nothing(minutes: float | None, count: int | None) -> None:
    """Minutes or a count, not both, not neither."""
    with pytest.raises(CampaignError, match="either minutes or a count"):
        Budget(minutes, count)


def test_there_is_at_least_one_session() -> None:
    """None is no budget."""
    with pytest.raises(CampaignError, match="sessions"):
        Budget(count=5, sessions=0)
