"""The interface of all policies."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeGuard

import numpy as np

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.state import ScheduleState


@dataclass(frozen=True)
class Choice:
    """The probabilities of the open activities, which add up to 1, and the reason."""

    probabilities: Mapping[Activity, float]
    reason: str


class Policy(ABC):
    """A rule that chooses the next activity. Subclasses are frozen dataclasses of plain values."""

    name: ClassVar[str]
    experimental: ClassVar[bool] = False

    @property
    @abstractmethod
    def activities(self) -> Collection[Activity]:
        """The activities that it ever serves."""

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
            activity = open_activities[0]
            missing = [str(a) for a in self.activities if a is not activity]
            reason = f"no task of {', '.join(missing)} is left" if missing else f"only {activity} {activity.are} served"
            return Decision(activity, reason, state.expected[activity], {activity: 1.0})
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
    """One activity; no number is drawn where there is only one."""
    activities = list(probabilities)
    if len(activities) == 1:
        return activities[0]
    return activities[int(rng.choice(len(activities), p=list(probabilities.values())))]


def check_number(name: str, value: object, fits: Callable[[float], bool], wanted: str) -> None:
    """Raise CampaignError unless it is a finite number that fits what is `wanted`, in words."""
    if not (_is_finite(value) and fits(value)):
        raise CampaignError(f"{name} must be a number {wanted}, got {value!r}")


def check_share(name: str, value: object) -> None:
    """Raise CampaignError unless it is a share."""
    check_number(name, value, lambda share: 0 <= share <= 1, "from 0 to 1")


def check_amount(name: str, value: object) -> None:
    """Raise CampaignError unless it is 0 or more."""
    check_number(name, value, lambda amount: amount >= 0, "of 0 or more")


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
