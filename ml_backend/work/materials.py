"""What a campaign's rounds are made from, read once and kept: vectors, documents, concordances."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clime_core.data.documents import Coverage, Document, DocumentId, coverage, read_documents
from clime_core.data.embedding_store import load_embeddings, open_embeddings, save_embeddings
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.data.vec_file import OnBad, VecReport
from clime_core.errors import DataError
from clime_core.model.concordance import Concordance
from clime_core.progress import Progress, silent
from ml_backend.exchange.campaign import Campaign


@dataclass(frozen=True, eq=False)
class Materials:
    """A campaign's vectors and documents."""

    embeddings: BilingualEmbeddings
    train: tuple[Document, ...]
    pool: tuple[Document, ...]
    test: tuple[Document, ...]
    notes: tuple[str, ...] = ()

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
    source, source_notes = _vectors(data.source_vectors, folder / "vectors" / "src", data.bad_vectors, progress)
    target, target_notes = _vectors(data.target_vectors, folder / "vectors" / "tgt", data.bad_vectors, progress)
    train = read_documents(data.train, n_categories=categories)
    if all(document.label is None for document in train):
        raise DataError(f"{data.train}: no document has a label; training needs labelled source documents")
    if pool is None:
        pool = read_documents(data.pool, n_categories=categories) if data.pool else ()
    if not pool:
        raise DataError(f"{data.pool or 'the Label Studio project'}: the pool is empty; nothing could be asked")
    test = read_documents(data.test, n_categories=categories) if data.test else ()
    embeddings = BilingualEmbeddings(source, target)
    return Materials(embeddings, train, pool, test, (*source_notes, *target_notes))


def _frequent(documents: tuple[Document, ...], side: Embeddings) -> tuple[str, ...]:
    counts = Counter(token for document in documents for token in document.tokens if token in side)
    return tuple(form for form, _ in counts.most_common())


def _vectors(path: Path, folder: Path, on_bad: OnBad, progress: Progress) -> tuple[Embeddings, list[str]]:
    """The vectors of a file, through a binary copy that is made again when the file changes."""
    if path.is_dir():
        return load_embeddings(path), []
    if not path.is_file():
        raise DataError(f"{path}: no such vectors; name a .vec or .vec.gz file, or a folder made by `clime binarize`")
    stat, stamp = path.stat(), folder.with_suffix(".json")
    made_from = {"path": str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns, "on_bad": on_bad}
    if stamp.is_file():
        kept = json.loads(stamp.read_text())
        if kept["file"] == made_from:
            return load_embeddings(folder), kept["notes"]
    embeddings, report = open_embeddings(path, progress, on_bad=on_bad)
    notes = _noted(path, report) if report is not None else []
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    save_embeddings(folder, embeddings)
    stamp.write_text(json.dumps({"file": made_from, "notes": notes}))
    return load_embeddings(folder), notes


def _noted(path: Path, report: VecReport) -> list[str]:
    """What a person should know of the file."""
    notes = []
    if report.duplicates:
        notes.append(f"{path.name}: {report.duplicates} repeated words left out, the first of each counts")
    if report.skipped:
        first = "; ".join(report.first_problems)
        notes.append(f"{path.name}: {report.skipped} bad lines left out, the first: {first}")
    return notes
