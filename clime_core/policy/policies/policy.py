"""The interface of all policies."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from clime_core.policy.activity import Activity
from clime_core.policy.decision import Decision
from clime_core.policy.state import ScheduleState


@dataclass(frozen=True)
class Choice:
    """The probability of each activity that is open, and why. They add up to 1."""

    probabilities: Mapping[Activity, float]
    reason: str


class Policy(ABC):
    """A rule that chooses the next activity. Subclasses are frozen dataclasses of plain values."""

    name: ClassVar[str]
    experimental: ClassVar[bool] = False

    @property
    def activities(self) -> Collection[Activity]:
        """Those that it ever serves."""
        return tuple(Activity)

    @abstractmethod
    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """Weigh two or more activities, each of which has a task and is served by this policy."""

    def choose(self, state: ScheduleState, rng: np.random.Generator) -> Decision:
        """The next activity. The same state and generator give the same decision."""
        if state.total >= state.budget:
            return Decision(None, f"the budget of {state.budget / 60:.0f} minutes is given out")
        open_activities = [a for a in Activity if a in self.activities and state.available[a] > 0]
        if not open_activities:
            return Decision(None, "no task is left")
        if len(open_activities) == 1:
            only = open_activities[0]
            missing = [str(a) for a in self.activities if a is not only]
            why = f"no task of {', '.join(missing)} is left" if missing else f"only {only} are served"
            return Decision(only, why, state.expected[only], {only: 1.0})
        choice = self.weigh(state, open_activities)
        activity = _drawn(choice.probabilities, rng)
        return Decision(activity, choice.reason, state.expected[activity], choice.probabilities)

    def as_json(self) -> dict[str, Any]:
        """Its name and values, from which `policy_of` makes it again."""
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]  # every policy is a dataclass


def certain(activity: Activity, reason: str) -> Choice:
    """A choice that leaves nothing to chance."""
    return Choice({activity: 1.0}, reason)


def _drawn(probabilities: Mapping[Activity, float], rng: np.random.Generator) -> Activity:
    """One activity; no number is drawn where there is nothing to draw."""
    named = list(probabilities)
    if len(named) == 1:
        return named[0]
    return named[int(rng.choice(len(named), p=list(probabilities.values())))]
