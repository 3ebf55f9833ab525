"""Policies that follow a rule."""

from dataclasses import replace

import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.planning import decide, plan
from clime_core.scheduling.policies.fixed import Alternate, OnlyDocuments, OnlyWords, Share, WordsFirst
from clime_core.scheduling.policies.policy import Policy
from clime_core.scheduling.state import ScheduleState

D, W = Activity.DOCUMENTS, Activity.WORDS
FRESH = ScheduleState({D: 0.0, W: 0.0}, {D: 55.0, W: 25.0}, {D: 999, W: 999}, 36_000.0, {D: 0, W: 0})


def planned(policy: Policy, most: int = 8, state: ScheduleState = FRESH) -> str:
    """The activities of a plan by their first letters."""
    return "".join(str(decision.activity)[0] for _, decision in plan(policy, state, 0, most))


def test_half_and_half_is_in_seconds_not_in_tasks() -> None:
    """Two keywords take about the time of one document."""
    assert planned(Share()) == "wdwwdwwd"


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_shares_are_met_to_within_one_task(share: float) -> None:
    """Over a long plan each activity has its part of the seconds, whatever a task takes."""
    states = plan(Share(share), FRESH, 0, 300)
    state, decision = states[-1]
    assert decision.activity is not None
    end = state.after(decision.activity)
    assert abs(end.given[D] - share * end.total) <= 55


def test_time_that_went_elsewhere_is_made_up() -> None:
    """Words that took more than their share wait until documents have caught up."""
    behind = replace(FRESH, given={D: 0.0, W: 220.0}, tasks={D: 0, W: 9})
    assert planned(Share(), 6, behind) == "ddddwd"
    assert "110 s behind their share of 50%" in decide(Share(), behind, 0).reason


def test_all_to_one_activity_never_serves_the_other() -> None:
    """Also where no task of it is left."""
    assert planned(Share(1.0)) == planned(OnlyDocuments()) == "d" * 8
    assert planned(Share(0.0)) == planned(OnlyWords()) == "w" * 8
    empty = replace(FRESH, available={D: 0, W: 5})
    assert decide(Share(1.0), empty, 0).activity is decide(OnlyDocuments(), empty, 0).activity is None


def test_alternating_counts_tasks() -> None:
    """One of each, whatever they take."""
    assert planned(Alternate()) == "wdwdwdwd"
    assert planned(Alternate(), 3, replace(FRESH, tasks={D: 0, W: 2})) == "ddw"


def test_words_come_first_for_their_minutes() -> None:
    """Then documents to the end, and never words again."""
    assert planned(WordsFirst(words_minutes=2), 9) == "wwwwwdddd"


def test_words_that_say_little_give_way() -> None:
    """Once the next keyword is not salient beside the first, documents come."""
    assert decide(WordsFirst(), replace(FRESH, salience=0.19), 0).activity is D
    assert decide(WordsFirst(), replace(FRESH, salience=0.21), 0).activity is W
