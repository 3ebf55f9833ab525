"""How far a campaign's annotators agree, for its page and its export."""

from dataclasses import asdict
from typing import Any

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.evaluation.agreement import Agreement, label_agreement, mark_agreement
from ml_backend.label_studio.readings import Readings


def agreement_facts(readings: Readings, categories: int) -> dict[str, Any]:
    """Agreement over documents and words, None where no two annotators judged the same.

    `open_disagreements`: documents and pairs of words whose votes are tied; `settled`: those that a majority decided;
    `asked_again`: tasks that wait for one more annotator.
    """
    documents, words = resolve_labels(readings.labels), resolve(readings.marks)
    tied = len(documents.ties) + sum(conflict.is_tie for conflict in words.conflicts)
    return {
        **measured_agreement(readings, categories),
        "open_disagreements": tied,
        "settled": len(documents.conflicts) + len(words.conflicts) - tied,
        "asked_again": sum(task.reopened for task in readings.open_tasks),
    }


def measured_agreement(readings: Readings, categories: int) -> dict[str, Any]:
    """Agreement over documents and over words shown under keywords."""
    return {
        "documents": _facts(label_agreement(readings.labels, categories)),
        "words": _facts(mark_agreement(readings.marks, readings.shown)),
    }


def _facts(agreement: Agreement | None) -> dict[str, Any] | None:
    return None if agreement is None else {**asdict(agreement), "note": agreement.note}
