"""Which texts stand together on a review screen: those of one predicted category, none of them alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.review_settings import ReviewSettings


@dataclass(frozen=True)
class Screen:
    """Positions in the pool, best first, of documents that are all predicted as `category`."""

    category: int
    rows: tuple[int, ...]


def compose(ranking: Ranking, candidates: Candidates, settings: ReviewSettings) -> list[Screen]:
    """Fill screens with the documents of a ranking, best first; the first `settings.screens` that are full.

    A document goes to the first screen of its predicted category on which nothing is like it. Where the ranking ends
    first, screens that are not full follow, down to two texts.
    """
    if not settings.screens or not len(ranking.rows):
        return []
    predicted, vectors = candidates.probabilities.argmax(axis=1), candidates.read_vectors()
    full: list[Screen] = []
    filling: dict[int, list[list[int]]] = {}
    for row in ranking.rows.tolist():
        if len(full) == settings.screens:
            return full
        category = int(predicted[row])
        screens = filling.setdefault(category, [])
        screen = next((s for s in screens if not _has_like(vectors, s, row, settings.alike)), None)
        if screen is None:
            screens.append(screen := [])
        screen.append(row)
        if len(screen) == settings.texts:
            full.append(Screen(category, tuple(screen)))
            screens.remove(screen)
    rest = [Screen(category, tuple(s)) for category, screens in filling.items() for s in screens if len(s) > 1]
    return (full + sorted(rest, key=lambda screen: -len(screen.rows)))[: settings.screens]


def _has_like(vectors: NDArray[np.floating], screen: Sequence[int], row: int, alike: float) -> bool:
    """Whether a text of the screen is like the document at `row`; documents without a vector are like nothing."""
    return bool((vectors[list(screen)] @ vectors[row] > alike).any()) if screen else False
