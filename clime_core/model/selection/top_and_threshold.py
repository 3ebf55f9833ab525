"""Half of the questions where a rare category is likeliest, half where the decision is closest."""

from collections.abc import Iterator, Sequence

import numpy as np

from clime_core.model.selection.candidates import Candidates, Doubles
from clime_core.model.selection.ranking import Positions, Ranking
from clime_core.model.selection.uncertainty import uncertainty


def top_and_threshold(candidates: Candidates, /) -> Ranking:
    """The likeliest document of a rare category, then the one closest to the decision, and so on.

    With two categories the rare one is that of the smaller share (the second of equal ones); with more, all but the
    commonest take turns, the rarest first. Closest is the smallest difference of the two largest probabilities. The
    turns go on where those of the asked documents left off, so that half are of each kind also where one document is
    asked between two rankings.
    """
    rows = np.flatnonzero(candidates.open)
    probabilities = candidates.probabilities[rows]
    closest = _best_first(uncertainty(probabilities, "margin"))
    tops = [_best_first(probabilities[:, category]) for category in _rare(candidates)]
    cycle = [order for top in tops for order in (top, closest)] or [closest]
    return Ranking.in_places(rows[_merged(cycle, int(candidates.asked.sum()), len(rows))])


def _rare(candidates: Candidates) -> list[int]:
    """All categories but the commonest, the rarest first."""
    shares = candidates.pool_shares
    return [category for category in np.argsort(shares, kind="stable").tolist() if category != int(shares.argmax())]


def _best_first(values: Doubles) -> Iterator[int]:
    return iter(np.argsort(-values, kind="stable").tolist())


def _merged(cycle: Sequence[Iterator[int]], asked: int, n: int) -> Positions:
    """Of the n documents that every iterator has, from each in turn the first that is not taken yet."""
    taken: set[int] = set()
    order = []
    for turn in range(asked, asked + n):
        row = next(row for row in cycle[turn % len(cycle)] if row not in taken)
        taken.add(row)
        order.append(row)
    return np.array(order, dtype=np.int64)
