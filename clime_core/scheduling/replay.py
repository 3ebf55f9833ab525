"""A logged decision, with all that it was made from, so that it can be made again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clime_core.errors import DataError
from clime_core.scheduling.activity import named
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.planning import decide
from clime_core.scheduling.policies import policy_of
from clime_core.scheduling.state import ScheduleState

TOLERANCE = 1e-9
"""Probabilities that differ by less are the same."""


@dataclass(frozen=True)
class LoggedDecision:
    """Plain values: policy and state as their `as_json` give them, the campaign's seed, and what was decided."""

    policy: Mapping[str, Any]
    state: Mapping[str, Any]
    seed: int
    activity: str
    reason: str
    expected_seconds: float
    probabilities: Mapping[str, float]

    def replay(self) -> Decision:
        """Decide again. Raises DataError where the log lacks what is needed, CampaignError for an unknown policy."""
        try:
            state = ScheduleState.from_json(self.state)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"this decision was logged without what it was made from ({error!r})") from None
        return decide(policy_of(self.policy), state, self.seed)

    def agrees(self, again: Decision) -> bool:
        """Whether a replay gave the same activity, probabilities and reason."""
        probabilities = named(again.probabilities)
        return (
            str(again.activity) == self.activity
            and again.reason == self.reason
            and probabilities.keys() == self.probabilities.keys()
            and all(abs(probabilities[a] - self.probabilities[a]) < TOLERANCE for a in probabilities)
        )
