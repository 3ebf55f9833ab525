"""Conditions and budgets."""

import pytest

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies import Share
from clime_core.scheduling.policies.fixed import OnlyDocuments, OnlyWords
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import (
    ACTIVE,
    BASE,
    BOTH,
    CLIME,
    CONDITIONS,
    DOCUMENTS_AND_REVIEW,
    PAPER_CONDITIONS,
    REVIEW,
    Effort,
    policy_conditions,
    split_condition,
)


def test_conditions_are_those_of_the_paper() -> None:
    """Nothing, documents, words, half the time each, as policies."""
    assert {name: one.policy for name, one in CONDITIONS.items() if one in PAPER_CONDITIONS} == {
        "base": None, "active": OnlyDocuments(), "clime": OnlyWords(), "a+c": Share(0.5),
    }  # fmt: skip
    assert [set(one.activities) for one in (BASE, ACTIVE, CLIME, BOTH)] == [
        set(), {Activity.DOCUMENTS}, {Activity.WORDS}, {Activity.DOCUMENTS, Activity.WORDS},
    ]  # fmt: skip


def test_further_conditions_have_review_screens() -> None:
    """Alone, and half of the time."""
    assert {*CONDITIONS.values()} - {*PAPER_CONDITIONS} == {REVIEW, DOCUMENTS_AND_REVIEW}
    assert (REVIEW.most_review, DOCUMENTS_AND_REVIEW.most_review, BOTH.most_review) == (1.0, 0.5, 0.0)
    assert (REVIEW.most_words, DOCUMENTS_AND_REVIEW.most_words, BOTH.most_words) == (0.0, 0.0, 0.5)


def test_policies_are_named_once() -> None:
    """With their defaults; a split that a policy stands for is that policy, so that it is run once."""
    share, words, documents = policy_conditions(["share", "words", "documents", "share"])
    assert (share.policy, words.policy, documents.policy) == (Share(), OnlyWords(), OnlyDocuments())
    assert [split_condition(split) for split in (0.0, 0.5, 1.0)] == [words, share, documents]
    quarter = split_condition(0.25)
    assert (quarter.name, quarter.policy) == ("share-0.25", Share(0.25))
    with pytest.raises(CampaignError, match=r"policies are some of share, alternate, .*, got magic$"):
        policy_conditions(["share", "magic"])
    with pytest.raises(CampaignError, match=r"from 0 to 1, got 1\.5"):
        split_condition(1.5)


def test_minutes_and_counts_are_measured_alike() -> None:
    """A session's end is its part of the whole, in seconds or in tasks."""
    minutes, counts = Effort(minutes=30, sessions=3), Effort(count=50)
    assert [minutes.until(session) for session in (1, 2, 3)] == [600, 1200, 1800]
    assert (minutes.cost(42.5), counts.cost(42.5), counts.until(1)) == (42.5, 1.0, 50.0)
    assert (str(minutes), str(counts)) == ("30 minutes in 3 sessions", "50 tasks")


def test_enough_keywords_are_ranked() -> None:
    """More than the median number of those that fit into a session, and none for documents alone."""
    assert Effort(minutes=50).keywords(CLIME, Habits(word_seconds=25)) > 120
    assert Effort(count=50).keywords(CLIME, Habits()) > 50
    assert Effort(count=50).keywords(BOTH, Habits()) >= 26
    assert Effort(minutes=50).keywords(ACTIVE, Habits()) <= 5
    for policy in policy_conditions(["alternate", "words-first", "roi", "thompson"]):
        assert Effort(minutes=50).keywords(policy, Habits()) == Effort(minutes=50).keywords(CLIME, Habits())


@pytest.mark.parametrize(("minutes", "count"), [(None, None), (5.0, 5), (0.0, None), (None, -1)])
def test_a_budget_is_one_thing_above_nothing(minutes: float | None, count: int | None) -> None:
    """Minutes or a count, not both, not neither."""
    with pytest.raises(CampaignError, match="either minutes or a count"):
        Effort(minutes, count)


def test_there_is_at_least_one_session() -> None:
    """None is no budget."""
    with pytest.raises(CampaignError, match="sessions"):
        Effort(count=5, sessions=0)
