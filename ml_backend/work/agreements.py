"""How far a campaign's annotators agree, for its page and its export."""

from dataclasses import asdict
from typing import Any

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.policy.agreement import Agreement, label_agreement, mark_agreement
from ml_backend.exchange.readings import Readings
from ml_backend.work.ties import tied_documents, tied_pairs


def agreement_facts(readings: Readings, categories: int) -> dict[str, Any]:
    """Agreement over documents and words, None where no two annotators judged the same.

    `open_disagreements`: documents and pairs of words whose votes are tied; `settled`: those that a majority decided;
    `asked_again`: tasks that wait for one more annotator.
    """
    documents, words = resolve_labels(readings.labels).conflicts, resolve(readings.marks).conflicts
    tied = len(tied_documents(readings.labels)) + len(tied_pairs(readings.marks))
    return {
        **measured_agreement(readings, categories),
        "open_disagreements": tied,
        "settled": len(documents) + len(words) - tied,
        "asked_again": sum(task.reopened for task in readings.tasks if task.id in readings.open_tasks),
    }


def measured_agreement(readings: Readings, categories: int) -> dict[str, Any]:
    """Agreement over documents and over words shown under keywords."""
    return {
        "documents": _facts(label_agreement(readings.labels, categories)),
        "words": _facts(mark_agreement(readings.marks, readings.looks)),
    }


def _facts(agreement: Agreement | None) -> dict[str, Any] | None:
    return None if agreement is None else {**asdict(agreement), "note": agreement.note}
