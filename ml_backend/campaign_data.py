"""A campaign's vectors and documents, read once, for its rounds."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import func, select

from clime_core.data.digest import json_digest
from clime_core.data.documents import Coverage, Document, DocumentId, coverage, read_documents
from clime_core.data.embedding_store import converted, load_embeddings, open_embeddings
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.encoded_documents import with_vectors
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language
from clime_core.data.normalize import normalized
from clime_core.data.stream import write_bytes
from clime_core.data.tokens import tokenize
from clime_core.data.vec_file import VecReport
from clime_core.errors import DataError
from clime_core.model.words.concordance import Concordance
from clime_core.progress import Progress, silent
from clime_core.round.candidates import document_words
from ml_backend.campaign_file import Campaign, DataPart, path_fields
from ml_backend.installation import Installation
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.store.database import Store
from ml_backend.store.tables import ProjectRow, Role, TaskRow
from ml_backend.store.tasks import tasks_of


@dataclass(frozen=True, eq=False)
class CampaignData:
    """A campaign's vectors and documents.

    `copies` are the folders of the binary vectors by language; `stamps` identify the state of each file that was read.
    """

    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    dev: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    copies: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    def documents(self, language: Language) -> tuple[Document, ...]:
        """The documents whose words count: the training documents of the source language, the pool of the target's."""
        return self.train if language is Language.SOURCE else self.pool

    @cached_property
    def concordances(self) -> dict[Language, Concordance]:
        """Where words occur: source words in the training documents, target words in the pool."""
        return {language: Concordance(self.documents(language)) for language in Language}

    @cached_property
    def candidates(self) -> dict[Language, tuple[str, ...]]:
        """The words of the documents that have a vector, most frequent first."""
        return {
            language: document_words(self.documents(language), self.embeddings.side(language)) for language in Language
        }

    @cached_property
    def by_id(self) -> dict[DocumentId, Document]:
        """The pool by document id."""
        return {document.id: document for document in self.pool}

    @cached_property
    def by_text(self) -> dict[str, Document]:
        """The pool by the text that people read."""
        return {document.shown: document for document in self.pool}

    @cached_property
    def by_key(self) -> dict[TaskKey, DocumentId]:
        """Document ids of the pool by the key of their task."""
        return {document_key(document.id): document.id for document in self.pool}

    def document_labels(
        self, labels: Iterable[DocumentLabel[TaskKey]]
    ) -> tuple[list[DocumentLabel[DocumentId]], tuple[str, ...]]:
        """The labels by document, and a problem for each whose document is no longer in the pool."""
        document_labels, problems = [], []
        for label in labels:
            document = self.by_key.get(label.document)
            if document is None:
                problems.append(f"task {label.document}: its document is no longer in the pool; put it back there")
            else:
                document_labels.append(DocumentLabel(label.annotator, document, label.label, label.at))
        return document_labels, tuple(problems)

    def coverage(self) -> dict[str, Coverage]:
        """How much of each set has vectors."""
        sides = self.embeddings
        return {
            "train": coverage(self.train, sides.source),
            "pool": coverage(self.pool, sides.target),
            "test": coverage(self.test, sides.target),
        }


def campaign_data_of(
    installation: Installation, campaign: Campaign, projects: Sequence[ProjectRow], progress: Progress = silent
) -> CampaignData:
    """The campaign's vectors and documents, read at the first call, and again when a file or a setting has changed.

    They are also read again when a team's own project has more documents. Raises DataError.
    """
    own_project = campaign.data.pool is None
    size = project_size(installation.store, projects) if own_project else 0
    stamp = (size, data_stamps(campaign), campaign.data, campaign.task.categories)

    def read() -> CampaignData:
        pool = project_pool(installation.store, projects) if own_project else None
        return read_campaign_data(campaign, installation.settings.folder(campaign.name), pool, progress)

    return installation.campaign_data.get(campaign.name, read, stamp)


def read_campaign_data(
    campaign: Campaign, folder: Path, pool: tuple[Document, ...] | None = None, progress: Progress = silent
) -> CampaignData:
    """Read the campaign's files; vectors are converted once into `folder` and mapped from there.

    `pool` replaces the pool file where the documents come from a Label Studio project. Raises DataError.
    """
    data, categories = campaign.data, len(campaign.task.categories)
    source, source_copy, source_notes = _vectors(data, data.source_vectors, folder / "vectors", progress)
    target, target_copy, target_notes = _vectors(data, data.target_vectors, folder / "vectors", progress)
    train = _encoded(read_documents(data.train, n_categories=categories), data, "train")
    if all(document.label is None for document in train):
        raise DataError(f"{data.train}: no document has a label; training needs labelled source documents")
    if pool is None:
        pool = _encoded(read_documents(data.pool, n_categories=categories), data, "pool") if data.pool else ()
    if not pool:
        raise DataError(f"{data.pool or 'the Label Studio project'}: the pool is empty; nothing could be asked")
    dev = _encoded(_all_labelled(data.dev, categories), data, "dev")
    test = _encoded(_all_labelled(data.test, categories), data, "test")
    embeddings = BilingualEmbeddings(source, target)
    copies = {"src": str(source_copy), "tgt": str(target_copy)}
    return CampaignData(
        embeddings, train, pool, test, dev, (*source_notes, *target_notes), copies, data_stamps(campaign)
    )


def _encoded(documents: tuple[Document, ...], data: DataPart, part: str) -> tuple[Document, ...]:
    """The documents with their own vectors, where the campaign has a folder of these."""
    return with_vectors(documents, data.encoded / f"{part}.npy") if data.encoded and documents else documents


def project_pool(store: Store, projects: Sequence[ProjectRow]) -> tuple[Document, ...]:
    """The documents of a team's own project, as they were taken over."""
    with store.reading() as session:
        tasks = tasks_of(session, [p for p in projects if p.role == Role.DOCUMENTS], with_data=True)
    texts = [(task.task, task.data.get("text", "")) for task in tasks if task.task is not None]
    return tuple(Document(task, tokenize(text), text=text) for task, text in texts)


def project_size(store: Store, projects: Sequence[ProjectRow]) -> int:
    """How many documents of a team's own project were taken over."""
    ids = [project.id for project in projects if project.role == Role.DOCUMENTS]
    query = select(func.count()).where(TaskRow.project_id.in_(ids), TaskRow.task.is_not(None))
    with store.reading() as session:
        return session.scalar(query) or 0


def _all_labelled(path: Path | None, categories: int) -> tuple[Document, ...]:
    """The documents of a file in which every one must have a label; none without a file."""
    documents = read_documents(path, n_categories=categories) if path else ()
    unlabelled = sum(document.label is None for document in documents)
    if unlabelled:
        raise DataError(f"{path}: {unlabelled} of {len(documents)} documents have no label; label or remove them")
    return documents


def data_stamps(campaign: Campaign) -> dict[str, str]:
    """The campaign's files as they are now. Raises DataError where one is missing."""
    paths = {name: getattr(campaign.data, name) for name in path_fields(DataPart)}
    missing = [path for path in paths.values() if path is not None and not path.exists()]
    if missing:
        raise DataError(f"{missing[0]}: no such file; put it there, or correct the campaign's [data]")
    return {name: stamp(path) for name, path in paths.items() if path is not None}


def _vectors(data: DataPart, path: Path, folder: Path, progress: Progress) -> tuple[Embeddings, Path, list[str]]:
    """The vectors of a file and where their binary copy lies; a changed file gets a copy of its own.

    Model versions name rows of the copy they were made from, so a copy is never overwritten.
    """
    if path.is_dir() and data.normalize == "none":
        return load_embeddings(path), path, []
    if not path.exists():
        raise DataError(f"{path}: no such vectors; name a .vec or .vec.gz file, or a folder made by `clime binarize`")
    copy = folder / f"{path.name.split('.')[0]}-{stamp(path, data.bad_vectors, data.normalize)}"
    notes = copy.with_suffix(".json")

    def convert() -> Embeddings:
        embeddings, report = open_embeddings(path, progress, on_bad=data.bad_vectors)
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(notes, json.dumps(_notes_on(path, report) if report is not None else []).encode())
        return Embeddings(embeddings.words, normalized(embeddings.vectors, data.normalize))

    return converted(copy, convert, notes), copy, json.loads(notes.read_text())


def stamp(path: Path, *settings: str) -> str:
    """A short name for the present state of a file: its path, size and time of change, and the settings."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    states = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return json_digest([states, settings])[:12]


def _notes_on(path: Path, report: VecReport) -> list[str]:
    """What was left out of the file."""
    notes = []
    if report.duplicates:
        notes.append(f"{path.name}: {report.duplicates} repeated words left out, the first of each counts")
    if report.skipped:
        first = "; ".join(report.first_problems)
        notes.append(f"{path.name}: {report.skipped} bad lines left out, the first: {first}")
    return notes
