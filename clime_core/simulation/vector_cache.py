"""Word vectors converted once from text, so that every worker maps the same file."""

from pathlib import Path

from clime_core.data.digest import file_digest
from clime_core.data.embedding_store import converted, open_embeddings
from clime_core.data.embeddings import Embeddings


def cached_vectors(path: Path, cache: Path) -> Embeddings:
    """The vectors of a text file, memory-mapped from a store in `cache` that is made at the first call.

    The store is named by the file's content: a changed file gets a new store. Raises DataError as
    `open_embeddings` does.
    """
    folder = cache / f"{path.name.removesuffix('.gz')}-{file_digest(path)[:16]}"
    return converted(folder, lambda: open_embeddings(path)[0])
