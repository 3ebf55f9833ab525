"""The history that a policy learns from, kept as a campaign keeps it: stretches of work and what each gained."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.policy.activity import Activity
from clime_core.policy.gain import PERIOD_SECONDS, Observation, gain_between
from clime_core.policy.ledger import Ledger
from clime_core.policy.state import Period


@dataclass(eq=False)
class Stretches:
    """The closed stretches, oldest first, and where the present one began: what was seen, seconds by activity."""

    before: Observation
    began: Mapping[Activity, float] = field(default_factory=lambda: dict.fromkeys(Activity, 0.0))
    periods: list[Period] = field(default_factory=list)

    def is_over(self, ledger: Ledger) -> bool:
        """Whether enough was done to tell what it gained, so that the next round should observe."""
        return ledger.spent() - sum(self.began.values()) >= PERIOD_SECONDS

    def close(self, ledger: Ledger, after: Observation) -> None:
        """Tell the gain of the present stretch, and begin the next; one whose gain cannot be told is left out."""
        seconds = {a: ledger.spent(a) - self.began[a] for a in Activity}
        gain = gain_between(self.before, after)
        if gain is not None:
            self.periods.append(Period(seconds, gain.value, gain.measure))
        self.before, self.began = after, {a: ledger.spent(a) for a in Activity}
