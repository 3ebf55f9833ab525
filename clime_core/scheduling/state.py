"""The state that a policy sees, and the gain periods in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clime_core.scheduling.activity import Activity, by_activity, named


@dataclass(frozen=True)
class Period:
    """A measured gain period: seconds of work by activity between two model versions, and their gain.

    `measure` names the unit of the gain; only gains of one measure can be compared.
    """

    seconds: Mapping[Activity, float] = field(hash=False)  # a mapping has none
    gain: float
    measure: str


@dataclass(frozen=True)
class ScheduleState:
    """Seconds throughout.

    given: time spent and the expected time of tasks already handed out. tasks: how many those are. expected: time of
    the next task. available: tasks that could still be handed out. budget: the whole of it. salience: of the next
    keyword, as a part of the most salient one's, in [0, 1]. history: the periods so far, oldest first. An activity that
    a mapping leaves out has 0 there.
    """

    given: Mapping[Activity, float]
    expected: Mapping[Activity, float]
    available: Mapping[Activity, int]
    budget: float
    tasks: Mapping[Activity, int]
    salience: float = 1.0
    history: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        for name in ("given", "expected", "available", "tasks"):
            object.__setattr__(self, name, {a: getattr(self, name).get(a, 0) for a in Activity})

    @property
    def total(self) -> float:
        """Seconds given out in all."""
        return sum(self.given.values())

    def after(self, activity: Activity) -> "ScheduleState":
        """The state once one task of the activity has been handed out."""
        given = {**self.given, activity: self.given[activity] + self.expected[activity]}
        available = {**self.available, activity: self.available[activity] - 1}
        tasks = {**self.tasks, activity: self.tasks[activity] + 1}
        return replace(self, given=given, available=available, tasks=tasks)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers and names, for a log."""
        periods = [{**vars(period), "seconds": named(period.seconds)} for period in self.history]
        parts = {name: named(getattr(self, name)) for name in ("given", "expected", "available", "tasks")}
        return {**parts, "budget": self.budget, "salience": self.salience, "history": periods}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "ScheduleState":
        """What `as_json` gave, also before there was an activity. Raises KeyError or TypeError for anything else."""
        parts: dict[str, Any] = {
            name: by_activity(fields[name]) for name in ("given", "expected", "available", "tasks")
        }
        history = tuple(Period(by_activity(p["seconds"]), p["gain"], p["measure"]) for p in fields["history"])
        return cls(**parts, budget=fields["budget"], salience=fields["salience"], history=history)
