"""The most uncertain documents first."""

from dataclasses import dataclass

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.uncertainty import Uncertainty, uncertainty


@dataclass(frozen=True)
class MostUncertain:
    """Uncertainty sampling (Lewis and Gale 1994) by one of the measures; the measure is the worth."""

    measure: Uncertainty

    def __call__(self, candidates: Candidates, /) -> Ranking:
        """By the predictions as they are, shifted to expected shares."""
        return Ranking.by_worth(uncertainty(candidates.probabilities, self.measure), candidates)
