"""Groups of documents that take turns."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clime_core.model.selection.candidates import Candidates, Doubles
from clime_core.model.selection.ranking import Positions, Ranking


def in_turns(candidates: Candidates, group: NDArray[np.intp], worth: Doubles, had: ArrayLike) -> Ranking:
    """The group that has had least is next with its best open document; between equals the better document.

    group (n,): the group of each document, from 0; worth (n,): the order inside a group; had (n_groups,): documents of
    each group so far. After any number of documents the counts of groups that have some left differ by at most one,
    once those that had less have caught up.
    """
    rows = np.flatnonzero(candidates.open)
    rows = rows[np.argsort(-worth[rows], kind="stable")]
    turn = np.asarray(had, dtype=np.int64)[group[rows]] + _places(group[rows])
    return Ranking.in_places(rows[np.argsort(turn, kind="stable")])


def _places(group: NDArray[np.intp]) -> Positions:
    """How many of the same group come before each, (n,)."""
    order = np.argsort(group, kind="stable")
    _, firsts, sizes = np.unique(group[order], return_index=True, return_counts=True)
    places = np.empty(len(group), dtype=np.int64)
    places[order] = np.arange(len(group)) - np.repeat(firsts, sizes)
    return places
