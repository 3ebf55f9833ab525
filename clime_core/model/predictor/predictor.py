"""The model of a campaign: the classifier, the word channel, the target model, and the correction for label shift.

Their scores are added in standard deviations over the pool; the sum keeps the spread of the classifier's own scores
and is shifted so that the pool's predictions have the shares that are expected of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from clime_core.data.documents import Document, readable
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.model.bases.classifier import Classifier
from clime_core.model.predictor import predictor_folder
from clime_core.model.predictor.label_shift import match_shares, shift, smoothed_shares
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.predictor.target_model import TargetModel, fit_target_model
from clime_core.model.predictor.word_channel import WordChannel, word_channel
from clime_core.model.words.association import associations

__all__ = ["Predictor", "PredictorInputs", "PredictorSettings", "fit_predictor"]

Doubles = NDArray[np.float64]

MIN_PROBABILITY = 1e-12
"""A smaller probability of the classifier counts as this one, so that one overconfident document sets no scale."""

MIN_SPREAD_OF_SCORED = 0.5
"""The spread of a score is at least this part of its root mean square in the documents that have it at all."""


@dataclass(frozen=True, eq=False)
class Predictor:
    """Predicts categories of target-language documents; never changed after it was fitted.

    logits = temperature * (z + word_gain * t + target_gain * s) + bias with z the logarithm of the classifier's
    probabilities (of at least 1e-12) less its mean over the categories, t and s the scores of the two others; bias
    (n_categories,).
    """

    classifier: Classifier
    words: WordChannel
    target: TargetModel | None
    word_gain: float
    target_gain: float
    temperature: float
    bias: Doubles

    def predict_proba(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
        """Probabilities (n, n_categories) float64, rows sum to 1; with the vectors that it was fitted with."""
        scores = _scores(self.classifier, embeddings, documents) + self.word_gain * self.words.scores(documents)
        if self.target is not None:
            scores = scores + self.target_gain * self.target.scores(documents)
        return _probabilities(self.temperature * scores + self.bias)

    def members(self, each: Doubles, probabilities: Doubles) -> Doubles:
        """With each network of the classifier in the place of their mean, all else equal: (m, n, n_categories).

        each (m, n, n_categories): the classifier's `predict_each` of some documents; probabilities (n, n_categories):
        `predict_proba` of the same.
        """
        mean = _centred(each.mean(axis=0))
        return np.stack([shift(probabilities, self.temperature * (_centred(member) - mean)) for member in each])

    def save(self, folder: Path) -> None:
        """Write `classifier/`, `predictor.json` and `predictor.safetensors` into the folder."""
        self.classifier.save(folder / "classifier")
        parts = (self.words, self.target, self.word_gain, self.target_gain, self.temperature, self.bias)
        predictor_folder.save(folder, predictor_folder.Parts(*parts))

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote. Raises DataError where a file is missing or damaged."""
        classifier = Classifier.load(folder / "classifier")
        parts = predictor_folder.load(folder, classifier.n_categories)
        return cls(
            classifier,
            parts.words,
            parts.target,
            word_gain=parts.word_gain,
            target_gain=parts.target_gain,
            temperature=parts.temperature,
            bias=parts.bias,
        )


@dataclass(frozen=True, eq=False)
class PredictorInputs:
    """What a predictor is fitted to, beside its classifier.

    train: the labelled source documents; pool: n_pool target documents; labels: position in the pool to the category
    that annotators gave it; constraints: of the marks; members (n_networks, n_pool, n_categories): the classifier's
    `predict_each` of the pool, None where it is still to be computed.
    """

    embeddings: BilingualEmbeddings
    train: Sequence[Document]
    pool: Sequence[Document]
    labels: Mapping[int, int]
    constraints: Sequence[Constraint]
    members: Doubles | None = None

    def scores(self, classifier: Classifier) -> Doubles:
        """The classifier's log-probabilities of the pool (n_pool, n_categories), every row of mean zero."""
        if self.members is None:
            return _scores(classifier, self.embeddings, self.pool)
        return _centred(self.members.mean(axis=0))


def fit_predictor(
    classifier: Classifier, inputs: PredictorInputs, settings: PredictorSettings
) -> tuple[Predictor, Doubles]:
    """Add the word channel, the target model and the label shift to the classifier.

    Returns the predictor and its probabilities of the pool, (n_pool, n_categories). Raises TrainingError for shares
    that do not fit the categories.
    """
    settings.check(classifier.n_categories)
    scores = inputs.scores(classifier)
    shares = _shares(classifier, scores, inputs.labels, settings)
    spread = _spread(scores)
    words, of_words = _words(inputs, classifier.n_categories, settings)
    word_gain = settings.words.weight * spread / _spread_of_few(of_words)
    total = scores + word_gain * of_words
    target, of_target = _target(inputs, total, of_words, shares, settings)
    target_gain = settings.target.weight * spread / _spread(of_target)
    total = total + target_gain * of_target
    temperature = spread / _spread(total)
    bias = np.zeros_like(shares)
    if settings.shares != "as predicted":
        bias = match_shares(_probabilities(temperature * total), shares)
    predictor = Predictor(classifier, words, target, word_gain, target_gain, temperature, bias)
    return predictor, _probabilities(temperature * total + bias)


def _shares(classifier: Classifier, scores: Doubles, labels: Mapping[int, int], settings: PredictorSettings) -> Doubles:
    """The campaign's own shares, or smoothed predicted ones of the categories that there are examples of."""
    if not isinstance(settings.shares, str):
        return np.asarray(settings.shares, dtype=np.float64)
    has_examples = classifier.prior > 0
    has_examples[list(set(labels.values()))] = True
    return smoothed_shares(_probabilities(scores), has_examples)


def _words(inputs: PredictorInputs, k: int, settings: PredictorSettings) -> tuple[WordChannel, Doubles]:
    """The word channel and its scores of the pool."""
    channel = WordChannel({}, k)
    if settings.words.weight:
        channel = word_channel(inputs.constraints, associations(inputs.train, k), k, settings.words)
    return channel, channel.scores(inputs.pool)


def _target(
    inputs: PredictorInputs, teacher: Doubles, of_words: Doubles, shares: Doubles, settings: PredictorSettings
) -> tuple[TargetModel | None, Doubles]:
    """The target model and its scores of the pool; None and zeros where it has no weight or nothing to learn."""
    if settings.target.weight and len(inputs.pool) and len(shares) > 1:
        known = readable(inputs.pool, inputs.embeddings.target) | of_words.any(axis=1)
        fitted = fit_target_model(inputs.pool, teacher, known, shares, inputs.labels, settings.target)
        if fitted is not None:
            return fitted
    return None, np.zeros_like(teacher)


def _scores(classifier: Classifier, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
    """The logarithm of the classifier's probabilities (n, k), every row of mean zero."""
    return _centred(classifier.predict_proba(embeddings, documents, Language.TARGET))


def _centred(probabilities: Doubles) -> Doubles:
    """Logarithms of probabilities (n, k) of at least `MIN_PROBABILITY`, every row of mean zero."""
    logs = np.log(np.maximum(probabilities, MIN_PROBABILITY))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)


def _spread(scores: Doubles) -> float:
    """The standard deviation of scores (n, k) within the categories, the root of their mean variance; 1 for none."""
    spread = float(np.sqrt(scores.var(axis=0).mean())) if len(scores) else 0.0
    return spread or 1.0


def _spread_of_few(scores: Doubles) -> float:
    """The same for scores that few documents have: at least `MIN_SPREAD_OF_SCORED` of their root mean square there."""
    scored = scores[scores.any(axis=1)]
    return max(_spread(scores), MIN_SPREAD_OF_SCORED * float(np.sqrt((scored**2).mean()))) if len(scored) else 1.0


def _probabilities(scores: Doubles) -> Doubles:
    return np.asarray(softmax(scores, axis=1), dtype=np.float64)
