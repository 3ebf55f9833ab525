"""Word vectors converted once from text, so that every worker maps the same file."""

import hashlib
from pathlib import Path

from clime_core.data.embedding_store import VECTORS_FILE, WORDS_FILE, load_embeddings, open_embeddings, save_embeddings
from clime_core.data.embeddings import Embeddings


def file_digest(path: Path) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:16]


def cached_vectors(path: Path, cache: Path) -> Embeddings:
    """The vectors of a text file, memory-mapped from a store in `cache` that is made at the first call.

    The store is named by the file's content: a changed file gets a new store. Raises DataError as
    `open_embeddings` does.
    """
    folder = cache / f"{path.name.removesuffix('.gz')}-{file_digest(path)}"
    if not ((folder / VECTORS_FILE).is_file() and (folder / WORDS_FILE).is_file()):
        embeddings, _ = open_embeddings(path)
        save_embeddings(folder, embeddings)
    return load_embeddings(folder)
