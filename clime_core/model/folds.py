"""The folds of a cross-validation over documents."""

import hashlib

from clime_core.data.documents import DocumentId

N_FOLDS = 5
"""Folds of the cross-validation."""


def fold_of(document: DocumentId) -> int:
    """The fold of a document, in [0, `N_FOLDS`). It depends on the document's id alone."""
    return hashlib.sha256(str(document).encode()).digest()[0] % N_FOLDS
