"""Document labels: what several annotators said, and what counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from clime_core.data.documents import DocumentId


@dataclass(frozen=True)
class DocumentLabel:
    """One annotator's category (index from 0) for one document; `at` in seconds since the epoch."""

    annotator: str
    document: DocumentId
    label: int
    at: float = 0.0


@dataclass(frozen=True)
class LabelConflict:
    """A document on which annotators do not agree: annotator to category."""

    document: DocumentId
    said: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LabelResolution:
    """The label that counts for each document, and the disagreements."""

    labels: dict[DocumentId, int]
    conflicts: tuple[LabelConflict, ...]


def resolve_labels(said: Iterable[DocumentLabel]) -> LabelResolution:
    """The latest label of each annotator counts; annotators vote; a tie gives no label.

    Every disagreement is kept as a conflict, also where a majority decided it.
    """
    latest: dict[DocumentId, dict[str, int]] = defaultdict(dict)
    for item in sorted(said, key=lambda item: item.at):
        latest[item.document][item.annotator] = item.label
    labels: dict[DocumentId, int] = {}
    conflicts: list[LabelConflict] = []
    for document, votes in latest.items():
        ranked = Counter(votes.values()).most_common()
        if len(ranked) > 1:
            conflicts.append(LabelConflict(document, tuple(sorted(votes.items()))))
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
            labels[document] = ranked[0][0]
    return LabelResolution(labels, tuple(conflicts))
