"""Alignment of two spaces and dictionary induction."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Vectors
from clime_core.errors import DataError, VocabularyError
from clime_core.model.alignment import precision_at, procrustes, read_dictionary

N, DIM = 60, 6


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


def test_the_map_is_orthogonal_even_for_wrong_pairs() -> None:
    """Products within the target language are kept, whatever the dictionary says."""
    source, target, _ = rotated()
    turned = procrustes(source, target, [("s1", "t2"), ("s3", "t9"), ("s4", "t1")]).embeddings.target.vectors
    np.testing.assert_allclose(turned @ turned.T, target.vectors @ target.vectors.T, atol=1e-4)


def test_pairs_without_vectors_are_counted() -> None:
    """Unknown pairs are left out; repeated ones count once."""
    source, target, _ = rotated()
    alignment = procrustes(source, target, [*PAIRS[:8], PAIRS[0], ("nowhere", "t1"), ("s1", "ninguno")])
    assert (alignment.used, alignment.left_out) == (8, 2)


def test_alignment_that_cannot_be_is_refused() -> None:
    """No usable pair, or different dimensions."""
    source, target, _ = rotated()
    with pytest.raises(VocabularyError, match="none of 1 dictionary pairs"):
        procrustes(source, target, [("t1", "s1")])
    with pytest.raises(DataError, match="6 dimensions, target vectors 2"):
        procrustes(source, Embeddings(["a"], np.ones((1, 2), np.float32)), PAIRS)


def test_precision_counts_words_with_a_translation_near() -> None:
    """One right, one wrong, one unknown, one without known translation."""
    source = Embeddings(["one", "two", "three"], np.eye(3, dtype=np.float32))
    target = Embeddings(["uno", "dos", "x"], np.eye(3, dtype=np.float32)[[0, 2, 1]])
    pairs = [("one", "uno"), ("one", "un"), ("two", "dos"), ("four", "cuatro"), ("three", "tres")]
    result = precision_at(BilingualEmbeddings(source, target), pairs, 1, device="cpu")
    assert (result.precision, result.words, result.left_out) == (0.5, 2, 2)
    assert precision_at(BilingualEmbeddings(source, target), pairs, 3, device="cpu").precision == 1
    assert precision_at(BilingualEmbeddings(source, target), [], 1, device="cpu").precision == 0


def test_held_out_pairs_are_found_after_alignment() -> None:
    """Precision at 1 on pairs that the map never saw is far above that of the unaligned spaces."""
    source, target, _ = rotated()
    before = precision_at(BilingualEmbeddings(source, target), PAIRS[12:], device="cpu").precision
    after = precision_at(procrustes(source, target, PAIRS[:12]).embeddings, PAIRS[12:], device="cpu").precision
    assert before < 0.3
    assert after == 1


def test_dictionaries_are_read(tmp_path: Path) -> None:
    """Tabs separate, further columns and blank lines are ignored, words may hold spaces."""
    path = tmp_path / "dictionary.tsv"
    path.write_bytes("\ufeffhouse\tcasa\r\n\nice cream\thelado\t0.7\n".encode())
    assert read_dictionary(path) == (("house", "casa"), ("ice cream", "helado"))


@pytest.mark.parametrize("line", ["house casa", "house\t", "\tcasa"])
def test_malformed_lines_are_named(tmp_path: Path, line: str) -> None:
    """The error gives path and line and what stood there."""
    path = tmp_path / "dictionary.tsv"
    path.write_text(f"a\tb\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_dictionary(path)
    assert f"{path}:2:" in str(caught.value)
    assert repr(line) in str(caught.value)


def test_unreadable_dictionaries_are_named(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8."""
    path = tmp_path / "dictionary.tsv"
    with pytest.raises(DataError, match="cannot read"):
        read_dictionary(path)
    path.write_bytes(b"a\t\xff\n")
    with pytest.raises(DataError, match=":1: not UTF-8"):
        read_dictionary(path)
