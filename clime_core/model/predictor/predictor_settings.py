"""What is added to a classifier to make the model of a campaign."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clime_core.errors import TrainingError

Shares = tuple[float, ...] | Literal["as predicted", "smoothed"]

TOLERANCE = 1e-6
"""Shares may add up to this much more or less than 1."""


@dataclass(frozen=True)
class WordChannelSettings:
    """How marks score documents.

    `weight`: of the scores beside the classifier's, both in standard deviations over the pool; where few documents
    hold a marked word, at most twice the weight for each of these; 0 leaves the word channel out.
    `rejection`: weight of a dissimilar mark against a similar one. `caution`: a pseudo-count of marks without
    association, so that a word with one mark counts for less than a word with many.
    Raises TrainingError for values that make no sense.
    """

    weight: float = 0.3
    rejection: float = 0.0
    caution: float = 1.0

    def __post_init__(self) -> None:
        for name in ("weight", "rejection", "caution"):
            if not 0 <= getattr(self, name) < math.inf:
                raise TrainingError(f"{name} must be 0 or more, got {getattr(self, name)!r}")


@dataclass(frozen=True)
class TargetSettings:
    """How the target model learns.

    `weight`: of its scores beside the classifier's, both in standard deviations over the pool; 0 leaves it out.
    `confident`: the part of each category's share of the pool, in (0, 1], that counts as labelled by the teacher.
    `label_weight`: of an annotator's label against a teacher's. `ngrams`: shortest and longest, in characters.
    `inverse_regularization` as in scikit-learn. Raises TrainingError for values that make no sense.
    """

    weight: float = 2.0
    confident: float = 0.5
    label_weight: float = 5.0
    ngrams: tuple[int, int] = (3, 5)
    inverse_regularization: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise TrainingError(f"weight must be 0 or more, got {self.weight!r}")
        if not 0 < self.confident <= 1:
            raise TrainingError(f"confident must be above 0 and at most 1, got {self.confident!r}")
        for name in ("label_weight", "inverse_regularization"):
            if not 0 < getattr(self, name) < math.inf:
                raise TrainingError(f"{name} must be above 0, got {getattr(self, name)!r}")
        if not 1 <= self.ngrams[0] <= self.ngrams[1]:
            raise TrainingError(f"ngrams are the shortest and the longest, from 1, got {self.ngrams!r}")


@dataclass(frozen=True)
class PredictorSettings:
    """What is added to the classifier.

    `correction`: how far labels may correct the rest, the prior variance of their correction to a document's logits by
    its vector, and again by its n-grams. Above 0, labels also tell how far the rest is to be trusted. With 0 they reach
    the target model alone, and the sum keeps the spread of the base's own scores.
    `shares`: of the categories in the pool. `as predicted` leaves the predictions alone; `smoothed` takes three
    quarters of what the base predicts and one quarter of equal shares; numbers are the campaign's own knowledge.
    Raises TrainingError for anything else.
    """

    words: WordChannelSettings = WordChannelSettings()
    target: TargetSettings = TargetSettings()
    shares: Shares = "smoothed"
    correction: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.correction < math.inf:
            raise TrainingError(f"correction must be 0 or more, got {self.correction!r}")
        if isinstance(self.shares, str) and self.shares not in ("as predicted", "smoothed"):
            raise TrainingError(f"shares are 'as predicted', 'smoothed' or numbers, got {self.shares!r}")

    def check(self, n_categories: int) -> None:
        """Raise TrainingError where the shares are not one number for each category."""
        if not isinstance(self.shares, str):
            check_shares(self.shares, n_categories)


def check_shares(shares: Sequence[float], n_categories: int) -> None:
    """Raise TrainingError unless the shares are one number above 0 for each category and add up to 1."""
    positive = all(share > 0 for share in shares)
    if len(shares) != n_categories or not positive or abs(math.fsum(shares) - 1) > TOLERANCE:
        raise TrainingError(
            f"shares must be {n_categories} numbers above 0 that add up to 1, one for each category, got {list(shares)}"
        )
