"""Acceptance bias: reviewers leave some wrong predictions as they are. How often, and what a text left is worth.

Of n texts on review screens a share c was changed. A wrong prediction is left with probability o, the omission rate, so
that (1 - o) of the wrong ones are changed, and c o / (1 - o) of all texts are wrong and left. Of the texts that were
left, (1 - c) of all, that is c / (1 - c) times o / (1 - o). o has a beta prior, and is learnt where somebody who saw no
prediction has answered about the same text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from clime_core.data.labels import DocumentName
from clime_core.data.reviews import ReviewedText

PRIOR_OMISSION, OMISSION_WEIGHT = 0.1, 20.0
"""The mean of the prior of the omission rate, and how many wrong predictions it is worth."""

PRIOR_CHANGED, CHANGED_WEIGHT = 0.2, 5.0
"""The same for the share of texts that are changed."""

MAX_DOUBT = 0.5
"""A text that was left is at least as likely right as wrong."""


@dataclass(frozen=True)
class Acceptance:
    """Counts of texts on review screens.

    left, confirmed, changed: by what the reviewer did. wrong_blind: how many were predicted otherwise than
    somebody said who saw no prediction; omitted_blind: of these, how many the reviewer had left.
    """

    left: int = 0
    confirmed: int = 0
    changed: int = 0
    wrong_blind: int = 0
    omitted_blind: int = 0

    @classmethod
    def of(cls, reviews: Iterable[ReviewedText[DocumentName]], blind: Mapping[DocumentName, int]) -> "Acceptance":
        """From the answers on review screens; blind: the categories of documents that were labelled without one."""
        reviews = [review for review in reviews if review.how != "unsure" and review.predicted is not None]
        counts = Counter(review.how for review in reviews)
        wrong = [r for r in reviews if blind.get(r.document, r.predicted) != r.predicted]
        omitted = sum(review.how == "left" for review in wrong)
        return cls(counts["left"], counts["confirmed"], counts["changed"], len(wrong), omitted)

    @property
    def reviewed(self) -> int:
        """All texts with an answer."""
        return self.left + self.confirmed + self.changed

    @cached_property
    def omission_rate(self) -> float:
        """The posterior mean of the probability that a wrong prediction is left."""
        alpha, beta = self._posterior
        return alpha / (alpha + beta)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The central 95 % of its posterior."""
        from scipy.special import betaincinv

        alpha, beta = self._posterior
        return float(betaincinv(alpha, beta, 0.025)), float(betaincinv(alpha, beta, 0.975))

    @cached_property
    def doubt(self) -> float:
        """The probability that a text which was left is of another category, from 0 to `MAX_DOUBT`."""
        changed = (PRIOR_CHANGED * CHANGED_WEIGHT + self.changed) / (CHANGED_WEIGHT + self.reviewed)
        odds = changed / (1 - changed) * self.omission_rate / (1 - self.omission_rate)
        return min(odds, MAX_DOUBT)

    @property
    def _posterior(self) -> tuple[float, float]:
        alpha = PRIOR_OMISSION * OMISSION_WEIGHT + self.omitted_blind
        return alpha, (1 - PRIOR_OMISSION) * OMISSION_WEIGHT + self.wrong_blind - self.omitted_blind
