"""Retrofitting: draw the vectors of translations together, whatever was used to align them (Faruqui et al. 2015)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from clime_core.data.bilingual_dictionary import Pairs
from clime_core.data.embeddings import BilingualEmbeddings, Rows, Vectors
from clime_core.data.normalize import at_lengths
from clime_core.errors import TrainingError, VocabularyError
from clime_core.progress import Progress, silent

Doubles = NDArray[np.float64]
TOLERANCE = 1e-7
"""Steps end when no number is further off than this share of the largest one: float32 knows no finer difference."""


@dataclass(frozen=True)
class RetrofitSettings:
    """How strongly. Raises TrainingError for a pull that is not above 0.

    `pull` is the weight of a word's translations together, against 1 for where its vector was: the paper's
    sum of beta over alpha, 1 there. `renormalize` gives every changed row the length it had before.
    """

    pull: float = 1.0
    renormalize: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.pull < float("inf"):
            raise TrainingError(f"pull must be above 0 and finite, got {self.pull!r}")


@dataclass(frozen=True, eq=False)
class Retrofit:
    """The embeddings with `touched` rows changed, all others bitwise as they were.

    `used` distinct pairs pulled, `left_out` have a word without vector. Cosines are means over the pairs.
    """

    embeddings: BilingualEmbeddings
    used: int
    left_out: int
    touched: int
    cosine_before: float
    cosine_after: float


def retrofit(
    embeddings: BilingualEmbeddings,
    pairs: Pairs,
    settings: RetrofitSettings | None = None,
    *,
    progress: Progress = silent,
) -> Retrofit:
    """Draw each word of the dictionary towards the mean of its translations.

    With the paper's weights, 1 over a word's number of translations, its update of word i is

        q_i = (q_i before + pull * mean of the q_j of i's translations) / (1 + pull).

    The paper repeats it ten times; here it goes on to the fixed point, the one solution of that linear system:
    each step shrinks the distance from it by pull / (1 + pull) or more. Raises VocabularyError where no pair
    has both vectors.
    """
    chosen = settings or RetrofitSettings()
    distinct = sorted(set(pairs))
    known = [(a, b) for a, b in distinct if a in embeddings.source and b in embeddings.target]
    if not known:
        raise VocabularyError(f"none of {len(distinct)} dictionary pairs has both vectors: check their order and case")
    left, source_rows = _places(embeddings.source.rows(a for a, _ in known))
    right, target_rows = _places(embeddings.target.rows(b for _, b in known))
    before = np.concatenate([embeddings.source.vectors[source_rows], embeddings.target.vectors[target_rows]])
    ends = left, right + len(source_rows)
    after = _fixed_point(before.astype(np.float64), _neighbor_means(*ends, len(before)), chosen.pull, progress)
    if chosen.renormalize:
        after = at_lengths(after, _lengths(before))
    changed = after.astype(np.float32)
    return Retrofit(
        BilingualEmbeddings(
            embeddings.source.replaced(source_rows, changed[: len(source_rows)]),
            embeddings.target.replaced(target_rows, changed[len(source_rows) :]),
        ),
        used=len(known),
        left_out=len(distinct) - len(known),
        touched=len(changed),
        cosine_before=_mean_cosine(before, ends),
        cosine_after=_mean_cosine(changed, ends),
    )


def _places(rows: Rows) -> tuple[Rows, Rows]:
    """Where each pair's row stands among the distinct rows (n_pairs,), and those (n,) ascending."""
    distinct, places = np.unique(rows, return_inverse=True)
    return places.astype(np.int64), distinct


def _neighbor_means(left: Rows, right: Rows, n: int) -> csr_array:
    """A sparse (n, n) matrix that takes all vectors to the means of their words' translations."""
    ends = np.r_[left, right], np.r_[right, left]
    degrees = np.bincount(ends[0], minlength=n)
    return coo_array((1 / degrees[ends[0]], ends), shape=(n, n)).tocsr()


def _fixed_point(before: Doubles, means: csr_array, pull: float, progress: Progress) -> Doubles:
    """The vectors that the update no longer changes, (n, dim)."""
    bound = TOLERANCE * float(np.abs(before).max()) / max(1, pull)  # what is still to come is at most pull times it
    steps = int(np.ceil(np.log(TOLERANCE) / np.log(pull / (1 + pull)))) + 1
    vectors = before
    for step in range(steps):
        updated = (before + pull * (means @ vectors)) / (1 + pull)
        change = float(np.abs(updated - vectors).max())
        vectors = updated
        progress("retrofitting", step + 1, steps)
        if change <= bound:
            break
    return vectors


def _lengths(vectors: Doubles | Vectors) -> Doubles:
    lengths: Doubles = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return lengths


def _mean_cosine(vectors: Vectors, ends: Sequence[Rows]) -> float:
    """Over the pairs; a zero vector counts as a cosine of 0."""
    unit = vectors / np.maximum(_lengths(vectors), np.finfo(np.float64).tiny)
    return float((unit[ends[0]] * unit[ends[1]]).sum(axis=1).mean())
