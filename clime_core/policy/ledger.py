"""The ledger: seconds spent, by annotator and activity."""

from collections.abc import Iterable
from dataclasses import dataclass

from clime_core.policy.activity import Activity

CAP_SECONDS = 300.0
"""A visit longer than this is taken for a tab left open and counts as this long."""


@dataclass(frozen=True)
class Visit:
    """One annotation or skip. `seconds` is what the browser measured, None where it sent nothing."""

    annotator: str
    activity: Activity
    seconds: float | None
    skipped: bool = False
    at: float = 0.0


@dataclass(frozen=True)
class Ledger:
    """Visits with their seconds made sound: never negative, at most `cap`, missing ones estimated.

    A missing time counts as `prior[activity]` seconds and is counted in `estimated`.
    """

    visits: tuple[Visit, ...]
    prior: dict[Activity, float]
    cap: float = CAP_SECONDS

    @classmethod
    def of(cls, visits: Iterable[Visit], prior: dict[Activity, float], cap: float = CAP_SECONDS) -> "Ledger":
        """The ledger of these visits."""
        return cls(tuple(visits), prior, cap)

    def seconds(self, visit: Visit) -> float:
        """What one visit counts, in seconds."""
        if visit.seconds is None or visit.seconds != visit.seconds:  # nan: the browser's clock failed
            return self.prior[visit.activity]
        return min(max(visit.seconds, 0.0), self.cap)

    def spent(self, activity: Activity | None = None, annotator: str | None = None) -> float:
        """Seconds spent, of one activity or annotator or of all."""
        return sum(
            self.seconds(visit)
            for visit in self.visits
            if (activity is None or visit.activity is activity) and (annotator is None or visit.annotator == annotator)
        )

    @property
    def estimated(self) -> int:
        """How many visits came without a time."""
        return sum(visit.seconds is None for visit in self.visits)

    @property
    def capped(self) -> int:
        """How many visits were longer than the cap."""
        return sum(visit.seconds is not None and visit.seconds > self.cap for visit in self.visits)
