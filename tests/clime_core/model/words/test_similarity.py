"""The best candidates, in blocks."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from clime_core.model.words import similarity
from clime_core.model.words.similarity import best, mean_similarity, top


def rows_of(n: int, dim: int = 4, seed: int = 0) -> torch.Tensor:
    """Random rows."""
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((n, dim), np.float32))


@given(n=st.integers(1, 9), m=st.integers(1, 400), k=st.integers(1, 12), seed=st.integers(0, 99))
def test_top_is_a_sorted_row(n: int, m: int, k: int, seed: int) -> None:
    """Values in falling order, each from the column that is named, whatever the number of chunks."""
    scores = rows_of(n, m, seed)
    values, columns = top(scores, k)
    np.testing.assert_array_equal(values, np.sort(scores, axis=1)[:, ::-1][:, :k])
    np.testing.assert_array_equal(scores.gather(1, columns), values)


@given(block=st.integers(1, 90), queries=st.integers(1, 9), k=st.integers(1, 100))
def test_blocks_change_nothing(block: int, queries: int, k: int) -> None:
    """Scores with a penalty, against the whole matrix at once."""
    asked, candidates, penalty = rows_of(7), rows_of(80, seed=1), rows_of(1, 80, seed=2)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "BLOCK", block)
        patch.setattr(similarity, "QUERIES", queries)
        values, rows = best(asked, candidates, k, penalty, scale=2)
    scores = 2 * asked.numpy() @ candidates.numpy().T - penalty.numpy()
    np.testing.assert_array_equal(rows, np.argsort(-scores, axis=1)[:, :k])
    np.testing.assert_allclose(values, -np.sort(-scores, axis=1)[:, :k], rtol=1e-5, atol=1e-5)


def test_mean_similarity_of_fewer_candidates_than_neighbors() -> None:
    """All there are."""
    queries, candidates = rows_of(3), rows_of(2, seed=1)
    expected = (queries @ candidates.T).mean(dim=1)
    torch.testing.assert_close(mean_similarity(queries, candidates, 10, what=""), expected)


def test_progress_ends_at_all_queries() -> None:
    """One report a block of queries."""
    seen = list[tuple[str, int, int]]()
    best(rows_of(similarity.QUERIES + 1), rows_of(5), 2, what="w", progress=lambda *step: seen.append(step))
    assert seen == [("w", similarity.QUERIES, similarity.QUERIES + 1), ("w", *(2 * [similarity.QUERIES + 1]))]
