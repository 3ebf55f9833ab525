"""Vectors of whole documents that a sentence encoder made elsewhere, in a file of numpy's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from clime_core.data.documents import Document
from clime_core.errors import DataError


def with_vectors(documents: Sequence[Document], path: Path) -> tuple[Document, ...]:
    """The documents with the rows of a `.npy` file (n_documents, dim) of floats, in their order; mapped, not read.

    Raises DataError where the file is no such array, or holds a number that is none.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not an array of numpy's ({error}); write it with numpy.save") from None
    if array.ndim != 2 or not np.issubdtype(array.dtype, np.floating):
        raise DataError(f"{path}: one row of floats a document is needed, got {array.dtype} of shape {array.shape}")
    if len(array) != len(documents):
        raise DataError(f"{path}: {len(array)} vectors do not match {len(documents)} documents; encode them again")
    broken = np.flatnonzero(~np.isfinite(array).all(axis=1))
    if len(broken):
        raise DataError(f"{path}: row {broken[0] + 1} of {len(array)} is not all numbers; encode that document again")
    return tuple(replace(document, vector=row) for document, row in zip(documents, array, strict=True))
