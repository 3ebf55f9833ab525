"""Dictionary induction: the translations that two aligned spaces suggest, and how often they are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from clime_core.data.bilingual_dictionary import Pair, Pairs
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.normalize import unit_length
from clime_core.errors import DataError
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.model.words.similarity import best, mean_similarity
from clime_core.progress import Progress, silent

Measure = Literal["csls", "cosine"]

NEIGHBORHOOD = 10
"""Neighbours that CSLS compares with, as in its paper."""


@dataclass(frozen=True)
class Induction:
    """How often a source word had a right translation among its nearest target words.

    `precision` is that share, 0 to 1, for each k; 0 for no words. `words` were asked; `left_out` had no
    vector themselves or no translation with one. `first` are the words asked with their nearest target word.
    """

    measure: Measure
    precision: dict[int, float]
    words: int
    left_out: int
    first: tuple[Pair, ...]

    @property
    def coverage(self) -> float:
        """The share of the dictionary's source words that could be asked, 0 to 1."""
        return self.words / (self.words + self.left_out or 1)


def induce(
    embeddings: BilingualEmbeddings,
    pairs: Pairs,
    measure: Measure = "csls",
    ks: Sequence[int] = (1, 5),
    *,
    candidates: int | None = None,
    device: Device = "auto",
    progress: Progress = silent,
) -> Induction:
    """Precision at each k on pairs that were not used to align: right if any translation is among the first k.

    `candidates` restricts both languages to their first so many words, as MUSE does; a word beyond them counts
    as one without a vector, as does one with a zero vector. Raises DataError for a k below 1.
    """
    if not ks or min(ks) < 1:
        raise DataError(f"precision is taken at 1 or more, got {list(ks)}")
    source, target = (_first(side, candidates) for side in (embeddings.source, embeddings.target))
    translations: dict[str, set[str]] = {}
    for a, b in pairs:
        translations.setdefault(a, set()).add(b)
    asked = [a for a, forms in translations.items() if a in source and any(form in target for form in forms)]
    found = _suggestions(source, target, asked, max(ks), measure, device, progress)
    hits = {k: sum(not translations[a].isdisjoint(near[:k]) for a, near in zip(asked, found, strict=True)) for k in ks}
    return Induction(
        measure=measure,
        precision={k: hit / (len(asked) or 1) for k, hit in hits.items()},
        words=len(asked),
        left_out=len(translations) - len(asked),
        first=tuple((a, near[0]) for a, near in zip(asked, found, strict=True)),
    )


def _first(side: Embeddings, candidates: int | None) -> Embeddings:
    """The first words that have a direction."""
    words, vectors = side.words[:candidates], side.vectors[:candidates]
    rows = np.flatnonzero(vectors.any(axis=1))
    return Embeddings([words[row] for row in rows], unit_length(vectors[rows]))


def _suggestions(
    source: Embeddings,
    target: Embeddings,
    asked: Sequence[str],
    k: int,
    measure: Measure,
    device: Device,
    progress: Progress,
) -> list[list[str]]:
    """The k nearest target words of some source words, best first.

    CSLS (Conneau et al. 2018, section 2.3) is 2 cos(s, t) less the mean cosine of s with its nearest target
    words, the same for all t, and that of t with its nearest source words, which keeps hubs from being near
    to everything.
    """
    if not asked:
        return []

    def work(place: torch.device) -> torch.Tensor:
        ours, theirs = (torch.from_numpy(side.vectors).to(place) for side in (source, target))
        hubness = None
        if measure == "csls":
            hubness = mean_similarity(theirs, ours, NEIGHBORHOOD, what="measuring hubs", progress=progress)
        queries = ours[torch.from_numpy(source.rows(asked)).to(place)]
        scale = 1.0 if hubness is None else 2.0
        return best(queries, theirs, k, hubness, scale=scale, what="looking up", progress=progress)[1].cpu()

    rows = run_on(resolve_device(device), work).result
    return [[target.words[row] for row in near] for near in rows.tolist()]
