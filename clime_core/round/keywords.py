"""The keywords to ask next, and the words to show under them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Rows
from clime_core.data.language import Language, Word
from clime_core.model.device import Device
from clime_core.model.words.neighbors import Neighbor, nearest
from clime_core.model.words.salience import SalientWord
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings

LOOKED_UP = 4
"""How many times as many words are looked up as are shown, where some may be passed over or ranked anew."""

STEM = 0.75
"""Two words of one language look inflected that begin alike for this part of the shorter one, and for 4 characters."""

HUB = 10
"""Neighbours over which CSLS takes the mean, as in its paper."""


@dataclass(frozen=True)
class KeywordNeighbors:
    """A keyword that could be asked, with the words to show under it, nearest first."""

    keyword: Word
    salience: float
    source: tuple[str, ...]
    target: tuple[str, ...]


def select_keywords(
    inputs: RoundInputs,
    embeddings: BilingualEmbeddings,
    salient: Sequence[SalientWord],
    settings: RoundSettings,
    device: Device = "auto",
) -> tuple[KeywordNeighbors, ...]:
    """The most salient words not yet asked, with their nearest neighbours in both languages."""
    open_words = [word for word in salient if word.word not in inputs.asked_keywords and _wanted(word, settings)]
    chosen = open_words[: settings.keywords]
    words = [item.word for item in chosen]
    shown = {language: _shown(inputs, embeddings, words, language, settings, device) for language in Language}
    return tuple(
        KeywordNeighbors(item.word, item.score, source, target)
        for item, source, target in zip(chosen, shown[Language.SOURCE], shown[Language.TARGET], strict=True)
    )


def inflected(one: str, other: str) -> bool:
    """Whether two words of a language look like forms of one word: they begin alike for most of the shorter one."""
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return alike >= max(4, STEM * min(len(one), len(other)))


def _shown(
    inputs: RoundInputs,
    embeddings: BilingualEmbeddings,
    words: Sequence[Word],
    language: Language,
    settings: RoundSettings,
    device: Device,
) -> list[tuple[str, ...]]:
    """The words to show of one language under each keyword."""
    candidates = _candidates(inputs, embeddings.side(language), language, settings)
    most = settings.neighbors * (1 if settings.inflections and settings.neighbor_ranking == "cosine" else LOOKED_UP)
    found = nearest(embeddings, words, most, language, candidates=candidates, device=device)
    if settings.neighbor_ranking == "csls":
        found = _without_hubs(inputs, embeddings, words, found, settings, device)
    if not settings.inflections:
        found = [_distinct(word, neighbors) for word, neighbors in zip(words, found, strict=True)]
    return [tuple(neighbor.word.form for neighbor in neighbors[: settings.neighbors]) for neighbors in found]


def _distinct(keyword: Word, neighbors: Sequence[Neighbor]) -> list[Neighbor]:
    """The neighbours that look like no form of the keyword nor of a nearer neighbour."""
    kept: list[Neighbor] = []
    for neighbor in neighbors:
        before = [keyword, *(other.word for other in kept)]
        if not any(w.language is neighbor.word.language and inflected(w.form, neighbor.word.form) for w in before):
            kept.append(neighbor)
    return kept


def _without_hubs(
    inputs: RoundInputs,
    embeddings: BilingualEmbeddings,
    keywords: Sequence[Word],
    found: Sequence[Sequence[Neighbor]],
    settings: RoundSettings,
    device: Device,
) -> list[list[Neighbor]]:
    """The neighbours by 2 cos(k, w) - r(w), r(w) the mean cosine of w with the words of k's language nearest to it.

    CSLS (Conneau et al. 2018, section 2.3) for one keyword, whose own mean is the same for all of its neighbours.
    """
    mean: dict[tuple[Language, Word], float] = {}
    for language in Language:
        ours = [neighbors for keyword, neighbors in zip(keywords, found, strict=True) if keyword.language is language]
        words = sorted({neighbor.word for neighbors in ours for neighbor in neighbors})
        candidates = _candidates(inputs, embeddings.side(language), language, settings)
        near = nearest(embeddings, words, HUB, language, candidates=candidates, device=device)
        mean |= {
            (language, word): float(np.mean([n.similarity for n in others] or [0.0]))
            for word, others in zip(words, near, strict=True)
        }
    return [
        sorted(neighbors, key=lambda n: mean[keyword.language, n.word] - 2 * n.similarity)
        for keyword, neighbors in zip(keywords, found, strict=True)
    ]


def _wanted(word: SalientWord, settings: RoundSettings) -> bool:
    return settings.keyword_languages == "both" or word.word.language is Language.SOURCE


def _candidates(inputs: RoundInputs, side: Embeddings, language: Language, settings: RoundSettings) -> Rows | None:
    if settings.neighbor_words == "vocabulary":
        return None
    documents = inputs.train if language is Language.SOURCE else inputs.pool
    return np.unique(side.rows({token for document in documents for token in document.tokens}))
