"""The keywords to ask next, and the words to show under them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language, Word
from clime_core.model.device import Device
from clime_core.model.words.neighbors import Neighbor, nearest
from clime_core.model.words.salience import SalientWord
from clime_core.round.candidates import candidate_rows, tokens_of
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings

LOOKUP_FACTOR = 4
"""This many times more neighbours are looked up than shown, where some may be left out or ranked anew."""

MIN_STEM_SHARE = 0.75
MIN_STEM_CHARACTERS = 4
"""Two words look like forms of one word where they share a beginning of this length, and this part of the shorter."""

CSLS_NEIGHBORS = 10
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
    """The most salient words not yet asked, with their nearest neighbours in both languages.

    In a campaign of one language, where examples may be few, words that nothing speaks for are left out. There are none
    over a given base where nothing tells what source words speak for: then a mark could change nothing.
    """
    if settings.classifier.kind == "given" and not inputs.knows_associations:
        return ()
    candidates = [word for word in salient if word.score > 0] if inputs.one_language else salient
    open_words = [word for word in candidates if _may_be_asked(word.word, inputs, settings)][: settings.keywords]
    search = _NeighborSearch(inputs, embeddings, [word.word for word in open_words], settings, device)
    source, target = search.shown(Language.SOURCE), search.shown(Language.TARGET)
    return tuple(
        KeywordNeighbors(word.word, word.score, source_words, target_words)
        for word, source_words, target_words in zip(open_words, source, target, strict=True)
    )


def inflected(first: str, second: str) -> bool:
    """Whether two words of a language look like forms of one word: they begin alike for most of the shorter one."""
    shorter = min(len(first), len(second))
    pairs = enumerate(zip(first, second, strict=False))
    stem = next((position for position, (a, b) in pairs if a != b), shorter)
    return stem >= max(MIN_STEM_CHARACTERS, MIN_STEM_SHARE * shorter)


def _may_be_asked(word: Word, inputs: RoundInputs, settings: RoundSettings) -> bool:
    in_language = settings.keyword_languages == "both" or word.language is Language.SOURCE
    return in_language and word not in inputs.asked_keywords and not _is_translated(word, inputs, settings)


def _is_translated(word: Word, inputs: RoundInputs, settings: RoundSettings) -> bool:
    """Whether the dictionary makes the question unnecessary."""
    if settings.translated_keywords or not settings.predictor.words.dictionary or inputs.dictionary is None:
        return False
    return word in inputs.dictionary.keywords


@dataclass(frozen=True, eq=False)
class _NeighborSearch:
    """Finds the words to show under keywords."""

    inputs: RoundInputs
    embeddings: BilingualEmbeddings
    keywords: Sequence[Word]
    settings: RoundSettings
    device: Device

    def shown(self, language: Language) -> list[tuple[str, ...]]:
        """The words of one language to show under each keyword, nearest first."""
        settings = self.settings
        as_found = settings.inflections and settings.neighbor_ranking == "cosine"
        k = settings.neighbors * (1 if as_found else LOOKUP_FACTOR)
        found: Sequence[Sequence[Neighbor]] = self._nearest(self.keywords, k, language)
        if settings.neighbor_ranking == "csls":
            found = self._by_csls(found)
        if not settings.inflections:
            found = [_distinct(keyword, near) for keyword, near in zip(self.keywords, found, strict=True)]
        return [tuple(neighbor.word.form for neighbor in near[: settings.neighbors]) for near in found]

    def _nearest(self, words: Sequence[Word], k: int, language: Language) -> list[list[Neighbor]]:
        """The k nearest words of a language to each of the words."""
        documents, side = self.inputs.documents(language), self.embeddings.side(language)
        candidates = candidate_rows(tokens_of(documents), side, self.settings.neighbor_words)
        return nearest(self.embeddings, words, k, language, candidates=candidates, device=self.device)

    def _by_csls(self, found: Sequence[Sequence[Neighbor]]) -> list[list[Neighbor]]:
        """The neighbours by 2 cos(k, w) - r(w), r(w) the mean cosine of w with the words of k's language nearest to it.

        CSLS (Conneau et al. 2018, section 2.3) for one keyword, whose own mean is the same for all of its neighbours.
        """
        means = {language: self._mean_similarities(language, found) for language in Language}
        return [
            sorted(near, key=lambda n: means[keyword.language][n.word] - 2 * n.similarity)
            for keyword, near in zip(self.keywords, found, strict=True)
        ]

    def _mean_similarities(self, language: Language, found: Sequence[Sequence[Neighbor]]) -> dict[Word, float]:
        """r(w) of the neighbours of all keywords in a language."""
        of_language = [near for word, near in zip(self.keywords, found, strict=True) if word.language is language]
        words = sorted({neighbor.word for near in of_language for neighbor in near})
        return {
            word: float(np.mean([neighbor.similarity for neighbor in near] or [0.0]))
            for word, near in zip(words, self._nearest(words, CSLS_NEIGHBORS, language), strict=True)
        }


def _distinct(keyword: Word, neighbors: Sequence[Neighbor]) -> list[Neighbor]:
    """The neighbours that look like no form of the keyword nor of a nearer neighbour."""
    distinct: list[Neighbor] = []
    for neighbor in neighbors:
        nearer = [keyword, *(kept.word for kept in distinct)]
        if not any(_look_alike(word, neighbor.word) for word in nearer):
            distinct.append(neighbor)
    return distinct


def _look_alike(first: Word, second: Word) -> bool:
    return first.language is second.language and inflected(first.form, second.form)
