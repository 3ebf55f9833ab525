"""The model of a campaign: the classifier, what marks say of words, and the model of the pool's own text.

Their scores are added in standard deviations over the pool; the sum keeps the spread of the classifier's own scores
and is shifted so that the pool's predictions have the shares that are expected of it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.errors import DataError
from clime_core.model.association import associations
from clime_core.model.classifier import Classifier
from clime_core.model.prior import check_shares, match_shares, shift, smoothed_shares
from clime_core.model.target_model import TargetModel, TargetSettings, fit_target_model
from clime_core.model.word_channel import WordChannel, WordChannelSettings, word_channel

Doubles = NDArray[np.float64]
Shares = tuple[float, ...] | Literal["as predicted", "smoothed"]

LEAST = 1e-12


@dataclass(frozen=True)
class PredictorSettings:
    """What is added to the classifier.

    `shares`: of the categories in the pool. `as predicted` leaves the predictions alone; `smoothed` takes three
    quarters of what the classifier predicts and one quarter of equal shares; numbers are the campaign's own knowledge.
    """

    words: WordChannelSettings = WordChannelSettings()
    target: TargetSettings = TargetSettings()
    shares: Shares = "smoothed"


@dataclass(frozen=True, eq=False)
class Predictor:
    """Predicts categories of target-language documents; never changed after it was fitted.

    logits = temperature * (z + word_gain * t + target_gain * s) + bias with z the classifier's log-probabilities
    less their mean, t and s the scores of the two others; bias (n_categories,).
    """

    classifier: Classifier
    words: WordChannel
    target: TargetModel | None
    word_gain: float
    target_gain: float
    temperature: float
    bias: Doubles

    def predict_proba(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
        """Probabilities (n, n_categories) float64, rows sum to 1; with the vectors of the classifier's training."""
        scores = _scores(self.classifier, embeddings, documents) + self.word_gain * self.words.scores(documents)
        if self.target is not None:
            scores = scores + self.target_gain * self.target.scores(documents)
        return shift(_softmax(self.temperature * scores), self.bias)

    def save(self, folder: Path) -> None:
        """Write `classifier/`, `predictor.json` and `predictor.safetensors` into the folder."""
        self.classifier.save(folder / "classifier")
        forms = list(self.words.associations)
        arrays: dict[str, NDArray[Any]] = {
            "bias": self.bias,
            "associations": np.array([self.words.associations[form] for form in forms]).reshape(-1, len(self.bias)),
        }
        if self.target is not None:
            arrays |= {
                "idf": self.target.idf.astype(np.float32),
                "weights": self.target.weights.astype(np.float32),
                "target_bias": self.target.bias,
            }
        description = {
            "word_gain": self.word_gain,
            "target_gain": self.target_gain,
            "temperature": self.temperature,
            "words": forms,
            "ngrams": self.target.ngrams if self.target else None,
        }
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / TENSORS)
        (folder / DESCRIPTION).write_text(json.dumps(description, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote. Raises DataError where a file is missing or damaged."""
        classifier = Classifier.load(folder / "classifier")
        try:
            about = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
            arrays = load_file(folder / TENSORS)
            words = WordChannel(dict(zip(about["words"], arrays["associations"], strict=True)), len(arrays["bias"]))
            return cls(
                classifier,
                words,
                _target(about["ngrams"], arrays),
                word_gain=float(about["word_gain"]),
                target_gain=float(about["target_gain"]),
                temperature=float(about["temperature"]),
                bias=arrays["bias"],
            )
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder}: not a saved predictor ({error!r}): save it again") from error


DESCRIPTION, TENSORS = "predictor.json", "predictor.safetensors"


def fit_predictor(
    classifier: Classifier,
    embeddings: BilingualEmbeddings,
    train: Sequence[Document],
    pool: Sequence[Document],
    labels: Mapping[int, int],
    constraints: Iterable[Constraint],
    settings: PredictorSettings,
) -> tuple[Predictor, Doubles]:
    """Add to the classifier what the marks and the pool say; with the probabilities of the pool, (n_pool, k).

    labels: position in the pool to the category that annotators gave it. Raises TrainingError for shares that do not
    fit the categories.
    """
    k = classifier.n_categories
    scores = _scores(classifier, embeddings, pool)
    shares = _shares(settings.shares, _softmax(scores), k)
    spread = _spread(scores)
    words, word_gain = _words(constraints, train, k, settings.words), 0.0
    total = scores
    if settings.words.weight and words.associations:
        of_words = words.scores(pool)
        word_gain = _gain(settings.words.weight, spread, of_words)
        total = total + word_gain * of_words
    target: TargetModel | None = None
    target_gain = 0.0
    if settings.target.weight and len(pool) and k > 1:
        target = fit_target_model(pool, total, shares, labels, settings.target)
    if target is not None:
        of_target = target.scores(pool)
        target_gain = _gain(settings.target.weight, spread, of_target)
        total = total + target_gain * of_target
    temperature = spread / _spread(total) if total is not scores else 1.0
    bias: Doubles = np.zeros(k)
    probabilities = _softmax(temperature * total)
    if settings.shares != "as predicted":
        bias = match_shares(probabilities, shares)
        probabilities = shift(probabilities, bias)
    return Predictor(classifier, words, target, word_gain, target_gain, temperature, bias), probabilities


def _shares(wanted: Shares, probabilities: Doubles, k: int) -> Doubles:
    if isinstance(wanted, str):
        return smoothed_shares(probabilities)
    return check_shares(wanted, k)


def _words(
    constraints: Iterable[Constraint], train: Sequence[Document], k: int, settings: WordChannelSettings
) -> WordChannel:
    if not settings.weight:
        return WordChannel({}, k)
    return word_channel(constraints, associations(train, k), k, settings)


def _scores(classifier: Classifier, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
    """The classifier's log-probabilities (n, k), every row of mean zero."""
    probabilities = classifier.predict_proba(embeddings, documents, Language.TARGET)
    logs = np.log(np.maximum(probabilities, LEAST))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)


def _spread(scores: Doubles) -> float:
    """The standard deviation of scores (n, k) within the categories, the root of their mean variance; 1 for none."""
    spread = float(np.sqrt(scores.var(axis=0).mean())) if len(scores) else 0.0
    return spread or 1.0


def _gain(weight: float, spread: float, scores: Doubles) -> float:
    return weight * spread / _spread(scores)


def _softmax(scores: Doubles) -> Doubles:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True)) if len(scores) else scores
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def _target(ngrams: Sequence[int] | None, arrays: Mapping[str, NDArray[Any]]) -> TargetModel | None:
    if ngrams is None:
        return None
    shortest, longest = ngrams
    idf, weights = arrays["idf"].astype(np.float64), arrays["weights"].astype(np.float64)
    return TargetModel((shortest, longest), idf, weights, arrays["target_bias"])
