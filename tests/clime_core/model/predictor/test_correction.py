"""What labels say beyond the model that nobody was asked for, and how far they bear it out."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoder_classifier import EncoderClassifier, train_encoder_classifier
from clime_core.model.bases.examples import Example
from clime_core.model.predictor.correction import MIN_TRUST, PSEUDO_COUNT, kernel_coefficients, trust_in
from clime_core.model.predictor.parts import PredictorInputs
from clime_core.model.predictor.predictor import Predictor, fit_predictor
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings

NO_WORDS = BilingualEmbeddings(*(Embeddings((), np.zeros((0, 1), dtype=np.float32)) for _ in Language))
WORDS = ("alpha", "beta", "gamma")
"""A document of a category has its word, which n-grams can learn."""

K, N, DIM = len(WORDS), 90, 5
LABELS = {row: row % K for row in range(60)}
SETTINGS = PredictorSettings(target=TargetSettings(weight=1.0), shares="as predicted", correction=3.0)
Doubles = NDArray[np.float64]


def documents(prefix: str, knows: bool) -> list[Document]:
    """Documents of all categories; their vectors say the category, or nothing."""
    rng = np.random.default_rng(len(prefix))
    vectors = rng.standard_normal((N, DIM))
    vectors[:, :K] += 4.0 * knows * np.eye(K)[np.arange(N) % K]
    texts = [(WORDS[row % K], f"{prefix}{rng.integers(50)}") for row in range(N)]
    return [Document(f"{prefix}{row}", texts[row], row % K, vector=vectors[row].astype("f4")) for row in range(N)]


def base_of(knows: bool) -> tuple[EncoderClassifier, list[Document]]:
    """A base that knows the pool's categories, or not, and the pool."""
    train = [Example(document, Language.SOURCE) for document in documents("train", knows=True)]
    pool = documents("pool", knows)
    settings = ClassifierSettings(kind="encoder", inverse_regularization=10.0)
    return train_encoder_classifier(train, pool, K, settings), pool


def fitted(
    knows: bool, labels: Mapping[int, int] = LABELS, settings: PredictorSettings = SETTINGS
) -> tuple[Predictor, Doubles, list[Document]]:
    """A predictor, its probabilities of the pool, and the pool."""
    base, pool = base_of(knows)
    return *fit_predictor(base, PredictorInputs(NO_WORDS, [], pool, labels, []), settings), pool


def accuracy(probabilities: Doubles) -> float:
    """Of the documents without a label."""
    rest = np.arange(len(LABELS), N)
    return float(np.mean(probabilities[rest].argmax(axis=1) == rest % K))


def test_a_base_that_knows_is_trusted() -> None:
    """Labels that say the same change little."""
    predictor, probabilities, _ = fitted(knows=True)
    assert predictor.trust > 0.9
    assert accuracy(probabilities) > 0.95


def test_a_base_at_chance_is_not() -> None:
    """It does not spoil what the labels teach, where it does without a correction."""
    predictor, probabilities, _ = fitted(knows=False)
    uncorrected = fitted(knows=False, settings=replace(SETTINGS, correction=0.0))[1]
    assert predictor.trust < 0.5
    assert accuracy(probabilities) > 0.9
    assert accuracy(probabilities) >= accuracy(uncorrected) + 0.1


def test_without_labels_nothing_is_corrected() -> None:
    """The base and the target model that it teaches, in standard deviations."""
    predictor, probabilities, pool = fitted(knows=True, labels={})
    assert (predictor.trust, predictor.correction) == (1.0, None)
    np.testing.assert_allclose(predictor.predict_proba(NO_WORDS, pool), probabilities, atol=1e-9)
    uncorrected = fitted(knows=True, labels={}, settings=replace(SETTINGS, correction=0.0))[1]
    assert (probabilities.argmax(axis=1) == uncorrected.argmax(axis=1)).all()


@pytest.mark.parametrize("labels", [{0: 0}, {0: 0, 1: 1}, LABELS])
def test_predictions_are_those_of_the_fitted_predictor(labels: Mapping[int, int], tmp_path: Path) -> None:
    """The probabilities that are returned are what it predicts of the pool, also after it was saved."""
    predictor, probabilities, pool = fitted(knows=True, labels=labels)
    np.testing.assert_allclose(predictor.predict_proba(NO_WORDS, pool), probabilities, atol=1e-9)
    predictor.save(tmp_path)
    loaded = Predictor.load(tmp_path)
    assert loaded.trust == predictor.trust
    np.testing.assert_allclose(loaded.predict_proba(NO_WORDS, pool), probabilities, atol=1e-5)


def test_a_label_changes_what_is_like_it_and_little_else() -> None:
    """Of two documents that were predicted alike, the one near a label against the prediction moves most."""
    _, before, pool = fitted(knows=True, labels={})
    _, after, _ = fitted(knows=True, labels={0: 1})
    moved = np.abs(after[:, 1] - before[:, 1])
    own, others = moved[3::K], moved[2::K]  # documents of the label's own category, and of a third one
    assert moved[0] == moved.max()
    assert own.mean() > 2 * others.mean()
    assert len(pool) == N


def test_documents_without_vectors_are_corrected_by_their_words() -> None:
    """A base that reads no vectors has a correction all the same."""
    base, pool = base_of(knows=False)
    bare = [replace(document, vector=None) for document in pool]
    predictor, probabilities = fit_predictor(base, PredictorInputs(NO_WORDS, [], bare, LABELS, []), SETTINGS)
    assert predictor.correction is None
    assert accuracy(probabilities) > 0.9
    np.testing.assert_allclose(predictor.predict_proba(NO_WORDS, bare), probabilities, atol=1e-9)


def scores_of(n: int, knows: float) -> tuple[Doubles, NDArray[np.int64]]:
    """Scores of n documents that know their labels so well, and the labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(K, size=n)
    return knows * (np.eye(K)[labels] - 1 / K) + rng.standard_normal((n, K)), labels


def test_trust_is_that_of_least_penalised_log_loss() -> None:
    """No point of a grid is better; without labels it is whole; many labels say more than few."""
    scores, labels = scores_of(60, 0.3)

    def loss(factor: float) -> float:
        logs = factor * scores - np.log(np.exp(factor * scores).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(60), labels].sum() + PSEUDO_COUNT * (factor - 1) ** 2)

    assert loss(trust_in(scores, labels)) <= min(map(loss, np.linspace(MIN_TRUST, 1.0, 400))) + 1e-6
    assert trust_in(scores[:0], labels[:0]) == 1.0
    assert trust_in(*scores_of(300, 0.0)) < trust_in(*scores_of(4, 0.0)) < 1
    assert trust_in(*scores_of(300, -3.0)) == MIN_TRUST


def test_the_correction_is_that_of_the_primal_problem() -> None:
    """Kernel coefficients give the weights of logistic regression with an offset, where the kernel is linear."""
    rng = np.random.default_rng(1)
    features, offset = rng.standard_normal((12, 4)), rng.standard_normal((12, K))
    labels = rng.integers(K, size=12)
    weights = features.T @ kernel_coefficients(features @ features.T, labels, offset)
    logits = offset + features @ weights
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gradient = features.T @ (chances - np.eye(K)[labels]) + weights
    assert np.abs(gradient).max() < 1e-3
