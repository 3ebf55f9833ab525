"""A score of documents by the annotators' marks on the words in them.

An accepted target word inherits the class association of the source words it was found similar to, a rejected one
loses it; documents are then scored by the words they hold. No vectors and no training are involved, so that a mark
counts at once and cannot be drowned by badly aligned vectors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.model.predictor.predictor_settings import WordChannelSettings

Doubles = NDArray[np.float64]

PSEUDO_WORDS = 3
"""Added to the number of known words of a document (a pseudo-count): one word alone decides little."""


@dataclass(frozen=True, eq=False)
class WordChannel:
    """Target word form to its association with each category, (n_categories,) float64 of mean zero."""

    associations: Mapping[str, Doubles]
    n_categories: int

    def scores(self, documents: Sequence[Document]) -> Doubles:
        """(n, k): the sum of the associations of a document's n distinct known words over the root of n + 3.

        The root lets evidence add up without long documents winning by length; 3 keeps one word from deciding.
        """
        scores = np.zeros((len(documents), self.n_categories))
        for row, document in enumerate(documents):
            known = [self.associations[form] for form in dict.fromkeys(document.tokens) if form in self.associations]
            if known:
                scores[row] = np.sum(known, axis=0) / np.sqrt(len(known) + PSEUDO_WORDS)
        return scores


def word_channel(
    constraints: Iterable[Constraint], source: Mapping[str, Doubles], n_categories: int, settings: WordChannelSettings
) -> WordChannel:
    """The associations x of marked target words: those of the source words known, the others solved for.

    Minimises sum over pairs of g |x_i - s x_j|^2 + caution * |x_i|^2 over the target words (and source words without
    an association), g = 1 and s = 1 for similar pairs, g = rejection and s = -1 for dissimilar ones: label propagation
    (Zhu et al. 2003) on the graph of the marks. Unmarked words stay unknown.
    """
    pairs = [
        (c.keyword, c.word, 1.0 if c.similar else -1.0, 1.0 if c.similar else settings.rejection) for c in constraints
    ]
    pairs = [pair for pair in pairs if pair[3] > 0 and pair[0] != pair[1]]
    fixed = {w for pair in pairs for w in pair[:2] if w.language is Language.SOURCE and w.form in source}
    free = sorted({w for pair in pairs for w in pair[:2]} - fixed)
    place = {word: i for i, word in enumerate(free)}
    system = settings.caution * np.eye(len(free))
    given = np.zeros((len(free), n_categories))
    for keyword, word, sign, weight in pairs:
        for end, opposite in ((keyword, word), (word, keyword)):
            if end not in place:
                continue
            system[place[end], place[end]] += weight
            if opposite in place:
                system[place[end], place[opposite]] -= sign * weight
            else:
                given[place[end]] += sign * weight * source[opposite.form]
    solved = np.linalg.lstsq(system, given, rcond=None)[0]
    known = {w.form: solved[i] for w, i in place.items() if w.language is Language.TARGET and np.any(solved[i])}
    return WordChannel(known, n_categories)
