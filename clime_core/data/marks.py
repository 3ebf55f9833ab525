"""Marks: annotators' judgements of a keyword and a word."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from clime_core.data.language import Word


@dataclass(frozen=True)
class Mark:
    """One judgement: for this classification task, `word` is (dis)similar to `keyword`.

    `added` says that the annotator brought the word in; `at` is the time in seconds since the epoch.
    """

    annotator: str
    keyword: Word
    word: Word
    similar: bool
    added: bool = False
    at: float = 0.0


@dataclass(frozen=True)
class Constraint:
    """What the marks of all annotators on a pair come to: `word` is (dis)similar to `keyword`.

    `weight`: below 1 where the word only stands for the one that was marked.
    """

    keyword: Word
    word: Word
    similar: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Conflict:
    """A pair on which annotators do not agree: their names, sorted, by how they marked it."""

    keyword: Word
    word: Word
    similar_by: tuple[str, ...]
    dissimilar_by: tuple[str, ...]

    @property
    def is_tie(self) -> bool:
        """Whether as many marked it similar as dissimilar, so that there is no constraint."""
        return len(self.similar_by) == len(self.dissimilar_by)


@dataclass(frozen=True)
class Resolution:
    """What many marks come to. Both are sorted by keyword, then word."""

    constraints: tuple[Constraint, ...]
    conflicts: tuple[Conflict, ...]


def resolve(marks: Iterable[Mark]) -> Resolution:
    """Let each annotator's latest mark on a pair count (of equal times the later given), and annotators vote.

    The majority makes the constraint. Any dissent is a conflict too; a tie is only a conflict. (keyword,
    word) and (word, keyword) are two questions, answered separately.
    """
    votes: dict[tuple[Word, Word], dict[str, bool]] = defaultdict(dict)
    for mark in sorted(marks, key=lambda mark: mark.at):
        votes[mark.keyword, mark.word][mark.annotator] = mark.similar
    constraints, conflicts = [], []
    for (keyword, word), by_annotator in sorted(votes.items(), key=lambda item: item[0]):
        similar_by = tuple(sorted(annotator for annotator, similar in by_annotator.items() if similar))
        dissimilar_by = tuple(sorted(annotator for annotator, similar in by_annotator.items() if not similar))
        if len(similar_by) != len(dissimilar_by):
            constraints.append(Constraint(keyword, word, similar=len(similar_by) > len(dissimilar_by)))
        if similar_by and dissimilar_by:
            conflicts.append(Conflict(keyword, word, similar_by, dissimilar_by))
    return Resolution(tuple(constraints), tuple(conflicts))
