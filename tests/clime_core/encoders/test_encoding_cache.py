"""The cache of encodings: what it keeps, and what it survives."""

from pathlib import Path

import numpy as np
import pytest

from clime_core.data.embeddings import Vectors
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.errors import DataError

TEXTS = ["one", "two", "three"]
ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)


def filled(folder: Path) -> EncodingCache:
    """A cache of three texts."""
    cache = EncodingCache(folder, "a model")
    cache.add(TEXTS, ROWS)
    return cache


def test_what_is_kept_is_found_by_any_process(tmp_path: Path) -> None:
    """Also by one that was open before; only what is new is missing, each text once."""
    early = EncodingCache(tmp_path, "a model")
    assert early.missing(["two", "new", "two", "new"]) == ["two", "new"]
    filled(tmp_path)
    for cache in (early, EncodingCache(tmp_path, "a model")):
        assert cache.missing(["two", "new", "new"]) == ["new"]
        assert [list(row) for row in cache.vectors(["three", "one"])] == [[4, 5], [0, 1]]


def test_another_model_has_a_cache_of_its_own(tmp_path: Path) -> None:
    """Its vectors are others."""
    filled(tmp_path)
    assert EncodingCache(tmp_path, "another").missing(TEXTS) == TEXTS


def test_vectors_are_views_of_the_file(tmp_path: Path) -> None:
    """They take no memory of their own, and nobody can write to them."""
    rows = filled(tmp_path).vectors(TEXTS)
    assert all(row.base is not None and not row.flags.writeable for row in rows)
    assert np.shares_memory(rows[0], rows[0].base)


@pytest.mark.parametrize(("file", "cut"), [("vectors.f32", 3), ("texts.sha256", 5), ("vectors.f32", 13)])
def test_a_row_that_was_not_finished_is_made_again(tmp_path: Path, file: str, cut: int) -> None:
    """As after `kill -9` in the middle of a write; the rows before it stay right."""
    path = filled(tmp_path).folder / file
    path.write_bytes(path.read_bytes()[:-cut])
    cache = EncodingCache(tmp_path, "a model")
    missing = cache.missing(TEXTS)
    assert missing == TEXTS[3 - len(missing) :]
    assert missing
    cache.add(missing, ROWS[3 - len(missing) :])
    for found in (cache, EncodingCache(tmp_path, "a model")):
        assert np.array_equal(found.vectors(TEXTS), ROWS)


def test_two_that_encode_the_same_texts_do_not_disturb_each_other(tmp_path: Path) -> None:
    """The second text of the same name is left out, and rows stay beside their texts."""
    first, second = EncodingCache(tmp_path, "a model"), EncodingCache(tmp_path, "a model")
    assert first.missing(TEXTS) == second.missing(TEXTS)
    first.add(TEXTS[:2], ROWS[:2])
    second.add(TEXTS, ROWS)
    assert np.array_equal(first.vectors(TEXTS), ROWS)
    assert (first.folder / "vectors.f32").stat().st_size == ROWS.nbytes


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS[:2], r"3 texts need as many vectors, got an array of shape \(2, 2\)"),
        (np.full((3, 2), np.nan, dtype=np.float32), "the vector of 'four' is not all numbers"),
        (np.zeros((3, 5), dtype=np.float32), "vectors of 5 dimensions, but .* holds those of 2"),
    ],
)
def test_what_no_encoder_should_give_is_refused(tmp_path: Path, rows: Vectors, message: str) -> None:
    """And nothing of it is kept."""
    cache = filled(tmp_path)
    with pytest.raises(DataError, match=f"a model: {message}"):
        cache.add(["four", "five", "six"], rows)
    assert cache.missing(["four"]) == ["four"]
