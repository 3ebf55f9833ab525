"""Normalisation of word vectors before alignment or comparison. Each function returns a new float32 array."""

from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from clime_core.data.embeddings import Vectors

Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])


def center(vectors: Vectors) -> Vectors:
    """Subtract the mean vector: (n, dim) to (n, dim)."""
    if not len(vectors):
        return vectors.copy()
    centered: Vectors = (vectors - vectors.mean(axis=0, dtype=np.float64)).astype(np.float32)
    return centered


def unit_length(vectors: NDArray[np.floating]) -> Vectors:
    """Scale each row to Euclidean length 1: (n, dim) to (n, dim). A row of zeros stays zero."""
    # in float64, where the squares of the largest and smallest float32 neither overflow nor vanish
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    scaled: Vectors = (wide / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled


def at_lengths(vectors: Floats, lengths: Floats) -> Floats:
    """Scale each row (n, dim) to a length of its own, lengths (n, 1), in the arrays' precision.

    A row of zeros stays zero.
    """
    reached = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = vectors * (lengths / np.where(reached > 0, reached, 1))
    return scaled


def iterative(vectors: Vectors, rounds: int = 5) -> Vectors:
    """Unit length, then centring, `rounds` times: (n, dim) to (n, dim) (Zhang et al. 2019, section 3).

    Both properties are approached together; the last step is the centring.
    """
    normalized = vectors.copy()
    for _ in range(rounds):
        normalized = center(unit_length(normalized))
    return normalized


Normalization = Literal["none", "unit", "center", "iterative"]


def normalized(vectors: Vectors, how: Normalization) -> Vectors:
    """The vectors, normalised as named: `unit` length, `center`ed, or `iterative`ly both."""
    if how == "none":
        return vectors
    return {"unit": unit_length, "center": center, "iterative": iterative}[how](vectors)
