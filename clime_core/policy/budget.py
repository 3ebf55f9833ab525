"""The minutes that a campaign and each of its annotators may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.errors import CampaignError
from clime_core.policy.ledger import Ledger


@dataclass(frozen=True)
class Budget:
    """Seconds: of the campaign, of each annotator, and of annotators by name, whose own goes first.

    Raises CampaignError for a budget below 0.
    """

    seconds: float
    each: float | None = None
    own: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, seconds in (("the campaign", self.seconds), ("each annotator", self.each), *self.own.items()):
            if seconds is not None and not seconds >= 0:
                raise CampaignError(f"the budget of {name} must be 0 or more seconds, got {seconds}")

    def left(self, ledger: Ledger) -> float:
        """Seconds that the campaign may still take; never below 0."""
        return max(0.0, self.seconds - ledger.spent())

    def of(self, annotator: str) -> float:
        """Seconds that the annotator may take in all; at most the campaign's."""
        own = self.own.get(annotator, self.each)
        return self.seconds if own is None else min(own, self.seconds)

    def left_of(self, ledger: Ledger, annotator: str) -> float:
        """Seconds that the annotator may still take, within what the campaign may."""
        return min(self.left(ledger), max(0.0, self.of(annotator) - ledger.spent(annotator=annotator)))

    def spent(self, ledger: Ledger, annotators: int = 1) -> bool:
        """Whether nobody may go on: the campaign's time is up, or that of as many annotators as it has."""
        done = sum(self.left_of(ledger, name) <= 0 for name in ledger.annotators)
        return self.left(ledger) <= 0 or (done >= max(annotators, len(ledger.annotators)))
