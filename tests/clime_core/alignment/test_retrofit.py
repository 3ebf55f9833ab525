"""Retrofitting to a bilingual dictionary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clime_core.alignment.retrofit import RetrofitSettings, retrofit
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.errors import TrainingError, VocabularyError

N, DIM = 12, 3
PAIRS = [("s0", "t0"), ("s0", "t1"), ("s1", "t1"), ("s2", "t1"), ("s5", "t7")]

Doubles = NDArray[np.float64]


def space(seed: int = 0) -> BilingualEmbeddings:
    """Random vectors of both languages."""
    rng = np.random.default_rng(seed)
    source, target = (rng.standard_normal((N, DIM)).astype(np.float32) for _ in "st")
    return BilingualEmbeddings(
        Embeddings([f"s{row}" for row in range(N)], source), Embeddings([f"t{row}" for row in range(N)], target)
    )


def stacked(embeddings: BilingualEmbeddings) -> Doubles:
    """Source rows, then target rows."""
    return np.concatenate([embeddings.source.vectors, embeddings.target.vectors]).astype(np.float64)


@given(
    pairs=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), min_size=1, max_size=30),
    pull=st.sampled_from([0.1, 1.0, 5.0, 50.0]),
)
def test_solves_the_linear_system(pairs: list[tuple[int, int]], pull: float) -> None:
    """Against the whole system, dense, for any dictionary; words without translations stay bitwise as they are."""
    embeddings = space()
    found = stacked(
        retrofit(
            embeddings, [(f"s{a}", f"t{b}") for a, b in pairs], RetrofitSettings(pull, renormalize=False)
        ).embeddings
    )
    linked = np.zeros((2 * N, 2 * N))
    for a, b in pairs:
        linked[a, N + b] = linked[N + b, a] = 1
    degrees = linked.sum(axis=1, keepdims=True)
    touched = degrees[:, 0] > 0
    system = np.eye(2 * N) * (1 + pull * touched) - pull * linked / np.maximum(degrees, 1)
    before = stacked(embeddings)
    np.testing.assert_allclose(found, np.linalg.solve(system, before), atol=1e-5)
    np.testing.assert_array_equal(found[~touched], before[~touched])


def test_the_papers_update_changes_nothing_more() -> None:
    """One word by hand: s0 has two translations."""
    embeddings = space()
    done = retrofit(embeddings, PAIRS, RetrofitSettings(renormalize=False)).embeddings
    source, target = done.source.vectors, done.target.vectors
    expected = (embeddings.source.vectors[0] + (target[0] + target[1]) / 2) / 2
    np.testing.assert_allclose(source[0], expected, atol=1e-6)


def test_translations_come_closer_and_keep_their_lengths() -> None:
    """The report's cosines are those of the vectors, before and after."""
    embeddings = space()
    result = retrofit(embeddings, PAIRS)
    after = result.embeddings
    np.testing.assert_allclose(after.source.norms, embeddings.source.norms, rtol=1e-5)
    np.testing.assert_allclose(after.target.norms, embeddings.target.norms, rtol=1e-5)

    def mean_cosine(vectors: BilingualEmbeddings) -> float:
        a, b = (
            side.vectors[[int(pair[end][1:]) for pair in PAIRS]]
            / side.norms[[int(pair[end][1:]) for pair in PAIRS], None]
            for end, side in enumerate((vectors.source, vectors.target))
        )
        return float((a * b).sum(axis=1).mean())

    assert result.cosine_before == pytest.approx(mean_cosine(embeddings), abs=1e-6)
    assert result.cosine_after == pytest.approx(mean_cosine(after), abs=1e-6)
    assert result.cosine_after > result.cosine_before


def test_pairs_are_counted() -> None:
    """Repeated ones once, those without a vector as left out; the original is untouched."""
    embeddings = space()
    before = stacked(embeddings)
    result = retrofit(embeddings, [*PAIRS, PAIRS[0], ("nowhere", "t0")])
    assert (result.used, result.left_out, result.touched) == (5, 1, 7)
    np.testing.assert_array_equal(stacked(embeddings), before)


def test_what_cannot_be_is_refused() -> None:
    """No usable pair, no pull."""
    with pytest.raises(VocabularyError, match="none of 1 dictionary pairs"):
        retrofit(space(), [("t0", "s0")])
    for pull in (0, -1, float("inf"), float("nan")):
        with pytest.raises(TrainingError, match="pull must be above 0"):
            RetrofitSettings(pull)
