"""Normalised vectors have the mean and the lengths they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clime_core.data.embeddings import Vectors
from clime_core.data.normalize import at_lengths, center, iterative, unit_length

matrices = arrays(
    np.float32,
    st.tuples(st.integers(1, 6), st.integers(1, 4)),
    elements=st.floats(-100, 100, width=32),
)


@given(matrices)
def test_centred_vectors_have_mean_zero(vectors: Vectors) -> None:
    """The mean vanishes, differences between rows stay, and the input is untouched."""
    before = vectors.copy()
    centered = center(vectors)
    assert centered.dtype == np.float32
    np.testing.assert_allclose(centered.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(centered - centered[0], vectors - vectors[0], atol=1e-4)
    np.testing.assert_array_equal(vectors, before)


@given(matrices)
def test_unit_length_keeps_directions(vectors: Vectors) -> None:
    """Rows have length 1 and their old direction; rows of zeros stay zero."""
    scaled = unit_length(vectors)
    assert scaled.dtype == np.float32
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    np.testing.assert_allclose(np.linalg.norm(scaled, axis=1), lengths > 0, atol=1e-5)
    np.testing.assert_allclose(scaled * lengths[:, None], vectors, rtol=1e-4, atol=1e-30)


@pytest.mark.parametrize("size", [1e-40, 3e38])
def test_extreme_lengths_are_scaled(size: float) -> None:
    """Squares that do not fit float32 do no harm."""
    np.testing.assert_allclose(unit_length(np.array([[size, 0]], np.float32)), [[1, 0]])


def test_iterative_approaches_both_properties() -> None:
    """After five rounds the mean is zero and all lengths are near 1, much nearer than after one."""
    vectors = np.random.default_rng(0).standard_normal((200, 8)).astype(np.float32) + np.float32(2)

    def spread(rounds: int) -> float:
        return float(np.abs(np.linalg.norm(iterative(vectors, rounds), axis=1) - 1).max())

    np.testing.assert_allclose(iterative(vectors).mean(axis=0), 0, atol=1e-6)
    assert spread(5) < 0.05 < spread(1)
    np.testing.assert_array_equal(iterative(vectors, 0), vectors)


def test_nothing_stays_nothing() -> None:
    """No rows are no problem."""
    empty = np.empty((0, 3), np.float32)
    assert center(empty).shape == unit_length(empty).shape == iterative(empty).shape == (0, 3)


def test_rows_get_the_lengths_that_are_given() -> None:
    """Directions stay, a row of zeros stays zero, and the precision is that of the arrays."""
    vectors = np.array([[3, 4], [0, 0], [0, -2]], dtype=np.float32)
    scaled = at_lengths(vectors, np.array([[10], [7], [1]], dtype=np.float32))
    np.testing.assert_array_equal(scaled, np.array([[6, 8], [0, 0], [0, -1]], dtype=np.float32))
    assert scaled.dtype == np.float32
    assert at_lengths(vectors.astype(np.float64), np.ones((3, 1))).dtype == np.float64
