"""What a campaign's rounds are made from, read once and kept: vectors, documents, concordances."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from clime_core.data.documents import Coverage, Document, DocumentId, coverage, read_documents
from clime_core.data.embedding_store import load_embeddings, open_embeddings, save_embeddings
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.data.normalize import normalized
from clime_core.data.vec_file import VecReport
from clime_core.errors import DataError
from clime_core.model.concordance import Concordance
from clime_core.progress import Progress, silent
from ml_backend.exchange.campaign import Campaign, DataPart
from ml_backend.exchange.tasks import document_key

DATA_FILES = ("source_vectors", "target_vectors", "train", "pool", "dev", "test")


@dataclass(frozen=True, eq=False)
class Materials:
    """A campaign's vectors and documents.

    `copies` says where the binary vectors of each language lie, `stamps` which state of the files was read.
    """

    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    dev: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    copies: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)

    @cached_property
    def concordances(self) -> dict[Language, Concordance]:
        """Where words occur: source words in the training documents, target words in the pool."""
        return {Language.SOURCE: Concordance(self.train), Language.TARGET: Concordance(self.pool)}

    @cached_property
    def candidates(self) -> dict[Language, tuple[str, ...]]:
        """The words of the documents that have a vector, most frequent first."""
        return {
            Language.SOURCE: _frequent(self.train, self.embeddings.source),
            Language.TARGET: _frequent(self.pool, self.embeddings.target),
        }

    @cached_property
    def by_id(self) -> dict[DocumentId, Document]:
        """The pool by document id."""
        return {document.id: document for document in self.pool}

    @cached_property
    def by_key(self) -> dict[str, DocumentId]:
        """Document ids of the pool by the key of their task."""
        return {document_key(document.id): document.id for document in self.pool}

    def coverage(self) -> dict[str, Coverage]:
        """How much of each set has vectors."""
        sides = self.embeddings
        return {
            "train": coverage(self.train, sides.source),
            "pool": coverage(self.pool, sides.target),
            "test": coverage(self.test, sides.target),
        }


def read_materials(
    campaign: Campaign, folder: Path, pool: tuple[Document, ...] | None = None, progress: Progress = silent
) -> Materials:
    """Read the campaign's files; vectors are converted once into `folder` and mapped from there.

    `pool` replaces the pool file where the documents come from a Label Studio project. Raises DataError.
    """
    data, categories = campaign.data, len(campaign.task.categories)
    source, source_copy, source_notes = _vectors(data, data.source_vectors, folder / "vectors", progress)
    target, target_copy, target_notes = _vectors(data, data.target_vectors, folder / "vectors", progress)
    train = read_documents(data.train, n_categories=categories)
    if all(document.label is None for document in train):
        raise DataError(f"{data.train}: no document has a label; training needs labelled source documents")
    if pool is None:
        pool = read_documents(data.pool, n_categories=categories) if data.pool else ()
    if not pool:
        raise DataError(f"{data.pool or 'the Label Studio project'}: the pool is empty; nothing could be asked")
    dev, test = (_all_labelled(path, categories) for path in (data.dev, data.test))
    embeddings = BilingualEmbeddings(source, target)
    copies = {"src": str(source_copy), "tgt": str(target_copy)}
    return Materials(embeddings, train, pool, test, dev, (*source_notes, *target_notes), copies, data_stamps(campaign))


def _all_labelled(path: Path | None, categories: int) -> tuple[Document, ...]:
    """The documents of a file in which every one must have a label; none without a file."""
    documents = read_documents(path, n_categories=categories) if path else ()
    unlabelled = sum(document.label is None for document in documents)
    if unlabelled:
        raise DataError(f"{path}: {unlabelled} of {len(documents)} documents have no label; label or remove them")
    return documents


def data_stamps(campaign: Campaign) -> dict[str, str]:
    """The campaign's files as they are now. Raises DataError where one is missing."""
    named = {name: getattr(campaign.data, name) for name in DATA_FILES}
    missing = [path for path in named.values() if path is not None and not path.exists()]
    if missing:
        raise DataError(f"{missing[0]}: no such file; put it there, or correct the campaign's [data]")
    return {name: stamp(path) for name, path in named.items() if path is not None}


def _frequent(documents: tuple[Document, ...], side: Embeddings) -> tuple[str, ...]:
    counts = Counter(token for document in documents for token in document.tokens if token in side)
    return tuple(form for form, _ in counts.most_common())


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
    if not (copy.is_dir() and notes.is_file()):
        embeddings, report = open_embeddings(path, progress, on_bad=data.bad_vectors)
        folder.mkdir(parents=True, exist_ok=True)
        save_embeddings(copy, Embeddings(embeddings.words, normalized(embeddings.vectors, data.normalize)))
        notes.write_text(json.dumps(_noted(path, report) if report is not None else []))
    return load_embeddings(copy), copy, json.loads(notes.read_text())


def stamp(path: Path, *settings: str) -> str:
    """A short name for a file as it is now: changes with its place, size and time of change, and with the settings."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    states = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(json.dumps([states, settings]).encode()).hexdigest()[:12]


def _noted(path: Path, report: VecReport) -> list[str]:
    """What a person should know of the file."""
    notes = []
    if report.duplicates:
        notes.append(f"{path.name}: {report.duplicates} repeated words left out, the first of each counts")
    if report.skipped:
        first = "; ".join(report.first_problems)
        notes.append(f"{path.name}: {report.skipped} bad lines left out, the first: {first}")
    return notes
