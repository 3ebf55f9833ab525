"""Exact nearest neighbours by cosine."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Vectors
from clime_core.data.language import Language, Word
from clime_core.errors import VocabularyError
from clime_core.model.words import neighbors
from clime_core.model.words.neighbors import nearest

SOURCE, TARGET = Language.SOURCE, Language.TARGET


def named(prefix: str, vectors: Vectors) -> Embeddings:
    """Vectors with made-up words."""
    return Embeddings([f"{prefix}{row}" for row in range(len(vectors))], vectors)


def space(n_source: int = 40, n_target: int = 300, dim: int = 8, seed: int = 0) -> BilingualEmbeddings:
    """Random vectors of both languages, of very different lengths."""
    rng = np.random.default_rng(seed)
    source, target = (
        (rng.standard_normal((n, dim)) * rng.uniform(0.01, 10, (n, 1))).astype(np.float32) for n in (n_source, n_target)
    )
    return BilingualEmbeddings(named("s", source), named("t", target))


def naive(embeddings: BilingualEmbeddings, keyword: Word, k: int, language: Language) -> list[str]:
    """The definition, one pair at a time in float64."""
    query = embeddings.vector(keyword).astype(np.float64)
    side = embeddings.side(language)
    scored = []
    for row, word in enumerate(side.words):
        vector = side.vectors[row].astype(np.float64)
        length = np.linalg.norm(query) * np.linalg.norm(vector)
        if length > 0 and Word(language, word) != keyword:
            scored.append((-float(query @ vector / length), row, word))
    return [word for _, _, word in sorted(scored)[:k]]


@given(seed=st.integers(0, 1000), n=st.integers(1, 150), k=st.integers(1, 160), block=st.integers(1, 70))
def test_agrees_with_the_definition(seed: int, n: int, k: int, block: int) -> None:
    """Whatever the sizes and the block, the neighbours are those of the definition, in order."""
    embeddings = space(n_target=n, seed=seed)
    keywords = [Word(SOURCE, "s3"), Word(TARGET, "t0")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors, "BLOCK", block)
        found = nearest(embeddings, keywords, k, TARGET, device="cpu")
    assert [[one.word.form for one in near] for near in found] == [
        naive(embeddings, keyword, k, TARGET) for keyword in keywords
    ]


def test_similarity_is_the_cosine() -> None:
    """The similarity given is the cosine of the two vectors."""
    embeddings = space()
    keyword = Word(SOURCE, "s1")
    query = embeddings.vector(keyword)
    for near in nearest(embeddings, [keyword], 5, SOURCE)[0]:
        vector = embeddings.vector(near.word)
        cosine = query @ vector / np.linalg.norm(query) / np.linalg.norm(vector)
        assert near.similarity == pytest.approx(float(cosine), abs=1e-6)


def test_keyword_is_not_its_own_neighbor_but_its_homograph_may_be() -> None:
    """A keyword is left out in its own language only."""
    vectors = np.eye(3, dtype=np.float32)
    words = ["radio", "b", "c"]
    embeddings = BilingualEmbeddings(Embeddings(words, vectors), Embeddings(words, vectors))
    keyword = Word(SOURCE, "radio")
    assert keyword not in [near.word for near in nearest(embeddings, [keyword], 3, SOURCE)[0]]
    assert nearest(embeddings, [keyword], 3, TARGET)[0][0].word == Word(TARGET, "radio")


def test_zero_vectors_never_show_up() -> None:
    """A zero vector has no direction: it is no neighbour and has none."""
    vectors = np.array([[1, 0], [0, 0], [-1, 0], [0, 0]], dtype=np.float32)
    embeddings = BilingualEmbeddings(named("s", vectors), named("t", vectors))
    found = nearest(embeddings, [Word(SOURCE, "s0"), Word(SOURCE, "s1")], 9, TARGET)
    assert [near.word.form for near in found[0]] == ["t0", "t2"]
    assert found[1] == []


def test_ties_come_in_row_order() -> None:
    """Equal cosines are ordered by row, also across blocks and where ties exceed k."""
    vectors = np.tile(np.array([[0.3, 0.7, 0.1]], dtype=np.float32), (500, 1))
    embeddings = BilingualEmbeddings(named("s", vectors[:1]), named("t", vectors))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbors, "BLOCK", 7)
        found = nearest(embeddings, [Word(SOURCE, "s0")], 12, TARGET)[0]
    assert [near.word.form for near in found] == [f"t{row}" for row in range(12)]


def test_candidates_restrict_the_rows() -> None:
    """Only candidate rows are returned, in any order and with repeats given."""
    embeddings = space()
    keyword = Word(SOURCE, "s0")
    allowed = np.array([250, 7, 7, 100])
    found = nearest(embeddings, [keyword], 10, TARGET, candidates=allowed)[0]
    order = naive(embeddings, keyword, 300, TARGET)
    assert [near.word.form for near in found] == [word for word in order if word in {"t250", "t7", "t100"}]
    assert nearest(embeddings, [keyword], 10, TARGET, candidates=np.array([], dtype=np.int64)) == [[]]


def test_read_only_vectors_are_searched_in_place() -> None:
    """A memory-mapped, read-only matrix needs no copy and raises no warning."""
    embeddings = space()
    embeddings.target.vectors.setflags(write=False)
    assert len(nearest(embeddings, [Word(SOURCE, "s0")], 4, TARGET)[0]) == 4
    view = neighbors._tensor(embeddings.target.vectors)
    assert view.data_ptr() == embeddings.target.vectors.ctypes.data


def test_no_keywords_and_no_k() -> None:
    """Nothing asked, nothing found."""
    assert nearest(space(), [], 3, TARGET) == []
    assert nearest(space(), [Word(SOURCE, "s0")], 0, TARGET) == [[]]


def test_unknown_keyword_is_refused() -> None:
    """A keyword without a vector is named."""
    with pytest.raises(VocabularyError, match="'nowhere'"):
        nearest(space(), [Word(SOURCE, "nowhere")], 3, TARGET)


def test_norms_follow_replaced_rows() -> None:
    """Row lengths are kept for unchanged rows and measured again for changed ones."""
    embeddings = space().source
    before = embeddings.norms.copy()
    changed = embeddings.replaced(np.array([2]), np.full((1, 8), 3, dtype=np.float32))
    assert "norms" in changed.__dict__
    np.testing.assert_allclose(changed.norms, np.linalg.norm(changed.vectors, axis=1), rtol=1e-6)
    np.testing.assert_array_equal(embeddings.norms, before)


@pytest.mark.gpu
def test_gpu_finds_the_same() -> None:
    """The GPU and the CPU agree exactly: the final order is made in float64."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    embeddings, keywords = space(n_target=30_000, dim=64), [Word(SOURCE, f"s{row}") for row in range(40)]
    on_cpu = nearest(embeddings, keywords, 10, TARGET, device="cpu")
    assert nearest(embeddings, keywords, 10, TARGET, device="cuda") == on_cpu
