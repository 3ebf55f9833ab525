"""Document labels: the votes of several annotators, and the label that counts."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

DocumentName = TypeVar("DocumentName", bound=Hashable)
"""How documents are named: by `DocumentId` in a round, by the key of their task where annotations are read."""

How = Literal["blind", "left", "confirmed", "changed"]


@dataclass(frozen=True)
class DocumentLabel(Generic[DocumentName]):
    """One annotator's category (index from 0) for one document; `at` in seconds since the epoch.

    how: chosen blind, without a prediction; or on a review screen, where a prediction was left as it was, confirmed or
    changed.
    """

    annotator: str
    document: DocumentName
    label: int
    at: float = 0.0
    how: How = "blind"


@dataclass(frozen=True)
class LabelConflict(Generic[DocumentName]):
    """A document on which annotators do not agree. votes: annotator and category, sorted."""

    document: DocumentName
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LabelResolution(Generic[DocumentName]):
    """The label that counts for each document, and the disagreements. left: those that nobody chose."""

    labels: dict[DocumentName, int]
    conflicts: tuple[LabelConflict[DocumentName], ...]
    left: frozenset[DocumentName] = frozenset()

    @property
    def ties(self) -> list[DocumentName]:
        """The documents whose votes give no label."""
        return [conflict.document for conflict in self.conflicts if conflict.document not in self.labels]


def resolve_labels(labels: Iterable[DocumentLabel[DocumentName]]) -> LabelResolution[DocumentName]:
    """The latest label of each annotator counts; annotators vote; a tie gives no label.

    What a reviewer left as predicted has a vote only where nobody chose a category. Every disagreement is kept as a
    conflict, also where a majority decided it.
    """
    latest: dict[DocumentName, dict[str, int]] = defaultdict(dict)
    ordered = sorted(labels, key=lambda label: label.at)
    chosen = {label.document for label in ordered if label.how != "left"}
    for label in ordered:
        if label.how != "left" or label.document not in chosen:
            latest[label.document][label.annotator] = label.label
    decided: dict[DocumentName, int] = {}
    conflicts: list[LabelConflict[DocumentName]] = []
    for document, votes in latest.items():
        ranked = Counter(votes.values()).most_common()
        if len(ranked) > 1:
            conflicts.append(LabelConflict(document, tuple(sorted(votes.items()))))
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
            decided[document] = ranked[0][0]
    return LabelResolution(decided, tuple(conflicts), frozenset(decided.keys() - chosen))
