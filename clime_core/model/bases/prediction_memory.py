"""What a base predicted of texts before: it need not read a text twice, and in most rounds need not be loaded."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from clime_core.data.stream import write_bytes
from clime_core.errors import DataError

Doubles = NDArray[np.float64]

MAX_TEXTS = 200_000
"""No more texts are kept: with two members and seven categories they take about 50 MB."""


@dataclass(frozen=True, eq=False)
class PredictionMemory:
    """Digest of a text to the members' probabilities (n_members, n_categories), None where they cannot read it."""

    found: dict[bytes, Doubles | None] = field(default_factory=dict)

    def keep(self, text: str, probabilities: Doubles | None) -> None:
        """Remember it, as long as there is room."""
        if len(self.found) < MAX_TEXTS:
            self.found[_digest(text)] = probabilities

    def __contains__(self, text: str) -> bool:
        return _digest(text) in self.found

    def __getitem__(self, text: str) -> Doubles | None:
        return self.found[_digest(text)]

    def unknown(self, texts: Iterable[str]) -> list[str]:
        """The texts that it does not hold, each once, in their order."""
        return [text for text in dict.fromkeys(texts) if text not in self]

    def save(self, path: Path, shape: tuple[int, int]) -> None:
        """Write digests (n, 32) uint8 and probabilities (n, *shape); a text that cannot be read is a row of NaN."""
        items = list(self.found.items())
        rows = [np.full(shape, np.nan) if row is None else row for _, row in items]
        tensors: dict[str, NDArray[Any]] = {
            "texts": np.frombuffer(b"".join(digest for digest, _ in items), dtype=np.uint8).reshape(-1, 32),
            "probabilities": np.array(rows, dtype=np.float64).reshape(-1, *shape),
        }
        write_bytes(path, save_tensors(tensors))

    @classmethod
    def load(cls, path: Path, shape: tuple[int, int]) -> "PredictionMemory":
        """Read it. Raises DataError where the file is missing, damaged, or of other members or categories."""
        try:
            tensors = load_file(path)
            texts, rows = tensors["texts"], tensors["probabilities"]
        except (OSError, SafetensorError, KeyError) as problem:
            raise DataError(f"{path}: not the predictions of a classifier ({problem}): save it again") from None
        if texts.shape != (len(rows), 32) or rows.shape[1:] != shape:
            raise DataError(
                f"{path}: predictions must be of shape {shape}, got {rows.shape}: save the classifier again"
            )
        return cls({t.tobytes(): None if np.isnan(r).any() else r for t, r in zip(texts, rows, strict=True)})


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
