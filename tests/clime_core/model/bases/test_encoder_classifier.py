"""A classifier over documents' own vectors."""

from dataclasses import replace

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases.classifier import train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoder_classifier import document_rows, train_encoder_classifier
from clime_core.model.bases.examples import Example

SOURCE, TARGET = Language.SOURCE, Language.TARGET
NO_WORDS = BilingualEmbeddings(*(Embeddings((), np.zeros((0, 1), dtype=np.float32)) for _ in Language))
SETTINGS = ClassifierSettings(kind="encoder", inverse_regularization=100.0)


def document(vector: list[float] | None, label: int | None = None) -> Document:
    """A document with such a vector."""
    return Document("d", ("a",), label, vector=None if vector is None else np.array(vector, dtype=np.float32))


TRAIN = [Example(document([1.0, side, 0.1 * n], int(side > 0)), SOURCE) for n in range(6) for side in (-1.0, 1.0)]
ELSEWHERE = [document([1.0, 3.0 + side, 0.0], int(side > 0)) for side in (-1.0, 1.0)]
"""The target language, both categories on the side of the source's second."""


def labels(settings: ClassifierSettings) -> list[int]:
    """What is predicted of the target documents."""
    trained = train_encoder_classifier(TRAIN, ELSEWHERE, 2, settings)
    found: list[int] = trained.predict_proba(NO_WORDS, ELSEWHERE, TARGET).argmax(axis=1).tolist()
    return found


def test_each_language_is_centred_on_its_own_mean() -> None:
    """Else the corner of the target language is taken for a category."""
    assert labels(SETTINGS) == [0, 1]
    assert labels(replace(SETTINGS, centred=False)) == [1, 1]


def test_the_length_of_a_vector_does_not_count() -> None:
    """Only its direction."""
    trained = train_encoder_classifier(TRAIN, ELSEWHERE, 2, SETTINGS)
    short, long = (document([0.1 * f, 0.3 * f, 0.2 * f]) for f in (1.0, 50.0))
    found = trained.predict_proba(NO_WORDS, [short, long], TARGET)
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


def test_labelled_documents_of_the_pool_are_examples_too() -> None:
    """They move the decision, by their weight."""
    unlike = document([1.0, 3.5, 0.0], 0)
    for weight, expected in ((0.0, 1), (100.0, 0)):
        trained = train_encoder_classifier([*TRAIN, Example(unlike, TARGET, weight)], ELSEWHERE, 2, SETTINGS)
        assert trained.predict_proba(NO_WORDS, [unlike], TARGET)[0].argmax() == expected


def test_vectors_of_another_dimension_are_refused() -> None:
    """When it predicts, and among the documents themselves."""
    trained = train_encoder_classifier(TRAIN, ELSEWHERE, 2, SETTINGS)
    with pytest.raises(TrainingError, match="3 dimensions, got 2"):
        trained.predict_proba(NO_WORDS, [document([1.0, 0.0])], TARGET)
    with pytest.raises(TrainingError, match="one encoder"):
        train_encoder_classifier([*TRAIN, Example(document([1.0], 0), SOURCE)], [], 2, SETTINGS)


def test_rows_are_those_with_a_vector() -> None:
    """At length 1; a vector of zeros stays, and half precision is read."""
    given = [document(None), document([3.0, 4.0]), document([0.0, 0.0])]
    rows, vectors = document_rows([*given, replace(given[1], vector=np.array([0.0, 2.0], dtype=np.float16))])
    assert rows.tolist() == [1, 2, 3]
    np.testing.assert_allclose(vectors, [[0.6, 0.8], [0.0, 0.0], [0.0, 1.0]], atol=1e-6)
    assert document_rows([document(None)])[1].shape == (0, 0)


def test_word_vectors_are_no_substitute() -> None:
    """The trainer over word vectors says what is needed."""
    with pytest.raises(TrainingError, match="train it on encoded documents"):
        train(NO_WORDS, TRAIN, 2, SETTINGS, [0])
