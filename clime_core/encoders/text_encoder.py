"""Texts, documents and words as a campaign's encoder sees them, from its cache where they were seen before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings, Vectors
from clime_core.data.normalize import center, unit_length
from clime_core.encoders.encoder import Encoder
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.progress import Progress, silent

CHUNK = 64
"""Texts that are encoded and kept at a time; a request waits for no more than these."""


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """An encoder with its cache. Of each text the first `max_words` words are encoded, or all."""

    encoder: Encoder
    cache: EncodingCache
    max_words: int | None = None
    _lock: Lock = field(default_factory=Lock, init=False)

    def documents(self, documents: Sequence[Document], progress: Progress = silent) -> tuple[Document, ...]:
        """The documents with their vectors, mapped from the cache."""
        vectors = self.texts([document.shown for document in documents], progress)
        return tuple(replace(document, vector=row) for document, row in zip(documents, vectors, strict=True))

    def words(self, words: Sequence[str], progress: Progress = silent) -> Embeddings:
        """The words, each encoded by itself: vectors of length 1, less the mean of all and made of length 1 again.

        The mean is what all words of a language share; without it a word's neighbours in another language are hubs.
        """
        vectors = np.array(self.texts(words, progress), dtype=np.float32).reshape(len(words), self.cache.dim)
        return Embeddings(tuple(words), unit_length(center(unit_length(vectors))))

    def texts(self, texts: Sequence[str], progress: Progress = silent) -> list[Vectors]:
        """The vector (dim,) float32 of each text; what is not in the cache is encoded, and kept at once."""
        read = [self._shortened(text) for text in texts]
        missing = self.cache.missing(read)
        for start in range(0, len(missing), CHUNK):
            progress("encoding", start, len(missing))
            chunk = missing[start : start + CHUNK]
            self.cache.add(chunk, self._encode(chunk))
        if missing:
            progress("encoding", len(missing), len(missing))
        return self.cache.vectors(read)

    def in_passing(self, documents: Sequence[Document]) -> tuple[Document, ...]:
        """The documents with vectors that are made now and not kept."""
        read = [self._shortened(document.shown) for document in documents]
        rows = self._encode(read) if read else ()
        return tuple(replace(document, vector=row) for document, row in zip(documents, rows, strict=True))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        """One thread at a time: the models are not made for more."""
        with self._lock:
            return self.encoder.encode(texts)

    def _shortened(self, text: str) -> str:
        return text if self.max_words is None else " ".join(text.split()[: self.max_words])
