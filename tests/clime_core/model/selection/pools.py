"""Pools to choose from."""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clime_core.model.selection.candidates import Candidates

Doubles = NDArray[np.float64]


def candidates(
    probabilities: ArrayLike,
    *,
    asked: Collection[int] = (),
    labels: Mapping[int, int] | None = None,
    bias: Sequence[float] | None = None,
    shares: tuple[float, ...] | None = None,
    seed: int = 0,
    vectors: ArrayLike | None = None,
    members: ArrayLike | None = None,
) -> Candidates:
    """What matters to a test; the rest is drawn or empty. Labelled documents are asked ones."""
    rows = np.asarray(probabilities, dtype=np.float64)
    n, k = rows.shape
    done = {*asked, *(labels or {})}
    return Candidates(
        probabilities=rows,
        bias=np.zeros(k) if bias is None else np.asarray(bias, dtype=np.float64),
        open=np.array([i not in done for i in range(n)], dtype=np.bool_),
        labels=labels or {},
        shares=shares,
        seed=seed,
        read_vectors=_gives(_drawn(n) if vectors is None else np.asarray(vectors, dtype=np.float64)),
        read_members=_gives(_around(rows) if members is None else np.asarray(members, dtype=np.float64)),
    )


def odds(*positive: float) -> Doubles:
    """Two categories, from the probabilities of the second."""
    second = np.array(positive)
    return np.stack([1 - second, second], axis=1)


def drawn_pool(n: int, k: int, seed: int = 0, sharpness: float = 1.0) -> Doubles:
    """Probabilities (n, k); the sharper, the nearer to 0 and 1."""
    scores = np.random.default_rng(seed).normal(size=(n, k)) * sharpness
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True), dtype=np.float64)


def _drawn(n: int) -> Doubles:
    return np.random.default_rng(n).normal(size=(n, 4))


def _around(rows: Doubles) -> Doubles:
    """Two members, one of which is less sure of everything."""
    return np.stack([rows, (rows + 1 / rows.shape[1]) / 2])


def _gives(value: Doubles) -> Callable[[], Doubles]:
    return lambda: value
