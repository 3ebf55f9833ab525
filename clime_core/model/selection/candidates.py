"""All that a way to choose documents may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clime_core.model.predictor.label_shift import shift

Doubles = NDArray[np.float64]

STREAM = 0xD0C
"""Keeps these random numbers apart from others that start at the same seed."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """The whole pool of n documents, also those that were asked, since what was asked counts.

    probabilities (n, k) float64, rows sum to 1: the predictions, after they were shifted to expected shares; bias (k,):
    what that shift added to their logarithms, zeros where there was none. open (n,) bool: what may be asked. labels:
    position to the category that annotators gave. shares: of the categories in the pool, where the campaign knows them.
    seed: of whatever is drawn. read_vectors gives a vector of each document (n, dim); read_members the predictions with
    each network of the classifier alone, (m, n, k), or None where there is one network only. Both take time and are
    called where they are needed.
    """

    probabilities: Doubles
    bias: Doubles
    open: NDArray[np.bool_]
    labels: Mapping[int, int]
    shares: tuple[float, ...] | None
    seed: int
    read_vectors: Callable[[], NDArray[np.floating]]
    read_members: Callable[[], Doubles | None]

    @property
    def n_categories(self) -> int:
        """The number of categories, k."""
        return self.probabilities.shape[1]

    @property
    def asked(self) -> NDArray[np.bool_]:
        """What may not be asked any more, (n,)."""
        return ~self.open

    @property
    def generator(self) -> np.random.Generator:
        """A generator at its start; equal seeds give equal numbers."""
        return np.random.default_rng([self.seed % 2**63, STREAM])

    @cached_property
    def before_shift(self) -> Doubles:
        """The predictions before they were shifted to expected shares, (n, k)."""
        return shift(self.probabilities, -self.bias)

    @cached_property
    def pool_shares(self) -> Doubles:
        """The share of each category in the pool, (k,) summing to 1: what the campaign knows, else an estimate.

        Labelled documents count as they were labelled, the others as they are predicted before any shift: the
        prediction estimator of a finite population (Royall 1970). Labels speak for themselves only, because they were
        not drawn at random: where uncertain documents are asked, half are of each category whatever the pool has.
        """
        if self.shares is not None:
            return np.asarray(self.shares, dtype=np.float64)
        if not len(self.probabilities):
            return np.full(self.n_categories, 1 / self.n_categories)
        found = self.before_shift.argmax(axis=1)
        found[list(self.labels)] = list(self.labels.values())
        return np.bincount(found, minlength=self.n_categories) / len(found)
