"""How strongly words go with categories, counted in labelled documents."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language, Word
from clime_core.model.examples import Example
from clime_core.model.salience import SalientWord

Doubles = NDArray[np.float64]


def document_counts(documents: Sequence[Document], n_categories: int) -> tuple[dict[str, Doubles], Doubles]:
    """In how many labelled documents of each category a word occurs, (n_categories,), and how many there are."""
    totals = np.zeros(n_categories)
    counts: dict[str, Doubles] = {}
    for document in documents:
        if document.label is None:
            continue
        totals[document.label] += 1
        for form in set(document.tokens):
            counts.setdefault(form, np.zeros(n_categories))[document.label] += 1
    return counts, totals


def associations(documents: Sequence[Document], n_categories: int) -> dict[str, Doubles]:
    """Each word's association with each category, (n_categories,), of mean zero.

    log((n_c(w) + 1) / (N_c + 2)) with n_c(w) the documents of category c that hold w and N_c all of them, less
    its mean over the categories: of two categories half the difference of both logs.
    """
    counts, totals = document_counts(documents, n_categories)
    return _associations(counts, totals)


def rank_associated(
    examples: Sequence[Example], n_categories: int, embeddings: BilingualEmbeddings
) -> list[SalientWord]:
    """Every word of the examples that has a vector, the most telling first; equals by language and form.

    The score is the range of a word's associations times the root of its document frequency: about how many
    standard errors its log-odds are from zero, so that neither rare words nor stop words lead. Each language is
    counted by itself.
    """
    ranked = []
    for language in Language:
        documents = [example.document for example in examples if example.language is language]
        counts, totals = document_counts(documents, n_categories)
        for form, values in _associations(counts, totals).items():
            if form in embeddings.side(language):
                frequency = int(counts[form].sum())
                score = float(np.ptp(values) * np.sqrt(frequency))
                ranked.append(SalientWord(Word(language, form), score, frequency))
    return sorted(ranked, key=lambda salient: (-salient.score, salient.word))


def _associations(counts: Mapping[str, Doubles], totals: Doubles) -> dict[str, Doubles]:
    logs = {form: np.log((count + 1) / (totals + 2)) for form, count in counts.items()}
    return {form: values - values.mean() for form, values in logs.items()}
