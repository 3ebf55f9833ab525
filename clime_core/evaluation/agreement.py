"""How far annotators agree: Krippendorff's alpha over documents, and over the words shown under a keyword.

For nominal judgements (Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section D):
alpha = 1 - D_o / D_e. D_o is the chance that two judgements of one unit differ, D_e that two of any units do. Units
that fewer than two annotators judged have no part in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from clime_core.data.labels import DocumentLabel, DocumentName
from clime_core.data.language import Word
from clime_core.data.marks import Mark

DRAWS = 1000
LEVEL = 0.95

DISSIMILAR, LEFT_ALONE, SIMILAR = range(3)

Unit = TypeVar("Unit")


@dataclass(frozen=True)
class ShownWords:
    """The words that an annotator was shown under a keyword and judged: those not marked were left alone."""

    annotator: str
    keyword: Word
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Agreement:
    """Alpha and its 95 % interval: 1 where all agree, 0 where they agree as by chance, less where they differ more.

    `units` judged by two or more, by `annotators` in all. `observed`, in [0, 1]: how often two judgements of one unit
    are alike. All three of alpha are None where every judgement is of one category, the interval also where there is
    too little for one; `note` says so.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    annotators: int
    observed: float

    @property
    def note(self) -> str | None:
        """Why there is no alpha or no interval."""
        if self.value is None:
            return "all judgements are of one category: alpha is not defined"
        return "too little for an interval" if self.low is None else None


def label_agreement(
    labels: Iterable[DocumentLabel[DocumentName]], categories: int, *, draws: int = DRAWS, seed: int = 0
) -> Agreement | None:
    """Alpha over the documents that two or more annotators labelled, None where there are none.

    The latest label of an annotator counts. The interval runs from the 2.5 % to the 97.5 % percentile of `draws`
    bootstrap samples of documents (Zapf et al. 2016, "Measuring inter-rater reliability for nominal data", BMC Medical
    Research Methodology 16); samples of one category alone are left out. Where no document has two different labels
    there is nothing to draw: then `low` supposes the most disagreement that goes unseen in one of forty such samples.
    """
    votes: dict[DocumentName, dict[str, int]] = defaultdict(dict)
    for label in sorted(labels, key=lambda label: label.at):
        votes[label.document][label.annotator] = label.label
    return _agreement(votes, {document: document for document in votes}, categories, draws, seed)


def mark_agreement(
    marks: Iterable[Mark], shown: Iterable[ShownWords] = (), *, draws: int = DRAWS, seed: int = 0
) -> Agreement | None:
    """Alpha over the pairs of keyword and shown word that two or more annotators judged, None where there are none.

    A judgement is one of three: similar, dissimilar, or left alone by somebody who was `shown` the word. Leaving
    alone has to count: annotators are asked to mark what is similar, so they differ where one marks and another does
    not, and among pairs that both marked nearly all marks are the same. Words that an annotator brought in are no
    units, since nobody else saw them. Without `shown` only pairs that two or more marked are compared.

    The interval is that of `label_agreement`, with keywords drawn instead of pairs: the words under a keyword are
    judged at one go, and are not independent.
    """
    judged: dict[tuple[Word, Word], dict[str, int]] = defaultdict(dict)
    for view in shown:
        for word in view.words:
            judged[view.keyword, word][view.annotator] = LEFT_ALONE
    for mark in sorted(marks, key=lambda mark: mark.at):
        if not mark.added:
            judged[mark.keyword, mark.word][mark.annotator] = SIMILAR if mark.similar else DISSIMILAR
    return _agreement(judged, {pair: pair[0] for pair in judged}, 3, draws, seed)


def _agreement(
    judgements: Mapping[Unit, Mapping[str, int]], blocks: Mapping[Unit, object], categories: int, draws: int, seed: int
) -> Agreement | None:
    """Alpha of the annotators' judgements of units; the bootstrap draws the units' blocks."""
    shared = {unit: votes for unit, votes in judgements.items() if len(votes) > 1}
    if not shared:
        return None
    sums: dict[object, NDArray[np.float64]] = defaultdict(lambda: np.zeros(categories + 1))
    patterns = Counter((blocks[unit], tuple(sorted(votes.values()))) for unit, votes in shared.items())
    for (block, votes), number in patterns.items():
        sums[block] += number * _sums(votes, categories)
    table = np.array(list(sums.values()))
    total = table.sum(axis=0)
    alpha, (alike, _) = _alpha(total), _chances(total)
    low, high = (None, None) if np.isnan(alpha) else _interval(table, draws, seed)
    return Agreement(
        value=None if np.isnan(alpha) else float(alpha),
        low=low,
        high=high,
        units=len(shared),
        annotators=len({annotator for votes in shared.values() for annotator in votes}),
        observed=float(alike),
    )


def _sums(votes: tuple[int, ...], categories: int) -> NDArray[np.float64]:
    """What a unit adds, (1 + categories,): judgements, each by the part of the others like it; then by category."""
    counts = np.bincount(votes, minlength=categories).astype(np.float64)
    return np.concatenate([[counts @ (counts - 1) / (len(votes) - 1)], counts])


def _chances(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From sums over units (..., 1 + categories): how often two judgements are alike, of one unit and of any, (...)."""
    counts = sums[..., 1:]
    n = counts.sum(axis=-1)
    return sums[..., 0] / n, (counts * (counts - 1)).sum(axis=-1) / (n * (n - 1))


def _alpha(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Alpha of each (...); nan where all judgements are of one category."""
    alike, expected = _chances(sums)
    defined = expected < 1
    return np.where(defined, 1 - (1 - alike) / np.where(defined, 1 - expected, 1), np.nan)


def _interval(table: NDArray[np.float64], draws: int, seed: int) -> tuple[float | None, float | None]:
    """The bounds of alpha over blocks (blocks, 1 + categories)."""
    blocks, tail = len(table), (1 - LEVEL) / 2
    alike, expected = _chances(table.sum(axis=0))
    if blocks < 2:
        return None, None
    if alike == 1:  # Clopper and Pearson 1934: no disagreement in so many blocks
        return max(-1.0, float(1 - (1 - tail ** (1 / blocks)) / (1 - expected))), 1.0
    kinds, numbers = np.unique(table, axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(blocks, numbers / blocks, size=draws) @ kinds
    low, high = np.nanquantile(_alpha(drawn), [tail, 1 - tail])
    return float(low), float(high)
