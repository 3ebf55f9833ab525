"""The budget: the time that a campaign and each of its annotators may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.errors import CampaignError
from clime_core.scheduling.ledger import Ledger


@dataclass(frozen=True)
class Budget:
    """Seconds: of the campaign; `each`: of any annotator; `own`: of annotators by name, which goes before `each`.

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

    def over_of(self, ledger: Ledger, annotator: str) -> float:
        """Seconds that the annotator took beyond their own budget; 0 for one who has none."""
        own = self.own.get(annotator, self.each)
        return 0.0 if own is None else max(0.0, ledger.spent(annotator=annotator) - own)

    def left_together(self, ledger: Ledger, annotators: int = 1) -> float:
        """Seconds that so many annotators may still take: those who began, those named, then unknown ones.

        An annotator with a budget of 0, such as a lead who only reads, does not count.
        """
        known = [name for name in ledger.annotators if self.of(name) > 0]
        named = [name for name, seconds in self.own.items() if seconds > 0 and name not in known]
        unknown = [""] * max(0, annotators - len(known) - len(named))
        newcomers = [*named, *unknown][: max(0, annotators - len(known))]
        return min(self.left(ledger), sum(self.left_of(ledger, name) for name in [*known, *newcomers]))

    def limit(self, ledger: Ledger, annotators: int = 1) -> float:
        """Seconds at which nobody may go on: the campaign's, or fewer where the annotators' own budgets end first."""
        left = self.left_together(ledger, annotators)
        return self.seconds if left == self.left(ledger) else ledger.spent() + left

    def spent(self, ledger: Ledger, annotators: int = 1) -> bool:
        """Whether nobody may go on: the campaign's time is up, or that of as many annotators as it has."""
        return self.left_together(ledger, annotators) <= 0
