"""Parts are weighed by labels that they did not learn from, shrunk to a prior."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoder_classifier import EncoderClassifier, train_encoder_classifier
from clime_core.model.bases.examples import Example
from clime_core.model.folds import fold_of
from clime_core.model.predictor.parts import PartsFitter, PredictorInputs
from clime_core.model.predictor.predictor import fit_predictor
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings
from clime_core.model.predictor.stacking import MIN_TRUST, MIN_WEIGHT, part_weights, stack_parts

NO_WORDS = BilingualEmbeddings(*(Embeddings((), np.zeros((0, 1), dtype=np.float32)) for _ in Language))
WORDS = ("alpha", "beta", "gamma")
"""A document of a category has its word, which the target model can learn."""

K, N, DIM = len(WORDS), 90, 5
LABELS = {row: row % K for row in range(60)}
SETTINGS = PredictorSettings(target=TargetSettings(weight=1.0), shares="as predicted", weights="stacked")


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


def inputs_of(pool: list[Document], labels: Mapping[int, int] = LABELS) -> PredictorInputs:
    """What a predictor is fitted to."""
    return PredictorInputs(NO_WORDS, [], pool, labels, [])


def accuracy(probabilities: NDArray[np.float64]) -> float:
    """Of the documents without a label."""
    rest = np.arange(len(LABELS), N)
    return float(np.mean(probabilities[rest].argmax(axis=1) == rest % K))


def test_a_base_that_knows_is_trusted() -> None:
    """Both parts keep their weight."""
    base, pool = base_of(knows=True)
    stacked = stack_parts(PartsFitter.of(base, inputs_of(pool), SETTINGS))
    assert stacked.trust == 1.0
    assert stacked.weights.min() > 0.5


def test_a_base_at_chance_is_not() -> None:
    """It does not spoil what the labels alone teach, where fixed weights let it."""
    base, pool = base_of(knows=False)
    stacked = stack_parts(PartsFitter.of(base, inputs_of(pool), SETTINGS))
    assert stacked.trust < 0.5
    assert stacked.weights[0] < 0.7 < stacked.weights[1]
    weighed = fit_predictor(base, inputs_of(pool), SETTINGS)[1]
    fixed = fit_predictor(base, inputs_of(pool), PredictorSettings(SETTINGS.words, SETTINGS.target, "as predicted"))[1]
    assert accuracy(weighed) >= accuracy(fixed) + 0.1
    assert accuracy(weighed) > 0.9


def test_without_labels_the_settings_hold() -> None:
    """Nothing speaks against the base."""
    base, pool = base_of(knows=False)
    stacked = stack_parts(PartsFitter.of(base, inputs_of(pool, {}), SETTINGS))
    assert (stacked.trust, stacked.weights.tolist()) == (1.0, [1.0, 1.0])


def test_predictions_are_those_of_the_fitted_predictor() -> None:
    """The probabilities that are returned are what it predicts of the pool."""
    base, pool = base_of(knows=True)
    predictor, probabilities = fit_predictor(base, inputs_of(pool), SETTINGS)
    np.testing.assert_allclose(predictor.predict_proba(NO_WORDS, pool), probabilities, atol=1e-9)


def test_a_base_is_weighed_without_the_labels_that_it_is_weighed_by() -> None:
    """It is asked for predictions once a fold, with the labels of the other folds alone."""
    base, pool = base_of(knows=True)
    asked: list[Mapping[int, int]] = []

    def retrained(labels: Mapping[int, int]) -> NDArray[np.float64]:
        asked.append(labels)
        return np.eye(K)[[labels.get(row, 0) for row in range(N)]]  # knows what it has learnt by heart, and no more

    inputs = PredictorInputs(NO_WORDS, [], pool, LABELS, [], retrained=retrained)
    stacked = stack_parts(PartsFitter.of(base, inputs, SETTINGS))
    folds = {row: fold_of(pool[row].id) for row in LABELS}
    left_out = [{folds[row] for row in LABELS.keys() - labels.keys()} for labels in asked]
    assert left_out == [{number} for number in sorted(set(folds.values()))]
    assert stacked.trust == pytest.approx(MIN_TRUST, abs=0.3)


def parts(n: int, *knows: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scores of n documents by parts that know their labels so well, in standard deviations, and the labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(K, size=n)
    truth = np.eye(K)[labels] - 1 / K
    scores = [know * truth + rng.standard_normal((n, K)) for know in knows]
    return np.stack(scores, axis=1), labels


def test_without_labels_the_prior_holds() -> None:
    """Also where it is 0: then the least weight."""
    assert part_weights(np.zeros((0, 2, K)), [], [1.0, 2.0]).tolist() == [1.0, 2.0]
    assert part_weights([], [], [1.0, 0.0]).tolist() == [1.0, MIN_WEIGHT]


def test_a_part_that_knows_nothing_loses_its_say() -> None:
    """And one that knows keeps it."""
    weights = part_weights(*parts(300, 0.0, 1.0), [1.0, 1.0])
    assert weights[0] < 0.3
    assert weights[1] > 0.9


def test_few_labels_change_little() -> None:
    """The prior is worth a number of labels."""
    few, many = (part_weights(*parts(n, 0.0, 1.0), [1.0, 1.0])[0] for n in (4, 300))
    assert many < few
    assert few > 0.6


def test_they_are_those_of_least_penalised_log_loss() -> None:
    """No point of a grid is better."""
    scores, labels = parts(60, 1.0, 2.0)

    def loss(first: float, second: float) -> float:
        logits = first * scores[:, 0] + second * scores[:, 1]
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(60), labels].sum() + 10 * ((first - 1) ** 2 + (second - 1) ** 2))

    best = part_weights(scores, labels, [1.0, 1.0])
    grid = np.linspace(MIN_WEIGHT, 2.5, 60)
    assert loss(*best) <= min(loss(a, b) for a in grid for b in grid) + 1e-6


@pytest.mark.parametrize("knows", [(-3.0, 0.0), (0.0, -3.0)])
def test_no_part_is_turned_round(knows: tuple[float, float]) -> None:
    """A part that is worse than chance gets the least weight."""
    assert part_weights(*parts(300, *knows), [1.0, 1.0]).min() == MIN_WEIGHT
