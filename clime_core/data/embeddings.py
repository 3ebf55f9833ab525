"""Word vectors of one language, and of the two languages of a campaign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clime_core.data.language import Language, Word
from clime_core.errors import DataError

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Embeddings:
    """The vectors of one language: `words` (n_words) in file order, `vectors` (n_words, dim) float32.

    The array may be memory-mapped and is never written to. Raises DataError where the counts differ.
    """

    words: Sequence[str]
    vectors: Vectors

    def __post_init__(self) -> None:
        if len(self.words) != len(self.vectors):
            raise DataError(f"{len(self.words)} words do not match {len(self.vectors)} vectors")

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.vectors.shape[1])

    @cached_property
    def index(self) -> dict[str, int]:
        """Word form to row."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def norms(self) -> Vectors:
        """The Euclidean length of every row, (n_words,) float32. Computed once: a pass over the matrix."""
        lengths: Vectors = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors))
        return lengths

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, form: object) -> bool:
        return form in self.index

    def rows(self, forms: Iterable[str]) -> Rows:
        """The rows of those forms that have a vector, in order; the others are left out. (n,) int64."""
        index = self.index
        return np.fromiter((index[form] for form in forms if form in index), dtype=np.int64)

    def replaced(self, rows: Rows, vectors: Vectors) -> "Embeddings":
        """The same vocabulary with some rows replaced: rows (n,), vectors (n, dim). The original is
        untouched.
        """
        if not len(rows):
            return self
        changed = np.array(self.vectors, dtype=np.float32)
        changed[rows] = vectors
        copy = Embeddings(self.words, changed)
        copy.__dict__["index"] = self.index  # the vocabulary is the same, so is its index
        if "norms" in self.__dict__:  # only the changed rows need measuring again
            copy.__dict__["norms"] = self.norms.copy()
            copy.__dict__["norms"][rows] = Embeddings(["" for _ in rows], changed[rows]).norms
        return copy


@dataclass(frozen=True, eq=False)
class BilingualEmbeddings:
    """Source and target vectors in one space. Raises DataError where their dimensions differ."""

    source: Embeddings
    target: Embeddings
    dim: int = field(init=False)

    def __post_init__(self) -> None:
        if self.source.dim != self.target.dim:
            raise DataError(
                f"source vectors have {self.source.dim} dimensions, target vectors {self.target.dim}; "
                "both must be in one space: align them first"
            )
        object.__setattr__(self, "dim", self.source.dim)

    def side(self, language: Language) -> Embeddings:
        """The embeddings of one language."""
        return self.source if language is Language.SOURCE else self.target

    def __contains__(self, word: object) -> bool:
        return isinstance(word, Word) and word.form in self.side(word.language)

    def vector(self, word: Word) -> Vectors:
        """The vector of one word, (dim,) float32. Raises KeyError where it has none."""
        side = self.side(word.language)
        vector: Vectors = side.vectors[side.index[word.form]]
        return vector
