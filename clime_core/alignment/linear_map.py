"""Maps that bring target vectors into the source's space, fitted to the unit vectors of translation pairs."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from clime_core.data.embeddings import Vectors
from clime_core.data.normalize import at_lengths, unit_length
from clime_core.errors import TrainingError

Doubles = NDArray[np.float64]
ROWS_AT_ONCE = 32_768


@dataclass(frozen=True, eq=False)
class LinearMap:
    """A unit target vector t goes to t `matrix` + `offset`: (target_dim, dim) and (dim,) float64."""

    matrix: Doubles
    offset: Doubles

    @classmethod
    def through_origin(cls, matrix: Doubles) -> Self:
        """A map without offset."""
        return cls(matrix, np.zeros(matrix.shape[1]))

    def directions(self, unit: Vectors) -> Doubles:
        """The images of unit vectors, of whatever length they come out: (n, target_dim) to (n, dim)."""
        images: Doubles = unit.astype(np.float64) @ self.matrix + self.offset
        return images

    def apply(self, vectors: Vectors) -> Vectors:
        """Turn every vector to the image of its direction, at the length it had: (n, target_dim) to (n, dim) float32.

        Zero vectors stay zero.
        """
        turned = np.empty((len(vectors), self.matrix.shape[1]), dtype=np.float32)
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            part = vectors[start : start + ROWS_AT_ONCE]
            lengths: Doubles = np.linalg.norm(part.astype(np.float64), axis=1, keepdims=True)
            turned[start : start + ROWS_AT_ONCE] = at_lengths(self.directions(unit_length(part)), lengths)
        return turned


def procrustes_map(source: Vectors, target: Vectors) -> LinearMap:
    """The orthogonal W that minimises the sum of |t W - s|^2 over the pairs, (n, dim) unit vectors each.

    W = U V' of the singular value decomposition of T' S (Schönemann 1966; Xing et al. 2015; Artetxe et al. 2016).
    """
    left, _, right = np.linalg.svd(target.astype(np.float64).T @ source.astype(np.float64))
    return LinearMap.through_origin(left @ right)


@dataclass(frozen=True)
class CcaSettings:
    """How to correlate.

    `rank` is the share of the canonical directions that are kept, above 0 to 1 (Faruqui and Dyer found 0.6 to
    1 good). `regularization` is added to the diagonals of both covariances, in units of their mean variance.
    With `weighted` each canonical direction counts by its correlation, which makes the map the best linear
    prediction of the source vector; without, all count alike, as in the paper. Raises TrainingError for values
    that make no sense.
    """

    rank: float = 1.0
    regularization: float = 1e-3
    weighted: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.rank <= 1:
            raise TrainingError(f"rank is a share of the directions, above 0 to 1, got {self.rank!r}")
        if not self.regularization >= 0:
            raise TrainingError(f"regularization must be at least 0, got {self.regularization!r}")


def cca_map(source: Vectors, target: Vectors, settings: CcaSettings | None = None) -> LinearMap:
    """Canonical correlation, the target projected back into the source's space, which so stays as it is.

    Source pairs' vectors (n, dim), target pairs' (n, target_dim): the dimensions may differ. With centred
    covariances and the singular value decomposition U P V' = Css^-1/2 Cst Ctt^-1/2, target words have the
    canonical variates t Ctt^-1/2 V and source words s Css^-1/2 U; the inverse of the latter takes the former
    to t Ctt^-1/2 V U' Css^1/2 (Faruqui and Dyer 2014, and Ammar et al. 2016 for the way back), or, weighted,
    t Ctt^-1/2 V P U' Css^1/2.
    """
    chosen = settings or CcaSettings()
    ours, theirs = (_Covariance.of(side, chosen.regularization) for side in (source, target))
    cross = ours.centred.T @ theirs.centred / len(source)
    left, correlations, right = np.linalg.svd(ours.power(-0.5) @ cross @ theirs.power(-0.5), full_matrices=False)
    kept = max(1, round(chosen.rank * len(correlations)))
    weights = correlations[:kept] if chosen.weighted else np.ones(kept)
    matrix = theirs.power(-0.5) @ (right[:kept].T * weights) @ left[:, :kept].T @ ours.power(0.5)
    return LinearMap(matrix, ours.mean - theirs.mean @ matrix)


@dataclass(frozen=True, eq=False)
class _Covariance:
    """The spread of some vectors around their mean, by its eigenvalues (dim,) and eigenvectors (dim, dim)."""

    mean: Doubles
    centred: Doubles
    values: Doubles
    axes: Doubles

    @classmethod
    def of(cls, vectors: Vectors, regularization: float) -> Self:
        mean = vectors.mean(axis=0, dtype=np.float64)
        centred = vectors - mean
        spread = centred.T @ centred / len(vectors)
        values, axes = np.linalg.eigh(spread + regularization * np.trace(spread) / len(spread) * np.eye(len(spread)))
        return cls(mean, centred, values, axes)

    def power(self, exponent: float) -> Doubles:
        """The covariance matrix to a power; directions without any spread are left out."""
        real = self.values > len(self.values) * np.finfo(np.float64).eps * max(self.values[-1], 0)
        powers = np.where(real, np.where(real, self.values, 1) ** exponent, 0)
        matrix: Doubles = (self.axes * powers) @ self.axes.T
        return matrix
