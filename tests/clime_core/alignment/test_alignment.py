"""Alignment of two spaces by a dictionary."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.alignment.alignment import AlignSettings, Method, align, procrustes
from clime_core.alignment.linear_map import CcaSettings
from clime_core.alignment.rcsls import RcslsSettings
from clime_core.data.embeddings import Embeddings, Vectors
from clime_core.data.normalize import iterative
from clime_core.errors import DataError, TrainingError, VocabularyError

N, DIM = 60, 6
METHODS: list[Method] = ["procrustes", "cca", "rcsls"]
EXACT = CcaSettings(regularization=0)


def rotated(seed: int = 0) -> tuple[Embeddings, Embeddings, Vectors]:
    """A source space, the same space turned, and the turn."""
    rng = np.random.default_rng(seed)
    source = rng.standard_normal((N, DIM)).astype(np.float32)
    turn, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    target = (source @ turn).astype(np.float32)
    return (
        Embeddings([f"s{row}" for row in range(N)], source),
        Embeddings([f"t{row}" for row in range(N)], target),
        turn.astype(np.float32),
    )


PAIRS = [(f"s{row}", f"t{row}") for row in range(N)]


@given(seed=st.integers(0, 100))
def test_procrustes_finds_the_turn(seed: int) -> None:
    """A target space that is the source turned comes back exactly, from a dozen pairs."""
    source, target, _ = rotated(seed)
    alignment = procrustes(source, target, PAIRS[:12])
    np.testing.assert_allclose(alignment.embeddings.target.vectors, source.vectors, atol=1e-4)
    assert alignment.embeddings.source is source
    assert alignment.used == 12


@pytest.mark.parametrize("normalization", ["none", "unit", "center", "iterative"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_turn(method: Method, normalization: str) -> None:
    """Words that the map never saw come to lie where their translations are, in the normalised space."""
    source, target, _ = rotated()
    # RCSLS trades the fit of the pairs for distance from other words, so that it is exact at its start only
    settings = AlignSettings(method, normalization, EXACT, RcslsSettings(iterations=0))  # type: ignore[arg-type]
    found = align(source, target, PAIRS[:30], settings, device="cpu").embeddings
    np.testing.assert_allclose(found.target.vectors[30:], found.source.vectors[30:], atol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_source_and_target_lengths_stay(method: Method) -> None:
    """Without normalisation the source is the same object, and target vectors only change direction."""
    source, target, _ = rotated()
    found = align(source, target, PAIRS[:30], AlignSettings(method), device="cpu").embeddings
    assert found.source is source
    np.testing.assert_allclose(found.target.norms, target.norms, rtol=1e-5)


def test_rcsls_descends_from_procrustes() -> None:
    """It reports its losses and moves on from the turn."""
    source, target, _ = rotated()
    found = align(source, target, PAIRS[:30], AlignSettings("rcsls"), device="cpu")
    assert found.losses[0] > min(found.losses)
    assert not np.allclose(found.embeddings.target.vectors, source.vectors, atol=1e-2)
    assert align(source, target, PAIRS[:30]).losses == ()


def test_iterative_normalisation_is_of_both_sides_and_stays() -> None:
    """Both come back with mean zero and lengths near 1; the source is what normalising it gives."""
    source, target, _ = rotated()
    source = dataclasses.replace(source, vectors=source.vectors + np.float32(0.5))
    found = align(source, target, PAIRS[:30], AlignSettings(normalization="iterative")).embeddings
    np.testing.assert_array_equal(found.source.vectors, iterative(source.vectors))
    for side in (found.source, found.target):
        np.testing.assert_allclose(side.vectors.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(side.norms, 1, atol=0.05)


def test_many_rounds_of_normalisation_reach_a_fixed_point() -> None:
    """After a hundred rounds another one changes nothing, and both properties hold together."""
    source, _, _ = rotated()
    settled = iterative(source.vectors + np.float32(0.5), 100)
    np.testing.assert_allclose(iterative(settled, 1), settled, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(settled, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(settled.mean(axis=0), 0, atol=1e-6)


def test_the_map_is_orthogonal_even_for_wrong_pairs() -> None:
    """Products within the target language are kept, whatever the dictionary says."""
    source, target, _ = rotated()
    turned = procrustes(source, target, [("s1", "t2"), ("s3", "t9"), ("s4", "t1")]).embeddings.target.vectors
    np.testing.assert_allclose(turned @ turned.T, target.vectors @ target.vectors.T, atol=1e-4)


def test_pairs_without_vectors_are_counted() -> None:
    """Unknown pairs and those with a zero vector are left out; repeated ones count once."""
    source, target, _ = rotated()
    target.vectors[59] = 0
    pairs = [*PAIRS[:8], PAIRS[0], PAIRS[59], ("nowhere", "t1"), ("s1", "ninguno")]
    alignment = procrustes(source, target, pairs)
    assert (alignment.used, alignment.left_out) == (8, 3)
    assert not alignment.embeddings.target.vectors[59].any()


def test_alignment_that_cannot_be_is_refused() -> None:
    """No usable pair, different dimensions, an unknown method."""
    source, target, _ = rotated()
    with pytest.raises(VocabularyError, match="none of 1 dictionary pairs"):
        procrustes(source, target, [("t1", "s1")])
    with pytest.raises(DataError, match="6 dimensions, target vectors 2"):
        procrustes(source, Embeddings(["a"], np.ones((1, 2), np.float32)), PAIRS)
    with pytest.raises(TrainingError, match="got 'magic'"):
        AlignSettings("magic")  # type: ignore[arg-type]


def test_cca_joins_spaces_of_different_dimensions() -> None:
    """The target comes into the source's dimensions."""
    source, target, _ = rotated()
    wider = Embeddings(target.words, np.c_[target.vectors, target.vectors[:, :2] ** 2].astype(np.float32))
    found = align(source, wider, PAIRS, AlignSettings("cca")).embeddings
    assert found.dim == DIM
    cosines = (found.target.vectors * source.vectors).sum(axis=1) / found.target.norms / source.norms
    assert cosines.mean() > 0.9
