"""Tests of documents as rows of a table of their distinct words."""

import numpy as np
import torch

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.model.bases.encoding import encode, words_of

SOURCE = Embeddings(["a", "b", "same"], np.arange(6, dtype=np.float32).reshape(3, 2) + 1)
TARGET = Embeddings(["same", "z"], -np.arange(4, dtype=np.float32).reshape(2, 2) - 1)
BOTH = BilingualEmbeddings(SOURCE, TARGET)
DOCUMENTS = [
    (Document(1, ("b", "?", "same", "b")), Language.SOURCE),
    (Document(2, ("?", "!")), Language.SOURCE),
    (Document(3, ("same", "z")), Language.TARGET),
]


def test_tokens_point_at_their_vectors() -> None:
    """Every known token has the vector of its word in its own language, also where a form is in both."""
    encoding = encode(BOTH, DOCUMENTS)
    expected = np.concatenate([SOURCE.vectors[[1, 2, 1]], TARGET.vectors[[0, 1]]])
    np.testing.assert_array_equal(encoding.vectors[encoding.tokens].numpy(), expected)
    assert encoding.lengths.tolist() == [3, 2]


def test_row_zero_is_the_zero_vector() -> None:
    """No word is row 0, which pads."""
    encoding = encode(BOTH, DOCUMENTS)
    assert not encoding.vectors[0].any()
    assert int(encoding.tokens.min()) == 1


def test_what_is_left_out_is_counted() -> None:
    """Unknown tokens are counted, and documents of nothing else are not kept."""
    encoding = encode(BOTH, DOCUMENTS)
    assert encoding.unknown == 3
    assert encoding.kept.tolist() == [0, 2]


def test_words_belong_to_their_language() -> None:
    """The homograph comes back once for each language."""
    encoding = encode(BOTH, DOCUMENTS)
    assert words_of(BOTH, encoding.joint_rows) == [
        Word(Language.SOURCE, "b"),
        Word(Language.SOURCE, "same"),
        Word(Language.TARGET, "same"),
        Word(Language.TARGET, "z"),
    ]


def test_word_frequencies_count_documents() -> None:
    """A word that a document repeats counts once."""
    assert encode(BOTH, [DOCUMENTS[0], DOCUMENTS[0]]).word_frequencies().tolist() == [2, 2]


def test_max_tokens_reads_the_beginning() -> None:
    """Tokens past the limit are neither read nor counted."""
    encoding = encode(BOTH, DOCUMENTS, max_tokens=2)
    assert encoding.lengths.tolist() == [1, 2]
    assert encoding.unknown == 3


def test_a_batch_holds_its_own_words_only() -> None:
    """A batch has a smaller table, shortest document first, and the same vectors under its tokens."""
    encoding = encode(BOTH, DOCUMENTS)
    batch = encoding.batch(torch.tensor([0, 1]))
    assert batch.documents.tolist() == [1, 0]
    assert batch.lengths.tolist() == [2, 3]
    np.testing.assert_array_equal(batch.vectors[batch.tokens[1]].numpy(), SOURCE.vectors[[1, 2, 1]])
    assert batch.tokens[0, 2] == 0
    assert len(encoding.batch(torch.tensor([1])).vectors) == 3


def test_means_leave_padding_out() -> None:
    """The mean of a document is over its own tokens."""
    batch = encode(BOTH, DOCUMENTS).batch(torch.tensor([0, 1]))
    np.testing.assert_allclose(batch.means[0].numpy(), TARGET.vectors.mean(axis=0))
    np.testing.assert_allclose(batch.means[1].numpy(), SOURCE.vectors[[1, 2, 1]].mean(axis=0))


def test_batches_cover_every_document_once() -> None:
    """Whatever the batch size."""
    encoding = encode(BOTH, DOCUMENTS * 5)
    found = [place for batch in encoding.batches(3) for place in batch.documents.tolist()]
    assert sorted(found) == list(range(10))


def test_no_document_is_no_batch() -> None:
    """Nothing in, nothing out."""
    encoding = encode(BOTH, [])
    assert len(encoding) == 0
    assert list(encode(BOTH, DOCUMENTS[1:2]).batches(3)) == []
