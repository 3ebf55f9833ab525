"""Decisions in a log."""

import json
from dataclasses import replace

import pytest

from clime_core.errors import CampaignError, DataError
from clime_core.scheduling.activity import Activity, named
from clime_core.scheduling.planning import decide
from clime_core.scheduling.policies import policy_of
from clime_core.scheduling.replay import LoggedDecision
from clime_core.scheduling.state import Period, ScheduleState

D, W = Activity.DOCUMENTS, Activity.WORDS
HISTORY = tuple(Period({D: 100.0 + n, W: 90.0}, 0.01 * n, "change") for n in range(4))
STATE = ScheduleState({D: 400.0, W: 390.0}, {D: 55.5, W: 25.1}, {D: 9, W: 9}, 3600.0, {D: 8, W: 16}, 0.7, HISTORY)


def logged() -> LoggedDecision:
    """A decision that was left to chance, as it comes back from a store."""
    policy = policy_of({"name": "thompson"})
    decision = decide(policy, STATE, 5)
    return LoggedDecision(
        json.loads(json.dumps(policy.as_json())), json.loads(json.dumps(STATE.as_json())), 5, str(decision.activity),
        decision.reason, decision.expected_seconds, named(decision.probabilities),
    )  # fmt: skip


def test_a_logged_decision_is_made_again() -> None:
    """Chance included."""
    decision = logged()
    assert len(decision.probabilities) == 2
    assert decision.agrees(decision.replay())


def test_a_log_that_was_changed_does_not_agree() -> None:
    """Another activity, another chance, another reason."""
    decision = logged()
    activity = "words" if decision.activity == "documents" else "documents"
    assert not replace(decision, activity=activity).agrees(decision.replay())
    assert not replace(decision, probabilities={**decision.probabilities, "words": 0.123}).agrees(decision.replay())
    assert not replace(decision, reason="because").agrees(decision.replay())


def test_what_cannot_be_replayed_says_why() -> None:
    """Decisions of before they were logged in full, and policies that are gone."""
    with pytest.raises(DataError, match="logged without"):
        replace(logged(), state={"budget": 3}).replay()
    with pytest.raises(CampaignError, match="got 'oracle'"):
        replace(logged(), policy={"name": "oracle"}).replay()
