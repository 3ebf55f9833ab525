"""The words of documents that a word stands for as people write it: in a dictionary, or in an answer.

Documents are matched by their tokens, which are lower-case, without hyphens, and inflected. What people write is often
none of these: `salun-at`, `high blood pressure`, or the basic form of a word that occurs in other forms alone.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain, takewhile

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.data.tokens import tokenize

PHRASE_WEIGHT = 0.5
"""Weight of a word that stands for a phrase of several words."""

MAX_PHRASE_SHARE = 0.1
"""A word of a phrase that occurs in more of the documents than this share says nothing of the phrase's meaning."""

COMPLETION_WEIGHT = 0.25
"""Weight of a longer word that stands for one that occurs in no document."""

MIN_COMPLETED_CHARACTERS = 4
"""A shorter word is the beginning of too many others."""


@dataclass(frozen=True, eq=False)
class WordReach:
    """Finds the words of some documents of one language. The index is built once, at the first question."""

    documents: Sequence[Document]

    @cached_property
    def frequencies(self) -> Counter[str]:
        """In how many documents each word occurs."""
        return Counter(chain.from_iterable(dict.fromkeys(document.tokens) for document in self.documents))

    def reached(self, text: str) -> dict[str, float]:
        """The words that stand for a text, as documents could have them, with weights in (0, 1].

        The text itself, where it is a token. Else its only word, which may occur in no document; or of several words
        those that are in at most `MAX_PHRASE_SHARE` of the documents.
        """
        if text in self.frequencies:
            return {text: 1.0}
        tokens = tokenize(text)
        if len(tokens) == 1:
            return {tokens[0]: 1.0}
        limit = MAX_PHRASE_SHARE * len(self.documents)
        return {token: PHRASE_WEIGHT for token in tokens if self.frequencies[token] <= limit}

    def completions(self, text: str) -> dict[str, float]:
        """The words of the documents that begin with a single word that is in no document itself, with weights."""
        tokens = tokenize(text)
        if len(tokens) != 1 or len(tokens[0]) < MIN_COMPLETED_CHARACTERS or tokens[0] in self.frequencies:
            return {}
        start = bisect_left(self._sorted, tokens[0])
        beginning = takewhile(lambda form: form.startswith(tokens[0]), self._sorted[start:])
        return dict.fromkeys(beginning, COMPLETION_WEIGHT)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.frequencies)


@lru_cache(maxsize=2)
def word_reach(documents: tuple[Document, ...]) -> WordReach:
    """The index of the documents, kept for the last pools, since rounds come back to them."""
    return WordReach(documents)


def spread(constraints: Iterable[Constraint], reach: WordReach) -> Iterator[Constraint]:
    """The constraints, and in place of those on target words that no document has, weaker ones on the words reached.

    `reach`: of the target documents. The word itself is kept where it is one token: later documents may have it.
    """
    for constraint in constraints:
        form = constraint.word.form
        if constraint.word.language is Language.SOURCE or form in reach.frequencies:
            yield constraint
            continue
        for reached, weight in {**reach.completions(form), **reach.reached(form)}.items():
            yield replace(constraint, word=Word(Language.TARGET, reached), weight=constraint.weight * weight)


def unreached(constraints: Iterable[Constraint], reach: WordReach) -> tuple[int, int]:
    """How many target words of the constraints no document has as they are written, and for how many none stands."""
    words = {c.word.form for c in constraints if c.word.language is Language.TARGET} - reach.frequencies.keys()
    stands = (reach.completions(form).keys() | reach.reached(form).keys() for form in words)
    return len(words), sum(found.isdisjoint(reach.frequencies) for found in stands)
