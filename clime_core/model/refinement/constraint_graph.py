"""The words under constraints as a small signed graph: all that refinement needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.data.embeddings import BilingualEmbeddings, Rows, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint

Doubles = NDArray[np.float64]
Pair = tuple[Word, Word]


@dataclass(frozen=True)
class LeftOut:
    """Constraints that were not used, and why: counts, and the words without a vector in order.

    `out_of_vocabulary`: one of the words has no vector. `itself`: the keyword marked with itself.
    `repeated`: given before, word for word. `cancelled`: the pair is called similar and dissimilar, in
    either direction, so that nothing is left of both (2 are counted for each such pair).
    """

    out_of_vocabulary: int
    unknown_words: tuple[Word, ...]
    itself: int
    repeated: int
    cancelled: int


@dataclass(frozen=True, eq=False)
class ConstraintGraph:
    """Touched words (n) sorted by language and row, and their constraints as weighted pairs.

    `vectors` (n, dim) float32 as they are before refinement; `left`, `right` (n_pairs,) int64 are
    positions in `words`, left < right; `weights` (n_pairs,) float64 is positive for dissimilar pairs,
    negative for similar ones, and 2 in size where both directions were marked.
    """

    words: tuple[Word, ...]
    rows: Rows
    vectors: Vectors
    left: Rows
    right: Rows
    weights: Doubles
    used: int
    left_out: LeftOut

    def adjacency(self, *, by_degree: bool = False) -> Doubles:
        """S, (n, n) symmetric; `by_degree` divides by the roots of both degrees: eigenvalues in [-1, 1]."""
        n = len(self.words)
        signed = np.zeros((n, n))
        signed[self.left, self.right] = self.weights
        signed += signed.T
        if by_degree and n:
            root = np.sqrt(np.abs(signed).sum(axis=1))  # every touched word has a constraint: never zero
            signed /= root[:, None] * root[None, :]
        return signed

    def mean_cosine(self, vectors: Vectors, *, similar: bool) -> float | None:
        """The mean cosine of the (dis)similar pairs under `vectors` (n, dim); None without such a pair."""
        chosen = (self.weights < 0) == similar
        if not chosen.any():
            return None
        unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return float((unit[self.left[chosen]] * unit[self.right[chosen]]).sum(axis=1).mean())


def constraint_graph(embeddings: BilingualEmbeddings, constraints: Sequence[Constraint]) -> ConstraintGraph:
    """Gather the constraints that can be used. Their order makes no difference to anything that comes out."""
    distinct = set(constraints)
    known = {c for c in distinct if c.keyword in embeddings and c.word in embeddings}
    pairs = {c for c in known if c.keyword != c.word}
    sums = _sums(pairs)
    weights = {pair: weight for pair, weight in sums.items() if weight}
    unknown = {word for c in distinct - known for word in (c.keyword, c.word) if word not in embeddings}
    left_out = LeftOut(
        out_of_vocabulary=len(distinct) - len(known),
        unknown_words=tuple(sorted(unknown)),
        itself=len(known) - len(pairs),
        repeated=len(constraints) - len(distinct),
        cancelled=len(pairs) - int(sum(abs(weight) for weight in weights.values())),
    )
    return _graph(embeddings, weights, left_out)


def _sums(constraints: Iterable[Constraint]) -> dict[Pair, int]:
    """Signed sum of each unordered pair: the two directions of a pair are one edge."""
    sums: dict[Pair, int] = {}
    for c in constraints:
        pair = (min(c.keyword, c.word), max(c.keyword, c.word))
        sums[pair] = sums.get(pair, 0) + (-1 if c.similar else 1)
    return sums


def _graph(embeddings: BilingualEmbeddings, weights: dict[Pair, int], left_out: LeftOut) -> ConstraintGraph:
    """Number the touched words by language and row, and the pairs by their words."""
    touched = {word for pair in weights for word in pair}
    row = {word: embeddings.side(word.language).index[word.form] for word in touched}
    words = tuple(sorted(touched, key=lambda word: (word.language is Language.TARGET, row[word])))
    position = {word: number for number, word in enumerate(words)}
    edges = sorted((*sorted((position[a], position[b])), weight) for (a, b), weight in weights.items())
    table = np.array(edges, dtype=np.int64).reshape(len(edges), 3)
    vectors = np.array([embeddings.vector(word) for word in words], dtype=np.float32)
    return ConstraintGraph(
        words=words,
        rows=np.array([row[word] for word in words], dtype=np.int64),
        vectors=vectors.reshape(len(words), embeddings.dim),
        left=table[:, 0],
        right=table[:, 1],
        weights=table[:, 2].astype(np.float64),
        used=int(np.abs(table[:, 2]).sum()),
        left_out=left_out,
    )
