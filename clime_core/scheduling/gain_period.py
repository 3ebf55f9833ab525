"""Gain periods: the work between two observed model versions, and what it gained."""

from collections.abc import Mapping
from dataclasses import dataclass

from clime_core.evaluation.gain import PERIOD_SECONDS, Gain, Observation, gain_between, stability
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Ledger
from clime_core.scheduling.state import Period

Seconds = Mapping[Activity, float]


@dataclass(frozen=True, eq=False)
class OpenPeriod:
    """The period under way: seconds spent on each activity when it began, and the version observed then."""

    began: Seconds
    observation: Observation

    def is_long_enough(self, ledger: Ledger) -> bool:
        """Whether enough was done to measure its gain, so that the next round should observe."""
        return ledger.spent() - sum(self.began.values()) >= PERIOD_SECONDS

    def close(self, ledger: Ledger, observation: Observation) -> "ClosedPeriod":
        """What it gained, by what the newest version shows."""
        return ClosedPeriod(
            seconds={a: ledger.spent(a) - self.began.get(a, 0.0) for a in Activity},
            gain=gain_between(self.observation, observation),
            stability=stability(self.observation, observation),
        )


@dataclass(frozen=True)
class ClosedPeriod:
    """Seconds of work by activity, what they gained, and Cohen's kappa of the predictions before and after.

    Gain and kappa are None where the two versions cannot be compared.
    """

    seconds: Seconds
    gain: Gain | None
    stability: float | None

    @property
    def measured(self) -> Period | None:
        """What policies learn from; None where the gain could not be measured."""
        return None if self.gain is None else Period(self.seconds, self.gain.value, self.gain.measure)


def advance(
    period: OpenPeriod | None, ledger: Ledger, observation: Observation
) -> tuple[OpenPeriod, ClosedPeriod | None]:
    """The period under way after a new model version, and the one that the version closed, if it did.

    The first version opens a period; one that comes too early leaves it open as it is.
    """
    if period is not None and not period.is_long_enough(ledger):
        return period, None
    following = OpenPeriod({a: ledger.spent(a) for a in Activity}, observation)
    return following, None if period is None else period.close(ledger, observation)
