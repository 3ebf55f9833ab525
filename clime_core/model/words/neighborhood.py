"""A keyword among its neighbours before and after refinement, both in one plane (Yuan et al. 2020, figure 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import normalize

from clime_core.data.embeddings import BilingualEmbeddings, Rows
from clime_core.data.language import Language, Word
from clime_core.model.words.neighbors import nearest

Projection = Literal["pca", "tsne"]
Point = tuple[float, float]

NEAREST = 6
"""Words looked up in each language before refinement, and as many after it."""

PERPLEXITY = 12.0


@dataclass(frozen=True)
class PlacedWord:
    """A word in the plane before and after refinement, and its cosine with the keyword then, -1 to 1.

    `similar` is what the marks on it and the keyword come to, None where there is none.
    """

    word: Word
    similar: bool | None
    before: Point
    after: Point
    cosine_before: float
    cosine_after: float

    @property
    def moved(self) -> bool:
        """Whether refinement changed the word's vector."""
        return self.before != self.after


@dataclass(frozen=True)
class Neighborhood:
    """The keyword and the words around it, nearest after refinement first.

    `explained` is the part of the variance that the plane of a PCA holds, in [0, 1]; None for t-SNE.
    """

    keyword: PlacedWord
    words: tuple[PlacedWord, ...]
    explained: float | None


def neighborhood(
    before: BilingualEmbeddings,
    after: BilingualEmbeddings,
    keyword: Word,
    marks: Mapping[Word, bool],
    candidates: Mapping[Language, Rows | None],
    projection: Projection = "pca",
    k: int = NEAREST,
) -> Neighborhood:
    """The marked words and the `k` nearest of each language, before and after, in one plane.

    `marks` says which words are similar to the keyword and which not; those without a vector are left out.
    `candidates` restricts the rows in which neighbours are looked for. Vectors are compared at unit length; a word that
    did not move stands at one place. Deterministic. Raises VocabularyError for a keyword without a vector.
    """
    words = [keyword, *_around(before, after, keyword, marks, candidates, k)]
    old_vectors, new_vectors = _directions(before, words), _directions(after, words)
    moved = ~np.isclose(old_vectors, new_vectors, atol=1e-6).all(axis=1)
    plane, explained = _PROJECTIONS[projection](np.vstack([old_vectors, new_vectors[moved]]))
    places = plane[: len(words)].copy()
    places[moved] = plane[len(words) :]
    placed = [
        PlacedWord(word, marks.get(word), _point(old), _point(new), float(before_cosine), float(after_cosine))
        for word, old, new, before_cosine, after_cosine in zip(
            words, plane, places, old_vectors @ old_vectors[0], new_vectors @ new_vectors[0], strict=False
        )
    ]
    return Neighborhood(placed[0], tuple(sorted(placed[1:], key=lambda word: -word.cosine_after)), explained)


def _around(
    before: BilingualEmbeddings,
    after: BilingualEmbeddings,
    keyword: Word,
    marks: Mapping[Word, bool],
    candidates: Mapping[Language, Rows | None],
    k: int,
) -> list[Word]:
    """The words to show, each once."""
    found: dict[Word, None] = dict.fromkeys(word for word in marks if word in after and word != keyword)
    for language in Language:
        for state in (before, after):
            (near,) = nearest(state, [keyword], k, language, candidates=candidates.get(language), device="cpu")
            found |= dict.fromkeys(neighbor.word for neighbor in near)
    return list(found)


def _directions(embeddings: BilingualEmbeddings, words: Sequence[Word]) -> NDArray[np.float64]:
    """Vectors at unit length, (n_words, dim); a zero vector stays zero."""
    vectors = np.array([embeddings.vector(word) for word in words], dtype=np.float64)
    directions: NDArray[np.float64] = normalize(vectors)
    return directions


def _pca(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float | None]:
    fitted = PCA(n_components=min(2, *points.shape), svd_solver="full")
    plane = fitted.fit_transform(points) if len(points) > 1 else np.zeros((1, 1))
    explained = float(fitted.explained_variance_ratio_.sum()) if len(points) > 1 else 1.0
    wide: NDArray[np.float64] = np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))
    return wide, explained


def _tsne(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float | None]:
    """By cosine, from the PCA, with a perplexity that so few points allow."""
    if len(points) < 4:
        return _pca(points)[0], None
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    fitted = TSNE(perplexity=perplexity, metric="cosine", init="pca", random_state=0)
    plane: NDArray[np.float64] = fitted.fit_transform(points).astype(np.float64)
    return plane, None


_PROJECTIONS = {"pca": _pca, "tsne": _tsne}


def _point(row: NDArray[np.float64]) -> Point:
    return float(row[0]), float(row[1])
