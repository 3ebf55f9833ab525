"""A score of documents by the words in them that annotators marked, or that a dictionary translates.

An accepted target word inherits the class association of the source words it was found similar to, a rejected one
loses it; a translation is like an accepted word. Documents are then scored by the words they hold. No vectors and no
training are involved, so that a mark counts at once and cannot be drowned by badly aligned vectors.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.model.predictor.predictor_settings import WordChannelSettings

Doubles = NDArray[np.float64]

PSEUDO_WORDS = 3
"""Added to the number of known words of a document (a pseudo-count): one word alone decides little."""


_Pair = tuple[Word, Word, float, float]
"""Keyword, word, sign and weight."""


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


@dataclass(frozen=True, eq=False)
class _Translated:
    """What the dictionary says of a target word: the weighted sum of associations (n_categories,), and the weights'."""

    total: Doubles
    weight: float


def word_channel(
    constraints: Sequence[Constraint],
    source: Mapping[str, Doubles],
    n_categories: int,
    settings: WordChannelSettings,
    translations: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
    language: Language = Language.SOURCE,
) -> WordChannel:
    """The associations x of target words: of source words they are known, of marked and translated words solved for.

    Minimises sum over pairs of g |x_i - s x_j|^2 + caution * |x_i|^2 over the target words (and source words without
    an association), g = 1 and s = 1 for similar pairs, g = rejection and s = -1 for dissimilar ones: label propagation
    (Zhu et al. 2003) on the graph of the marks. `translations` give target words the source words that they translate,
    with weights: similar pairs of g = dictionary, in the place of which the marks count where there are some. All other
    words stay unknown. `language`: of the `source` words, the target's own in a campaign of one language.
    """
    translated = _translated(translations, source, settings.dictionary)
    for form in _overruled(constraints, source, translated):
        del translated[form]
    known = {form: found.total / (settings.caution + found.weight) for form, found in translated.items()}
    pairs = list(_pairs(constraints, settings))
    fixed = {w for pair in pairs for w in pair[:2] if w.language is language and w.form in source}
    known |= _propagated(pairs, source, fixed, translated, n_categories, settings.caution)
    return WordChannel({form: association for form, association in known.items() if association.any()}, n_categories)


def _propagated(
    pairs: Sequence[_Pair],
    source: Mapping[str, Doubles],
    fixed: set[Word],
    translated: Mapping[str, _Translated],
    n_categories: int,
    caution: float,
) -> dict[str, Doubles]:
    """The associations of the target words that marks connect; those of the fixed words are known."""
    free = sorted({w for pair in pairs for w in pair[:2]} - fixed)
    place = {word: i for i, word in enumerate(free)}
    system = caution * np.eye(len(free))
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
    target = {word.form: i for word, i in place.items() if word.language is Language.TARGET}
    for form in target.keys() & translated.keys():
        system[target[form], target[form]] += translated[form].weight
        given[target[form]] += translated[form].total
    solved = np.linalg.lstsq(system, given, rcond=None)[0]
    return {form: solved[i] for form, i in target.items()}


def _translated(
    translations: Mapping[str, Mapping[str, float]], source: Mapping[str, Doubles], weight: float
) -> dict[str, _Translated]:
    """What the dictionary says of each target word that translates a source word with an association."""
    found: dict[str, _Translated] = {}
    for form, sources in translations.items() if weight else ():
        known = [(weight * of_pair, source[word]) for word, of_pair in sources.items() if word in source]
        if known:
            total = np.sum([of_pair * association for of_pair, association in known], axis=0)
            found[form] = _Translated(total, sum(of_pair for of_pair, _ in known))
    return found


def _overruled(
    constraints: Iterable[Constraint], source: Mapping[str, Doubles], translated: Mapping[str, _Translated]
) -> set[str]:
    """Target words of which marks themselves say what the dictionary would: a person's answer outranks it.

    Those marked similar to a source word, and those marked dissimilar to one with which the dictionary agrees.
    """
    found = set[str]()
    for constraint in constraints:
        ends = sorted((constraint.keyword, constraint.word))
        known, form = source.get(ends[0].form), ends[1].form
        of_both = ends[0].language is Language.SOURCE and ends[1].language is Language.TARGET
        if of_both and known is not None and form in translated and constraint.weight == 1:
            found |= {form} if constraint.similar or translated[form].total @ known > 0 else set()
    return found


def _pairs(constraints: Iterable[Constraint], settings: WordChannelSettings) -> Iterator[_Pair]:
    """Each pair that counts."""
    for constraint in constraints:
        weight = constraint.weight * (1.0 if constraint.similar else settings.rejection)
        if weight > 0 and constraint.keyword != constraint.word:
            yield constraint.keyword, constraint.word, 1.0 if constraint.similar else -1.0, weight
