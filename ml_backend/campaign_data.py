"""A campaign's vectors and documents, read once, for its rounds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import func, select

from clime_core.data.bilingual_dictionary import read_dictionary
from clime_core.data.digest import json_digest
from clime_core.data.documents import Coverage, Document, DocumentId, coverage, read_documents
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.encoded_documents import vectors_file, with_vectors
from clime_core.data.given_predictions import notes_on, read_given_predictions
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language
from clime_core.data.seed_words import SeedLabels, seed_labels
from clime_core.data.tokens import tokenize
from clime_core.data.translations import Translations
from clime_core.encoders.text_encoder import TextEncoder
from clime_core.errors import DataError
from clime_core.model.bases.replacements import Replacements, replacements_of
from clime_core.model.device import Device
from clime_core.model.words.concordance import Concordance
from clime_core.progress import Progress, silent
from clime_core.round.candidates import document_words
from ml_backend.campaign_file import Campaign
from ml_backend.campaign_vectors import data_stamps, stamp, vectors_of_encoder, vectors_of_files
from ml_backend.encoders.encoders import text_encoder
from ml_backend.installation import Installation
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.store.database import Store
from ml_backend.store.tables import ProjectRow, Role, TaskRow
from ml_backend.store.tasks import tasks_of


@dataclass(frozen=True, eq=False)
class CampaignData:
    """A campaign's vectors and documents.

    `copies` are the folders of the binary vectors by language; `stamps` identify the state of each file that was read.
    `encoder` encodes texts that come later, where the base has one. `dictionary` is that of the team, where it has
    one, `replacements` are its translations of each source word.
    With `one_language` the training documents are of the target language. `seeds`: what seed words say of the pool.
    """

    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    dev: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    copies: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    encoder: TextEncoder | None = None
    dictionary: Translations | None = None
    replacements: Replacements = field(default_factory=dict)
    one_language: bool = False
    seeds: SeedLabels | None = None

    def documents(self, language: Language) -> tuple[Document, ...]:
        """The documents whose words count: the training documents of the source language, the pool of the target's."""
        of_source = () if self.one_language else self.train
        return of_source if language is Language.SOURCE else self.pool

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

    def as_seen(self, documents: Sequence[Document]) -> list[Document]:
        """The documents as the base sees them: of the pool with their vectors, others encoded now where that can be.

        Raises ClimeError where the encoder cannot be had.
        """
        known = [self.by_text.get(document.shown, document) for document in documents]
        if self.encoder is None:
            return known
        encoded = iter(self.encoder.in_passing([document for document in known if document.vector is None]))
        return [next(encoded) if document.vector is None else document for document in known]

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
                document_labels.append(DocumentLabel(label.annotator, document, label.label, label.at, label.how))
        return document_labels, tuple(problems)

    def coverage(self) -> dict[str, Coverage]:
        """How much of each set has vectors."""
        sides = self.embeddings
        return {
            "train": coverage(self.train, sides.target if self.one_language else sides.source),
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
    settings = installation.settings
    stamps = {**data_stamps(campaign), **given_stamp(campaign, settings.folder(campaign.name))}
    state = (size, stamps, campaign.data, campaign.task.categories, campaign.task.seeds, campaign.one_language)

    def read() -> CampaignData:
        pool = project_pool(installation.store, projects) if own_project else None
        return read_campaign_data(campaign, settings.folder(campaign.name), pool, progress, settings.device)

    return installation.campaign_data.get(campaign.name, read, state)


def read_campaign_data(
    campaign: Campaign,
    folder: Path,
    pool: tuple[Document, ...] | None = None,
    progress: Progress = silent,
    device: Device = "auto",
) -> CampaignData:
    """Read the campaign's files; word vectors are converted and documents encoded once, kept in `folder`, and mapped.

    `pool` replaces the pool file where the documents come from a Label Studio project. Raises DataError.
    """
    parts = _read_documents(campaign, pool)
    encoder = text_encoder(campaign.base, folder / "encodings", device) if campaign.base.encodes else None
    parts = {part: _encoded(documents, part, campaign, encoder, progress) for part, documents in parts.items()}
    parts, given_notes = _with_given(parts, campaign, folder)
    train, pool, vectors_folder = parts["train"], parts["pool"], folder / "vectors"
    if encoder is not None and campaign.data.target_vectors is None:
        vectors = vectors_of_encoder(encoder, None if campaign.one_language else train, pool, vectors_folder, progress)
    else:
        vectors = vectors_of_files(campaign.data, vectors_folder, progress)
    pairs = read_dictionary(campaign.data.dictionary) if campaign.data.dictionary is not None else None
    seeds = seed_labels(pool, campaign.task.seeds) if campaign.task.seed_words else None
    notes = (*vectors.notes, *(encoder.encoder.notes if encoder else ()), *given_notes)
    notes += tuple(seeds.notes(campaign.task.categories)) if seeds else ()
    return CampaignData(
        vectors.embeddings,
        train,
        pool,
        parts["test"],
        parts["dev"],
        notes,
        vectors.copies,
        {**data_stamps(campaign), **given_stamp(campaign, folder)},
        encoder,
        Translations.of(pairs, train, pool) if pairs is not None else None,
        replacements_of(pairs or ()),
        campaign.one_language,
        seeds,
    )


def _read_documents(campaign: Campaign, pool: tuple[Document, ...] | None) -> dict[str, tuple[Document, ...]]:
    """The documents of each part, checked before anything is computed."""
    data, categories = campaign.data, len(campaign.task.categories)
    train = read_documents(data.train, n_categories=categories) if data.train else ()
    if data.train and all(document.label is None for document in train):
        raise DataError(f"{data.train}: no document has a label; training needs labelled documents")
    if pool is None:
        pool = read_documents(data.pool, n_categories=categories) if data.pool else ()
    if not pool:
        raise DataError(f"{data.pool or 'the Label Studio project'}: the pool is empty; nothing could be asked")
    dev, test = (_all_labelled(path, categories) for path in (data.dev, data.test))
    return {"train": train, "pool": pool, "dev": dev, "test": test}


def _encoded(
    documents: tuple[Document, ...], part: str, campaign: Campaign, encoder: TextEncoder | None, progress: Progress
) -> tuple[Document, ...]:
    """The documents with their own vectors, where the base reads these."""
    if not documents:
        return documents
    if encoder is not None:
        return encoder.documents(documents, progress)
    return with_vectors(documents, vectors_file(campaign.base.vectors, part)) if campaign.base.vectors else documents


def _with_given(
    parts: dict[str, tuple[Document, ...]], campaign: Campaign, folder: Path
) -> tuple[dict[str, tuple[Document, ...]], tuple[str, ...]]:
    """The documents with what is given of them, where the base is; and what is missing."""
    path = given_file(campaign, folder)
    if path is None:
        return parts, ()
    version = campaign.base.model_version
    if version is not None and not path.exists():
        raise DataError(f"base.model_version: the predictions of {version!r} were not read yet; run `clime up`")
    predictions = read_given_predictions(path, campaign.task.categories, campaign.base.confidence)
    parts = {part: predictions.of(documents, part) for part, documents in parts.items()}
    return parts, notes_on(predictions, parts)


def given_file(campaign: Campaign, folder: Path) -> Path | None:
    """The file of given predictions: the campaign's own, or the copy of those that lie in Label Studio."""
    if campaign.base.model_version is None:
        return campaign.base.predictions
    return folder / f"given-{json_digest([campaign.base.model_version])[:12]}.jsonl"


def given_stamp(campaign: Campaign, folder: Path) -> dict[str, str]:
    """The state of the file of given predictions, where there is one."""
    path = given_file(campaign, folder)
    return {"given": stamp(path)} if path is not None and path.exists() else {}


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
