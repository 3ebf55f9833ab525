"""A dictionary that a team has, matched with the words of a campaign's documents."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clime_core.data.bilingual_dictionary import Pairs
from clime_core.data.documents import Coverage, Document, coverage
from clime_core.data.language import Language, Word
from clime_core.data.word_reach import WordReach


@dataclass(frozen=True, eq=False)
class Translations:
    """Which source words of the labelled documents a target word translates.

    sources: target word, also one that the pool does not have, to the source words, each with a weight in (0, 1]: 1
    where both are written as documents have them. keywords: the words of the documents, of both languages, that have a
    translation in those of the other language. entries: of the dictionary; of_pool: how much of the pool has one.
    """

    sources: Mapping[str, Mapping[str, float]]
    keywords: frozenset[Word]
    entries: int
    of_pool: Coverage

    @classmethod
    def of(cls, pairs: Pairs, train: Sequence[Document], pool: Sequence[Document]) -> "Translations":
        """Match the pairs with labelled source documents and a pool of target documents."""
        in_train, in_pool = WordReach(train), WordReach(pool)
        sources: dict[str, dict[str, float]] = defaultdict(dict)
        for source_text, target_text in pairs:
            known = {form: w for form, w in in_train.reached(source_text).items() if form in in_train.frequencies}
            reached = in_pool.reached(target_text) if known else {}
            for target, of_target in reached.items():
                for source, of_source in known.items():
                    sources[target][source] = max(sources[target].get(source, 0.0), of_source * of_target)
        found = {target: of_target for target, of_target in sources.items() if target in in_pool.frequencies}
        keywords = {Word(Language.TARGET, target) for target in found}
        keywords |= {Word(Language.SOURCE, source) for of_target in found.values() for source in of_target}
        return cls(dict(sources), frozenset(keywords), len(pairs), coverage(pool, found))

    def __str__(self) -> str:
        """How much of the pool it covers, for people."""
        words = f"{self.of_pool.known_types} of {self.of_pool.types} words of the pool"
        return f"translates {words}, {self.of_pool.share:.0%} of its tokens; entries: {self.entries}"
