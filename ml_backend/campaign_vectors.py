"""A campaign's word vectors: from files, or of the words of its documents by its encoder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from clime_core.data.digest import json_digest
from clime_core.data.documents import Document
from clime_core.data.embedding_store import converted, load_embeddings, open_embeddings
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.data.normalize import normalized
from clime_core.data.stream import write_bytes
from clime_core.data.vec_file import VecReport
from clime_core.encoders.sentence_transformer import model_stamp
from clime_core.encoders.text_encoder import TextEncoder
from clime_core.errors import DataError
from clime_core.progress import Progress, silent
from clime_core.round.candidates import frequent_words
from ml_backend.campaign_file import Campaign
from ml_backend.campaign_tables import BasePart, DataPart, path_fields


@dataclass(frozen=True, eq=False)
class WordVectors:
    """The vectors, the folders of their binary copies by language, and what was left out of their files."""

    embeddings: BilingualEmbeddings
    copies: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def vectors_of_files(data: DataPart, folder: Path, progress: Progress = silent) -> WordVectors:
    """The vectors of the campaign's files, or none; converted once into `folder` and mapped from there."""
    files = {Language.SOURCE: data.source_vectors, Language.TARGET: data.target_vectors}
    sides, copies, notes = {}, {}, list[str]()
    for side, path in files.items():
        if path is not None:
            sides[side], copy, of_file = _vectors(data, path, folder, progress)
            copies[side.value] = str(copy)
            notes += of_file
    return WordVectors(both_sides(sides), copies, tuple(notes))


def both_sides(sides: Mapping[Language, Embeddings]) -> BilingualEmbeddings:
    """The vectors of both languages; a language that is not among them has no words."""
    dim = next((side.dim for side in sides.values()), 1)
    nothing = Embeddings((), np.zeros((0, dim), dtype=np.float32))
    return BilingualEmbeddings(*(sides.get(language, nothing) for language in Language))


def vectors_of_encoder(
    encoder: TextEncoder,
    source: Sequence[Document] | None,
    target: Sequence[Document],
    folder: Path,
    progress: Progress = silent,
) -> WordVectors:
    """The vectors of the words that occur in two or more documents of a language, encoded once; of the target alone
    where there is no source.
    """
    sides, copies = {}, {}
    for side, documents in ((Language.SOURCE, source), (Language.TARGET, target)):
        if documents is not None:
            words = frequent_words(documents)
            copy = folder / f"{side}-{json_digest([encoder.encoder.identity, words])[:12]}"
            sides[side] = converted(copy, lambda words=words: encoder.words(words, progress))  # type: ignore[misc]
            copies[side.value] = str(copy)
    return WordVectors(both_sides(sides), copies)


def data_stamps(campaign: Campaign) -> dict[str, str]:
    """The campaign's files as they are now, and what its base is. Raises DataError where a file is missing."""
    stamps = {}
    for table, part in (("data", campaign.data), ("base", campaign.base)):
        for name in path_fields(type(part)):
            path = getattr(part, name)
            if path is not None and not path.exists():
                raise DataError(f"{path}: no such file; put it there, or correct the campaign's [{table}]")
            if path is not None:
                stamps[name] = stamp(path)
    if campaign.base != BasePart():
        model = model_stamp(campaign.base.model or "")
        stamps["base"] = json_digest([campaign.base.model_dump(mode="json"), model])[:12]
    return stamps


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
