"""Words that a team names for its categories, and what they say of the documents that hold them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clime_core.data.documents import Document, DocumentId
from clime_core.data.tokens import tokenize
from clime_core.data.word_reach import WordReach, word_reach

MAX_NAMED = 10
"""Words that a message names."""


@dataclass(frozen=True, eq=False)
class SeedLabels:
    """The categories of documents by the seed words in them, as keyword spotting would label them.

    labels: document id to category. counts (n_categories): how many documents each got. undecided: documents that hold
    as many seed words of two categories, which get no label. absent: seed words that are in no document.
    """

    labels: dict[DocumentId, int]
    counts: tuple[int, ...]
    undecided: int
    absent: tuple[str, ...]

    def notes(self, categories: Sequence[str]) -> Iterator[str]:
        """What a person should know: how many documents of each category were found, and which words are of no use."""
        found = ", ".join(f"{count} {name}" for name, count in zip(categories, self.counts, strict=True))
        undecided = f"; {self.undecided} hold as many of two categories, and count for none" if self.undecided else ""
        yield f"seed words are in {len(self.labels)} documents: {found}{undecided}"
        if self.absent:
            named = ", ".join(self.absent[:MAX_NAMED]) + (", ..." if len(self.absent) > MAX_NAMED else "")
            yield f"{len(self.absent)} seed words are in no document of the pool: {named}"


def seed_labels(pool: Sequence[Document], seed_words: Sequence[Sequence[str]]) -> SeedLabels:
    """Each document of the pool gets the category of most of the seed words in it; seed_words: of each category.

    A phrase is in a document that holds all its words. A single word that no document has as it is written is in those
    that hold a longer word which begins with it, from four characters on.
    """
    reach, documents = word_reach(tuple(pool)), [(document.id, set(document.tokens)) for document in pool]
    votes: dict[DocumentId, Counter[int]] = {}
    absent: list[str] = []
    for category, word in ((category, word) for category, words in enumerate(seed_words) for word in words):
        ways = _ways(word, reach)
        holders = [document for document, tokens in documents if any(way <= tokens for way in ways)]
        for document in holders:
            votes.setdefault(document, Counter())[category] += 1
        if not holders:
            absent.append(word)
    labels = {document: label for document, found in votes.items() if (label := _winner(found)) is not None}
    of_each = Counter(labels.values())
    counts = tuple(of_each[category] for category in range(len(seed_words)))
    return SeedLabels(labels, counts, len(votes) - len(labels), tuple(absent))


def _ways(word: str, reach: WordReach) -> list[set[str]]:
    """The sets of words of which a document holds one wholly where it holds the seed word."""
    if word in reach.frequencies:
        return [{word}]
    completions = [{form} for form in reach.completions(word)]
    return completions or [set(tokenize(word))]


def _winner(votes: Counter[int]) -> int | None:
    """The category with the most votes, None for a tie."""
    first, *others = votes.most_common(2)
    return None if others and others[0][1] == first[1] else first[0]
