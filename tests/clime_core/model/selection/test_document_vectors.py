"""Tests of the vectors of whole documents."""

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings
from clime_core.model.selection.document_vectors import document_vectors

SIDE = Embeddings(["a", "b", "c"], np.array([[2, 0], [0, 2], [4, 4]], dtype=np.float32))


def test_by_hand() -> None:
    """Means (1, 1), (4, 4), (2, 0) less (7/3, 5/3), scaled to length 1; unknown words are passed over."""
    documents = [Document(0, ("a", "b", "x")), Document(1, ("c", "c")), Document(2, ("y", "a"))]
    expected = np.array([[1.0, 1], [4, 4], [2, 0]]) - [7 / 3, 5 / 3]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    found = document_vectors(documents, SIDE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_documents_without_a_known_word_are_zero() -> None:
    """And have no part in the mean of the others."""
    known = [Document(0, ("a",)), Document(1, ("b",))]
    found = document_vectors([*known, Document(2, ("x",)), Document(3, ())], SIDE)
    np.testing.assert_array_equal(found[2:], 0)
    np.testing.assert_array_equal(found[:2], document_vectors(known, SIDE))


def test_no_documents_and_no_known_word() -> None:
    """Nothing is no error."""
    assert document_vectors([], SIDE).shape == (0, 2)
    assert document_vectors([Document(0, ("x",))], SIDE).tolist() == [[0.0, 0.0]]


def test_vectors_of_encoded_documents_are_their_own() -> None:
    """Less their mean, of length 1; a document that was not encoded is zero, whatever its words are."""
    side = Embeddings(["a"], np.ones((1, 3), dtype=np.float32))
    vectors = [np.array([3.0, 0.0]), None, np.array([0.0, 0.5])]
    found = document_vectors([Document(n, ("a",), vector=vector) for n, vector in enumerate(vectors)], side)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [[half, -half], [0, 0], [-half, half]], atol=1e-6)
