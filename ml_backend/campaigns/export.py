"""`clime export`: a campaign's results, and a manifest of what each part was made from."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from clime_core.data.digest import file_digest
from clime_core.data.documents import Document, DocumentId, write_documents
from clime_core.data.feedback_file import write_feedback
from clime_core.data.labels import LabelResolution, resolve_labels
from clime_core.data.language import Word
from clime_core.data.marks import resolve
from clime_core.data.stream import writing
from clime_core.data.vec_file import write_vec
from clime_core.errors import CampaignError
from clime_core.progress import Progress, silent
from ml_backend.campaign_data import CampaignData, campaign_data_of
from ml_backend.installation import Installation
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import document_key, keywords_of, word_key
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.rounds.live_models import live_number, load_model
from ml_backend.status.agreement import measured_agreement
from ml_backend.store.campaigns import projects_of
from ml_backend.store.tables import CampaignRow
from ml_backend.store.version_folder import VersionFolder


def export_campaign(
    installation: Installation, row: CampaignRow, out: Path, version: int | None = None, progress: Progress = silent
) -> Iterator[Path]:
    """Write the refined vectors, the predictor, all marks and labels, and the manifest. Yields each path when written.

    Raises CampaignError where the model version does not exist, or its files were removed.
    """
    number = version or live_number(row)
    version_folder = VersionFolder.of(installation.folder(row), number)
    if not version_folder.exists:
        raise CampaignError(f"campaign {row.name}: there is no model version {number} to export; see its page")
    campaign = installation.campaign(row)
    with installation.store.reading() as session:
        projects = projects_of(session, row)
    data = campaign_data_of(installation, campaign, projects)
    readings = campaign_readings(installation, row, projects, reader="export")
    labels, problems = data.document_labels(readings.labels)
    conflicts = disagreements(readings, resolve_labels(labels))
    agreement = measured_agreement(readings.of_documents(data.by_key), len(campaign.task.categories))
    model = load_model(installation.folder(row), number)
    out.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Callable[[Path], None]] = {
        "target.vec": lambda path: write_vec(path, model.embeddings.target, progress),
        "marks.csv": lambda path: write_feedback(path, readings.marks, judged(readings)),
        "labels.jsonl": lambda path: write_documents(path, labelled(data, readings)),
        "disagreements.json": lambda path: _write_json(path, {"agreement": agreement, **conflicts}),
    }
    if not campaign.one_language:
        paths = {"source.vec": lambda path: write_vec(path, model.embeddings.source, progress), **paths}
    names = sorted({mark.annotator for mark in readings.marks})
    annotators = {f"marks.{i}.csv": annotator for i, annotator in enumerate(names, start=1)}
    paths |= {name: partial(_write_marks, readings, annotator) for name, annotator in annotators.items()}
    for name, write in paths.items():
        write(out / name)
        yield out / name
    model.predictor.save(out / "predictor")
    predictor = [str(file.relative_to(out)) for file in sorted((out / "predictor").rglob("*")) if file.is_file()]
    yield out / "predictor"
    _write_json(out / "manifest.json", {
        "campaign": row.name,
        "categories": list(campaign.task.categories),
        "model_version": number,
        "model_version_made_from": version_folder.read_manifest(),
        "marks_and_labels": {"read_at": datetime.now(UTC).isoformat(), "problems": [*readings.problems, *problems]},
        "annotators": annotators,
        "agreement": agreement,
        "settings": campaign.model_dump(mode="json"),
        "files": {name: _digest(out / name) for name in [*paths, *predictor]},
    })  # fmt: skip
    yield out / "manifest.json"


def judged(readings: Readings) -> list[Word]:
    """The keywords that enough annotators have done, in order; also those that wait for one more annotator."""
    return keywords_of(task.key for task in readings.tasks if task.reopened or task.id not in readings.open_ids)


def _write_marks(readings: Readings, annotator: str, path: Path) -> None:
    """The marks of one annotator. The format has no field for the annotator, so each has a file."""
    write_feedback(path, [mark for mark in readings.marks if mark.annotator == annotator])


def labelled(data: CampaignData, readings: Readings) -> tuple[Document, ...]:
    """The documents that annotators labelled, with the label that counts."""
    labels = resolve_labels(readings.labels).labels
    return tuple(
        Document(document.id, document.tokens, labels[key], document.text)
        for document in data.pool
        if (key := document_key(document.id)) in labels and document.shown.strip()
    )


def disagreements(readings: Readings, labels: LabelResolution[DocumentId]) -> dict[str, Any]:
    """Where annotators do not agree: their votes, and the label or mark that counts, None where they are tied.

    `settled_by` is "one more annotator" where that one was asked because of a tie.
    """
    reopened = {task.key for task in readings.tasks if task.reopened}
    words = resolve(readings.marks)
    similar = {(c.keyword, c.word): c.similar for c in words.constraints}
    documents = [(c, labels.labels.get(c.document), document_key(c.document)) for c in labels.conflicts]
    pairs = [(c, similar.get((c.keyword, c.word)), word_key(c.keyword)) for c in words.conflicts]
    return {
        "documents": [
            {"id": c.document, "labels": dict(c.votes), "label": label, **_outcome(label, key in reopened)}
            for c, label, key in documents
        ],
        "words": [
            {
                "keyword": c.keyword.form,
                "word": c.word.form,
                "similar": list(c.similar_by),
                "dissimilar": list(c.dissimilar_by),
                "counts_as_similar": counts,
                **_outcome(counts, key in reopened),
            }
            for c, counts, key in pairs
        ],
    }


def _outcome(counts: int | None, reopened: bool) -> dict[str, Any]:
    settled_by = None if counts is None else "one more annotator" if reopened else "the majority"
    return {"asked_again": reopened, "settled_by": settled_by}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with writing(path) as stream:
        stream.write((json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def _digest(path: Path) -> dict[str, Any]:
    return {"bytes": path.stat().st_size, "sha256": file_digest(path)}
