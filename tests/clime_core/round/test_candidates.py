"""The words that annotators can be shown."""

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import Embeddings
from clime_core.round.candidates import candidate_rows, document_words, tokens_of

SIDE = Embeddings(["a", "b", "c", "d"], np.eye(4, dtype=np.float32))
DOCUMENTS = [Document(0, ("d", "unknown", "b")), Document(1, ("b", "unknown", "unknown"))]


def test_the_words_of_documents_come_the_most_frequent_first() -> None:
    """Words without a vector are left out; of equally frequent words the one that occurs first."""
    assert document_words(DOCUMENTS, SIDE) == ("b", "d")
    assert document_words([Document(0, ("c", "a"))], SIDE) == ("c", "a")
    assert document_words([], SIDE) == ()


def test_neighbours_are_words_of_the_documents() -> None:
    """Their rows ascend, each once, as int64."""
    rows = candidate_rows(tokens_of(DOCUMENTS), SIDE, "documents")
    assert rows is not None
    assert rows.tolist() == [1, 3]
    assert rows.dtype == np.dtype(np.int64)


def test_the_whole_vocabulary_needs_no_documents() -> None:
    """No restriction, and the documents are not even read."""
    documents = iter(DOCUMENTS)
    assert candidate_rows(tokens_of(documents), SIDE, "vocabulary") is None
    assert list(documents) == DOCUMENTS
