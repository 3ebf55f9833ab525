"""An order of the documents that may be asked, and the signature of everything that makes one."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clime_core.model.selection.candidates import Candidates, Doubles

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranking:
    """The open documents, best first.

    rows (n_open,) int64: positions in the pool; worth (n_open,) float64 in [0, 1], never increasing.
    """

    rows: Positions
    worth: Doubles

    @classmethod
    def by_worth(cls, worth: Doubles, candidates: Candidates) -> "Ranking":
        """The largest worth (n,) first, equal ones in the order of the pool."""
        rows = np.flatnonzero(candidates.open)
        rows = rows[np.argsort(-worth[rows], kind="stable")]
        return cls(rows, worth[rows])

    @classmethod
    def in_places(cls, rows: Positions) -> "Ranking":
        """An order that no measure of a single document makes: worth falls evenly, from 1 to 1 / n_open."""
        return cls(rows, 1 - np.arange(len(rows)) / max(len(rows), 1))


class Strategy(Protocol):
    """A way to choose: every open document once, the same for the same candidates."""

    def __call__(self, candidates: Candidates, /) -> Ranking:
        """The order in which to ask."""
