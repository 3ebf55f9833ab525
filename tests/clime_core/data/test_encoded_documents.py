"""Vectors of documents that were made elsewhere."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from clime_core.data.documents import Document
from clime_core.data.encoded_documents import vectors_file, with_vectors
from clime_core.errors import DataError

DOCUMENTS = [Document(n, ("a",), n) for n in range(3)]


def saved(folder: Path, array: object) -> Path:
    """The array as a file."""
    path = folder / "pool.npy"
    np.save(path, np.asarray(array), allow_pickle=True)
    return path


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_document_gets_its_row(tmp_path: Path, dtype: type) -> None:
    """In the order of the file; all else stays, and the array is mapped."""
    array: NDArray[np.floating] = np.arange(12, dtype=dtype).reshape(3, 4)
    found = with_vectors(DOCUMENTS, saved(tmp_path, array))
    assert list(found) == DOCUMENTS
    assert [list(document.vector) for document in found if document.vector is not None] == array.tolist()
    assert found[0].vector is not None
    assert not found[0].vector.flags.owndata


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 4)), "2 vectors do not match 3 documents"),
        (np.zeros(3), r"one row of floats a document is needed, got float64 of shape \(3,\)"),
        (np.zeros((3, 4), dtype=np.int64), "one row of floats"),
        (np.array([[0.0], [np.nan], [0.0]]), "row 2 of 3 is not all numbers"),
        (np.array([{}], dtype=object), "not an array of numpy's"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, array: object, message: str) -> None:
    """The file, and what was got."""
    with pytest.raises(DataError, match=rf"pool\.npy: {message}"):
        with_vectors(DOCUMENTS, saved(tmp_path, array))


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Missing, or of another format."""
    (tmp_path / "pool.npy").write_text("no array")
    for path in (tmp_path / "pool.npy", tmp_path / "missing.npy"):
        with pytest.raises(DataError, match=path.name):
            with_vectors(DOCUMENTS, path)


def test_other_formats_say_the_same(tmp_path: Path) -> None:
    """Safetensors by place, Parquet by place or by id, whatever type an id was written as."""
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    save_file({"any name": array}, tmp_path / "pool.safetensors")
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), 4)
    pq.write_table(pa.table({"embedding": vectors}), tmp_path / "by_place.parquet")
    lists = pa.array(array[[2, 0, 1]].tolist(), pa.list_(pa.float32()))
    pq.write_table(pa.table({"id": ["2", "0", "1"], "vector": lists}), tmp_path / "by_id.parquet")
    for name in ("pool.safetensors", "by_place.parquet", "by_id.parquet"):
        found = with_vectors(DOCUMENTS, tmp_path / name)
        assert [list(d.vector) for d in found if d.vector is not None] == array.tolist(), name


def test_what_is_wrong_with_other_formats_is_named(tmp_path: Path) -> None:
    """The file, what was got, and what is needed."""
    save_file({"a": np.zeros((3, 1)), "b": np.zeros(1)}, tmp_path / "two.safetensors")
    (tmp_path / "torn.safetensors").write_bytes(b"12")
    pq.write_table(pa.table({"text": ["a", "b", "c"]}), tmp_path / "none.parquet")
    pq.write_table(pa.table({"vector": [[1.0], [1.0, 2.0], [1.0]]}), tmp_path / "ragged.parquet")
    pq.write_table(pa.table({"id": [0, 0, 1], "vector": [[1.0]] * 3}), tmp_path / "twice.parquet")
    pq.write_table(pa.table({"id": [0, 7], "vector": [[1.0]] * 2}), tmp_path / "missing.parquet")
    (tmp_path / "torn.parquet").write_bytes(b"12")
    (tmp_path / "pool.csv").write_text("1")
    for name, message in (
        ("two.safetensors", r"one tensor is needed, the vectors, got \['a', 'b'\]"),
        ("torn.safetensors", "not a file of safetensors"),
        ("none.parquet", r"one column of lists is needed, the vectors, got \[\] in \['text'\]"),
        ("ragged.parquet", r"the vectors must be of one length, got \['1', '2'\]"),
        ("twice.parquet", "column id: 1 ids occur twice"),
        ("missing.parquet", r"no vector for 2 documents, such as \[1, 2\]"),
        ("torn.parquet", "not a Parquet file"),
        ("pool.csv", "vectors are in files ending in .npy, .safetensors, .parquet"),
    ):
        with pytest.raises(DataError, match=f"{name}: (.*: )?{message}"):
            with_vectors(DOCUMENTS, tmp_path / name)


def test_a_part_has_one_file(tmp_path: Path) -> None:
    """Two would be a riddle."""
    with pytest.raises(DataError, match=r"one file pool ending in .npy, .safetensors, .parquet is needed, got none"):
        vectors_file(tmp_path, "pool")
    (tmp_path / "pool.npy").touch()
    assert vectors_file(tmp_path, "pool") == tmp_path / "pool.npy"
    (tmp_path / "pool.parquet").touch()
    with pytest.raises(DataError, match=r"got \['pool.npy', 'pool.parquet'\]"):
        vectors_file(tmp_path, "pool")
