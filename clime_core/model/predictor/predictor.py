"""The model of a campaign: the base, the word channel, the target model, and the correction for label shift.

Their scores are added in standard deviations over the pool, and the labels may correct the sum. Then it is shifted so
that the pool's predictions have the shares that are expected of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.model.bases.base import Base, load_base
from clime_core.model.predictor import predictor_folder
from clime_core.model.predictor.correction import Corrected, VectorCorrection, correct
from clime_core.model.predictor.label_shift import match_shares, shift
from clime_core.model.predictor.parts import Parts, PartsFitter, PredictorInputs, centred, probabilities_of, spread_of
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.predictor.target_model import TargetModel
from clime_core.model.predictor.word_channel import WordChannel

__all__ = ["Predictor", "PredictorInputs", "PredictorSettings", "fit_predictor"]

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Predictor:
    """Predicts categories of target-language documents; never changed after it was fitted.

    logits = temperature * (z + word_gain * t + target_gain * s) + c + bias with z the logarithm of the base's
    probabilities (of at least 1e-12) less its mean over the categories, t and s the scores of the two others, c the
    correction by vectors, if there is one; bias (n_categories,). trust: from 0 to 1, how far labels bore out what was
    predicted without them; it is part of the temperature.
    """

    classifier: Base
    words: WordChannel
    target: TargetModel | None
    word_gain: float
    target_gain: float
    temperature: float
    bias: Doubles
    correction: VectorCorrection | None = None
    trust: float = 1.0

    def predict_proba(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> Doubles:
        """Probabilities (n, n_categories) float64, rows sum to 1; with the vectors that it was fitted with."""
        scores = centred(self.classifier.predict_proba(embeddings, documents, Language.TARGET))
        scores = scores + self.word_gain * self.words.scores(documents)
        if self.target is not None:
            scores = scores + self.target_gain * self.target.scores(documents)
        logits = self.temperature * scores + self.bias
        return probabilities_of(logits if self.correction is None else logits + self.correction.scores(documents))

    def members(self, each: Doubles, probabilities: Doubles) -> Doubles:
        """With each network of the classifier in the place of their mean, all else equal: (m, n, n_categories).

        each (m, n, n_categories): the classifier's `predict_each` of some documents; probabilities (n, n_categories):
        `predict_proba` of the same.
        """
        mean = centred(each.mean(axis=0))
        return np.stack([shift(probabilities, self.temperature * (centred(member) - mean)) for member in each])

    def save(self, folder: Path) -> None:
        """Write `classifier/`, `predictor.json` and `predictor.safetensors` into the folder."""
        self.classifier.save(folder / "classifier")
        parts = (self.words, self.target, self.word_gain, self.target_gain, self.temperature, self.bias)
        predictor_folder.save(folder, predictor_folder.Parts(*parts, self.correction, self.trust))

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Read what `save` wrote. Raises DataError where a file is missing or damaged."""
        classifier = load_base(folder / "classifier")
        parts = predictor_folder.load(folder, classifier.n_categories)
        return cls(
            classifier,
            parts.words,
            parts.target,
            word_gain=parts.word_gain,
            target_gain=parts.target_gain,
            temperature=parts.temperature,
            bias=parts.bias,
            correction=parts.correction,
            trust=parts.trust,
        )


def fit_predictor(base: Base, inputs: PredictorInputs, settings: PredictorSettings) -> tuple[Predictor, Doubles]:
    """Add the word channel, the target model and the label shift to the base.

    Returns the predictor and its probabilities of the pool, (n_pool, n_categories). Raises TrainingError for shares
    that do not fit the categories.
    """
    settings.check(base.n_categories)
    fitter, scores = PartsFitter.of(base, inputs, settings), inputs.scores(base)
    if settings.correction:
        return _corrected(fitter, correct(fitter, scores))
    parts = fitter.fit(scores, inputs.labels, settings.target.label_weight)
    target_gain = settings.target.weight * parts.spread / spread_of(parts.of_target)
    temperature = parts.spread / spread_of(parts.taught + target_gain * parts.of_target)
    total = temperature * (parts.taught + target_gain * parts.of_target)
    bias = _bias(total, parts, settings)
    predictor = Predictor(base, fitter.words, parts.target, parts.word_gain, target_gain, temperature, bias)
    return predictor, probabilities_of(total + bias)


def _corrected(fitter: PartsFitter, found: Corrected) -> tuple[Predictor, Doubles]:
    parts, temperature = found.parts, found.trust / found.parts.spread
    bias = _bias(found.scores, parts, fitter.settings)
    predictor = Predictor(
        fitter.base, fitter.words, found.ngrams, parts.word_gain, 1 / temperature, temperature, bias,
        found.vectors, found.trust,
    )  # fmt: skip
    return predictor, probabilities_of(found.scores + bias)


def _bias(total: Doubles, parts: Parts, settings: PredictorSettings) -> Doubles:
    """What is added to the logits (n_pool, n_categories) for label shift."""
    if settings.shares == "as predicted":
        return np.zeros_like(parts.shares)
    return match_shares(probabilities_of(total), parts.shares)
