"""Vectors of whole documents that a sentence encoder made elsewhere: numpy's files, safetensors, or Parquet.

A row belongs to the document at its place in the file of documents; in Parquet a column `id` says to which.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from clime_core.data.documents import Document
from clime_core.errors import DataError

Floats = NDArray[np.floating]

ID = "id"
"""The column of a Parquet file that names the documents."""


def vectors_file(folder: Path, part: str) -> Path:
    """The file of a part's vectors in a folder: `<part>.npy`, `.safetensors` or `.parquet`.

    Raises DataError unless there is exactly one.
    """
    found = [path for path in (folder / f"{part}{ending}" for ending in READERS) if path.is_file()]
    if len(found) != 1:
        raise DataError(
            f"{folder}: one file {part} ending in {', '.join(READERS)} is needed, got "
            f"{[path.name for path in found] or 'none'}; encode the documents of that part into it"
        )
    return found[0]


def with_vectors(documents: Sequence[Document], path: Path) -> tuple[Document, ...]:
    """The documents with their vectors from a file of (n_documents, dim) floats; mapped where the format allows it.

    Raises DataError where the file holds no such vectors, or a number that is none.
    """
    reader = READERS.get(path.suffix)
    if reader is None:
        raise DataError(f"{path}: vectors are in files ending in {', '.join(READERS)}; write them as one of these")
    vectors = reader(path, documents)
    if vectors.ndim != 2 or not np.issubdtype(vectors.dtype, np.floating):
        raise DataError(f"{path}: one row of floats a document is needed, got {vectors.dtype} of shape {vectors.shape}")
    if len(vectors) != len(documents):
        raise DataError(f"{path}: {len(vectors)} vectors do not match {len(documents)} documents; encode them again")
    broken = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(broken):
        raise DataError(f"{path}: row {broken[0] + 1} of {len(vectors)} is not all numbers; encode that document again")
    return tuple(replace(document, vector=row) for document, row in zip(documents, vectors, strict=True))


def _from_numpy(path: Path, documents: Sequence[Document]) -> Floats:
    del documents
    try:
        array: Floats = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not an array of numpy's ({error}); write it with numpy.save") from None
    return array


def _from_safetensors(path: Path, documents: Sequence[Document]) -> Floats:
    del documents
    try:
        with safe_open(path, framework="pt") as tensors:  # maps the file, which it does not for numpy
            names = list(tensors.keys())
            if len(names) != 1:
                raise DataError(f"{path}: one tensor is needed, the vectors, got {names}; save it alone")
            tensor = tensors.get_tensor(names[0])
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: not a file of safetensors ({error}); write it with its save_file") from None
    array: Floats = (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()
    return array


def _from_parquet(path: Path, documents: Sequence[Document]) -> Floats:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"{path}: not a Parquet file ({error}); write it again") from None
    lists = [field.name for field in table.schema if _is_list(field.type)]
    if len(lists) != 1:
        raise DataError(f"{path}: one column of lists is needed, the vectors, got {lists} in {table.column_names}")
    column = table.column(lists[0]).combine_chunks()
    lengths = set(column.value_lengths().to_pylist())
    if len(lengths) > 1 or None in lengths:
        raise DataError(
            f"{path}: column {lists[0]}: the vectors must be of one length, got {sorted(map(str, lengths))}"
        )
    vectors: Floats = column.flatten().to_numpy(zero_copy_only=False).reshape(len(table), -1)
    return vectors if ID not in table.column_names else vectors[_rows(path, table.column(ID).to_pylist(), documents)]


def _rows(path: Path, ids: list[object], documents: Sequence[Document]) -> list[int]:
    """The row of each document. A number and its text are one id, since many tools write ids as texts."""
    rows = {str(name): row for row, name in enumerate(ids)}
    if len(rows) < len(ids):
        raise DataError(f"{path}: column {ID}: {len(ids) - len(rows)} ids occur twice; give every document one row")
    missing = [document.id for document in documents if str(document.id) not in rows]
    if missing:
        raise DataError(f"{path}: no vector for {len(missing)} documents, such as {missing[:3]}; encode these, too")
    return [rows[str(document.id)] for document in documents]


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


READERS = {".npy": _from_numpy, ".safetensors": _from_safetensors, ".parquet": _from_parquet}
