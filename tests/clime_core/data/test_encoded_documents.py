"""Vectors of documents that were made elsewhere."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.encoded_documents import with_vectors
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
    assert isinstance(found[0].vector, np.memmap)


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
