"""How far a campaign's annotators agree, for its page and its export."""

from dataclasses import asdict, dataclass
from typing import Any

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.evaluation.agreement import Agreement, label_agreement, mark_agreement
from ml_backend.label_studio.readings import Readings


@dataclass(frozen=True)
class AgreementFacts:
    """Agreement over documents and over words; None where no two annotators judged the same one.

    open_disagreements: documents and pairs of words whose votes are tied. settled: those that a majority decided.
    asked_again: tasks that wait for one more annotator.
    """

    documents: Agreement | None
    words: Agreement | None
    open_disagreements: int
    settled: int
    asked_again: int


def agreement_facts(readings: Readings, categories: int) -> AgreementFacts:
    """Agreement and disagreements of a campaign with so many categories."""
    documents, words = resolve_labels(readings.labels), resolve(readings.marks)
    tied = len(documents.ties) + sum(conflict.is_tie for conflict in words.conflicts)
    return AgreementFacts(
        documents=label_agreement(readings.labels, categories),
        words=mark_agreement(readings.marks, readings.shown),
        open_disagreements=tied,
        settled=len(documents.conflicts) + len(words.conflicts) - tied,
        asked_again=sum(task.reopened for task in readings.open_tasks),
    )


def measured_agreement(readings: Readings, categories: int) -> dict[str, Any]:
    """Agreement over documents and over words, as JSON."""
    return {
        "documents": agreement_json(label_agreement(readings.labels, categories)),
        "words": agreement_json(mark_agreement(readings.marks, readings.shown)),
    }


def agreement_json(agreement: Agreement | None) -> dict[str, Any] | None:
    """The fields and the note."""
    return None if agreement is None else {**asdict(agreement), "note": agreement.note}
