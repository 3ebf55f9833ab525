"""Stores of embeddings open without being read, and say what is wrong with them."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from clime_core.data.embedding_store import converted, load_embeddings, open_embeddings, save_embeddings
from clime_core.data.embeddings import Embeddings
from clime_core.data.vec_file import write_vec
from clime_core.errors import DataError


@pytest.fixture
def embeddings() -> Embeddings:
    """Three words, one of them with characters that separate elsewhere."""
    return Embeddings(("a", "ሰብ", "x\u2028 y"), np.arange(6, dtype=np.float32).reshape(3, 2))


def test_a_store_round_trips(tmp_path: Path, embeddings: Embeddings) -> None:
    """Words and vectors come back, in an array that cannot be written to; only the store is left on disk."""
    save_embeddings(tmp_path / "store", embeddings)
    loaded = load_embeddings(tmp_path / "store")
    assert tuple(loaded.words) == embeddings.words
    np.testing.assert_array_equal(loaded.vectors, embeddings.vectors)
    assert loaded.vectors.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        loaded.vectors[0, 0] = 1
    assert [item.name for item in tmp_path.iterdir()] == ["store"]


def test_vectors_are_mapped_not_read(tmp_path: Path, embeddings: Embeddings) -> None:
    """The array lies in a mapping of the file (where the system lists its mappings)."""
    mappings = Path("/proc/self/maps")
    if not mappings.exists():
        pytest.skip("this system does not list memory mappings")
    save_embeddings(tmp_path / "store", embeddings)
    loaded = load_embeddings(tmp_path / "store")
    address = loaded.vectors.__array_interface__["data"][0]
    ranges = [line.split()[0].split("-") for line in mappings.read_text().splitlines() if str(tmp_path) in line]
    assert any(int(start, 16) <= address < int(end, 16) for start, end in ranges)


def test_replacing_a_store_keeps_what_is_loaded(tmp_path: Path, embeddings: Embeddings) -> None:
    """A new store takes the place of the old one, whose loaded vectors stay as they were."""
    store = tmp_path / "store"
    save_embeddings(store, embeddings)
    before = load_embeddings(store)
    save_embeddings(store, Embeddings(["new"], np.ones((1, 5), np.float32)))
    np.testing.assert_array_equal(before.vectors, embeddings.vectors)
    assert load_embeddings(store).words == ("new",)
    assert [item.name for item in tmp_path.iterdir()] == ["store"]


def test_a_store_never_replaces_other_things(tmp_path: Path, embeddings: Embeddings) -> None:
    """A folder with other files, or a file of that name, is refused and left alone."""
    (tmp_path / "thesis.txt").write_text("years of work")
    for path in (tmp_path, tmp_path / "thesis.txt"):
        with pytest.raises(DataError, match="would be lost"):
            save_embeddings(path, embeddings)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    with pytest.raises(DataError, match="cannot write"):
        save_embeddings(tmp_path / "thesis.txt" / "store", embeddings)
    save_embeddings(tmp_path / "made" / "on the way" / "store", embeddings)
    assert len(load_embeddings(tmp_path / "made" / "on the way" / "store")) == len(embeddings)


def test_only_float32_is_stored(tmp_path: Path) -> None:
    """Other numbers are refused before anything is written."""
    with pytest.raises(DataError, match="float64"):
        save_embeddings(tmp_path / "store", Embeddings(["a"], np.ones((1, 2))))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def _cut_vectors(store: Path) -> None:
    content = (store / "vectors.safetensors").read_bytes()
    (store / "vectors.safetensors").write_bytes(content[:-4])


def _cut_words(store: Path) -> None:
    content = (store / "words.json").read_bytes()
    (store / "words.json").write_bytes(content[:-2])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "vectors.safetensors is damaged": _cut_vectors,
    "words.json is not complete JSON": _cut_words,
    "cannot read .*vectors.safetensors": lambda store: (store / "vectors.safetensors").unlink(),
    "cannot read .*words.json": lambda store: (store / "words.json").unlink(),
    "2 words in words.json do not match": lambda store: (store / "words.json").write_text('["a", "b"]'),
    "each word once, got 1": lambda store: (store / "words.json").write_text('["a", "b", "a"]'),
    "list of words": lambda store: (store / "words.json").write_text(json.dumps({"a": 0})),
    "must hold a tensor": lambda store: save_file(
        {"other": np.ones((3, 2), np.float32)}, store / "vectors.safetensors"
    ),
    "must hold float32 vectors": lambda store: save_file({"vectors": np.ones((3, 2))}, store / "vectors.safetensors"),
    "of shape": lambda store: save_file({"vectors": np.ones(3, np.float32)}, store / "vectors.safetensors"),
}


@pytest.mark.parametrize("problem", DAMAGE)
def test_damaged_stores_are_refused(tmp_path: Path, embeddings: Embeddings, problem: str) -> None:
    """Each way a store can be broken is told, with what to do."""
    store = tmp_path / "store"
    save_embeddings(store, embeddings)
    DAMAGE[problem](store)
    with pytest.raises(DataError, match=problem) as caught:
        load_embeddings(store)
    assert "save the store again" in str(caught.value)


def test_open_takes_text_and_stores(tmp_path: Path) -> None:
    """The same words and vectors come from text, from compressed text and from a store; only text has a
    report.
    """
    embeddings = Embeddings(("a", "b"), np.eye(2, dtype=np.float32))
    write_vec(tmp_path / "x.vec", embeddings)
    write_vec(tmp_path / "x.vec.gz", embeddings)
    save_embeddings(tmp_path / "store", embeddings)
    for name in ("x.vec", "x.vec.gz", "store"):
        opened, report = open_embeddings(tmp_path / name)
        assert tuple(opened.words) == embeddings.words
        np.testing.assert_array_equal(opened.vectors, embeddings.vectors)
        assert (report is None) == (name == "store")
        assert len(open_embeddings(tmp_path / name, max_words=1)[0]) == 1
    with pytest.raises(DataError, match="no such file or folder"):
        open_embeddings(tmp_path / "x.bin")
    (tmp_path / "x.bin").touch()
    with pytest.raises(DataError, match=r"\.vec\.gz"):
        open_embeddings(tmp_path / "x.bin")


def test_vectors_are_converted_once(tmp_path: Path, embeddings: Embeddings) -> None:
    """The second call finds the store; where a file beside it is missing, all is made again."""
    calls, notes = [], tmp_path / "notes.json"

    def convert() -> Embeddings:
        calls.append(1)
        notes.write_text("[]")
        return embeddings

    for _ in range(2):
        assert tuple(converted(tmp_path / "store", convert, notes).words) == embeddings.words
    assert len(calls) == 1
    notes.unlink()
    converted(tmp_path / "store", convert, notes)
    assert len(calls) == 2
    assert notes.is_file()
