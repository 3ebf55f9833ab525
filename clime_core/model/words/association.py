"""How strongly words go with categories, counted in labelled documents."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language, Word
from clime_core.model.bases.examples import Example
from clime_core.model.words.salience import SalientWord
from clime_core.model.words.salience_form import CountedForm

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DocumentCounts:
    """In how many labelled documents of each category words occur.

    forms (n_words); counts (n_words, n_categories) float64; totals (n_categories,) float64: documents in all.
    """

    forms: Sequence[str]
    counts: Doubles
    totals: Doubles

    @classmethod
    def of(cls, documents: Iterable[Document], n_categories: int) -> "DocumentCounts":
        """Count the documents that have a label."""
        totals = np.zeros(n_categories)
        counted: list[Counter[str]] = [Counter() for _ in range(n_categories)]
        for document in documents:
            if document.label is not None:
                totals[document.label] += 1
                counted[document.label].update(set(document.tokens))
        forms = sorted(set().union(*counted))
        counts = np.array([[of_category[form] for form in forms] for of_category in counted], dtype=np.float64)
        return cls(forms, counts.T, totals)

    def associations(self) -> Doubles:
        """Each word's association with each category, (n_words, n_categories), rows of mean zero.

        log((n_c(w) + k N_c / N) / N_c) less its mean over the categories, with n_c(w) the documents of category c that
        hold w, N_c all of them, N of all k categories. The pseudo-count is k documents with w, spread as the real ones
        are, so that a word at the same rate everywhere has no association. Of two categories it is half the difference
        of both logs.
        A category without documents takes no part: 0.
        """
        found = np.zeros_like(self.counts)
        if not self.forms:
            return found
        there = self.totals > 0
        totals = self.totals[there]
        logs = np.log((self.counts[:, there] + len(totals) * totals / totals.sum()) / totals)
        found[:, there] = logs - logs.mean(axis=1, keepdims=True)
        return found

    def excess(self) -> Doubles:
        """What the categories say about each word beyond chance, by its rarity: (n_words,), 0 or more.

        (G2 - (k - 1)) log(N / n(w)), or 0 where that is negative. G2 is the log-likelihood ratio of the table of
        categories by whether a document holds w (Dunning 1993); its mean is k - 1 where both are independent. n(w)
        documents hold w, of N in k categories. The last factor, the inverse document frequency, sets stop words back:
        many differ between categories by more than chance, and yet mean little.
        """
        there = self.totals > 0
        totals, n = self.totals[there], self.totals.sum()
        if len(totals) < 2:  # rounding would leave a little
            return np.zeros(len(self.counts))
        present = self.counts[:, there]
        with_word = present.sum(axis=1)
        cells = _entropic(present).sum(axis=1) + _entropic(totals - present).sum(axis=1)
        margins = _entropic(with_word) + _entropic(n - with_word) + _entropic(totals).sum() - _entropic(n)
        g2 = 2 * (cells - margins)
        rarity = np.log(n / np.maximum(with_word, 1))
        return np.asarray(np.maximum(g2 - (len(totals) - 1), 0) * rarity, dtype=np.float64)


def _entropic(counts: Doubles) -> Doubles:
    """n log n, 0 for 0."""
    return np.asarray(xlogy(counts, counts), dtype=np.float64)


def associations(documents: Sequence[Document], n_categories: int) -> dict[str, Doubles]:
    """Of every word of labelled documents the association with each category, (n_categories,), of mean zero."""
    counted = DocumentCounts.of(documents, n_categories)
    return dict(zip(counted.forms, counted.associations(), strict=True))


def rank_associated(
    examples: Sequence[Example], n_categories: int, embeddings: BilingualEmbeddings, form: CountedForm
) -> list[SalientWord]:
    """Every word of the examples that has a vector, the most telling first; equals by language and form.

    Scores by `log-likelihood` are those of `DocumentCounts.excess`. By `log-odds` the score is the range of a word's
    associations times the root of its document frequency. Each language is counted by itself.
    """
    ranked: list[SalientWord] = []
    for language in Language:
        documents = [example.document for example in examples if example.language is language]
        counted = DocumentCounts.of(documents, n_categories)
        frequencies = counted.counts.sum(axis=1)
        if form == "log-likelihood":
            scores = counted.excess()
        else:
            scores = np.ptp(counted.associations(), axis=1) * np.sqrt(frequencies)
        known = embeddings.side(language).index
        ranked += [
            SalientWord(Word(language, word), score, int(frequency))
            for word, score, frequency in zip(counted.forms, scores.tolist(), frequencies.tolist(), strict=True)
            if word in known
        ]
    return sorted(ranked, key=lambda salient: (-salient.score, salient.word))
