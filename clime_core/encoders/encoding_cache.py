"""Vectors of texts on disk, each text encoded once for each encoder: two files that only grow.

`texts.sha256` holds the digest of each text, `vectors.f32` its vector. A row counts when both are complete, so a
process that is killed while it encodes loses at most the batch in hand.
"""

import fcntl
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np

from clime_core.data.embeddings import Vectors
from clime_core.data.stream import write_bytes
from clime_core.errors import DataError

DIGEST_BYTES = 32
ABOUT, TEXTS, VECTORS, LOCK = "about.json", "texts.sha256", "vectors.f32", "lock"


class EncodingCache:
    """The vectors that one encoder made, in a folder of its own. Several processes may read and add to it at once."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._identity = identity
        self.folder = folder / hashlib.sha256(identity.encode()).hexdigest()[:16]
        self._rows: dict[bytes, int] = {}

    def missing(self, texts: Sequence[str]) -> list[str]:
        """Those of the texts, each once and in their order, that have no vector yet."""
        self._update()
        return [text for text in dict.fromkeys(texts) if _key(text) not in self._rows]

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors (n, dim) float32 of n texts; a text that another process added meanwhile stays as it is.

        Raises DataError where there is not one vector of finite numbers for each text, or of another dimension than
        before.
        """
        self._check(texts, vectors)
        with self._locked():
            self._update()
            new = [place for place, text in enumerate(texts) if _key(text) not in self._rows]
            rows, width = len(self._rows), vectors.shape[1] * vectors.itemsize
            _append(self.folder / VECTORS, rows * width, np.ascontiguousarray(vectors[new]).tobytes())
            _append(self.folder / TEXTS, rows * DIGEST_BYTES, b"".join(_key(texts[place]) for place in new))
        self._update()

    def vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """The vector (dim,) of each text: views of the mapped file, from which only rows in use are read.

        Raises KeyError for a text that is missing.
        """
        if not texts:
            return []
        self._update()
        size = len(self._rows)
        mapped = np.asarray(np.memmap(self.folder / VECTORS, dtype=np.float32, mode="r", shape=(size, self._dim)))
        return [mapped[self._rows[_key(text)]] for text in texts]

    def _check(self, texts: Sequence[str], vectors: Vectors) -> None:
        if vectors.ndim != 2 or len(vectors) != len(texts) or not vectors.shape[1]:
            raise DataError(
                f"{self._identity}: {len(texts)} texts need as many vectors, got an array of shape {vectors.shape}; "
                "the encoder is not what it should be"
            )
        broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(broken):
            raise DataError(
                f"{self._identity}: the vector of {texts[broken[0]][:60]!r} is not all numbers; change that text"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / ABOUT).exists():
            about = {"encoder": self._identity, "dim": vectors.shape[1]}
            write_bytes(self.folder / ABOUT, json.dumps(about, ensure_ascii=False).encode())
        if vectors.shape[1] != self._dim:
            raise DataError(
                f"{self._identity}: vectors of {vectors.shape[1]} dimensions, but {self.folder} holds those of "
                f"{self._dim}: the encoder was replaced; remove that folder"
            )

    @property
    def dim(self) -> int:
        """Numbers in a vector; 0 before the first one."""
        return self._dim if (self.folder / ABOUT).exists() else 0

    @cached_property
    def _dim(self) -> int:
        return int(json.loads((self.folder / ABOUT).read_bytes())["dim"])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Only one process adds at a time; the lock ends with the process that holds it."""
        with (self.folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _update(self) -> None:
        """Take notice of the complete rows that were added since the last look."""
        texts, vectors = self.folder / TEXTS, self.folder / VECTORS
        if not texts.exists():
            return
        complete = min(texts.stat().st_size // DIGEST_BYTES, vectors.stat().st_size // (4 * self._dim))
        if complete <= len(self._rows):
            return
        with texts.open("rb") as stream:
            stream.seek(len(self._rows) * DIGEST_BYTES)
            for row in range(len(self._rows), complete):
                self._rows[stream.read(DIGEST_BYTES)] = row


def _append(path: Path, size: int, content: bytes) -> None:
    """Write after the first `size` bytes; what a killed process left behind them goes."""
    with path.open("ab") as stream:
        stream.truncate(size)
        stream.write(content)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
