"""The parts of a predictor, fitted to a pool: the base with the word channel on top, and the target model beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.data.translations import Translations
from clime_core.data.word_reach import spread, word_reach
from clime_core.model.bases.base import Base
from clime_core.model.predictor.label_shift import smoothed_shares
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.predictor.target_model import TargetModel, fit_target_model
from clime_core.model.predictor.word_channel import WordChannel, word_channel
from clime_core.model.words.association import associations

Doubles = NDArray[np.float64]

MIN_PROBABILITY = 1e-12
"""A smaller probability of the base counts as this one, so that one overconfident document sets no scale."""

MIN_SPREAD_OF_SCORED = 0.5
"""The spread of a score is at least this part of its root mean square in the documents that have it at all."""


@dataclass(frozen=True, eq=False)
class PredictorInputs:
    """What a predictor is fitted to, beside its base.

    train: the labelled documents of `train_language`, in which words are counted; pool: n_pool target documents;
    labels: position in the pool to the category that annotators gave it; constraints: of the marks; members
    (n_networks, n_pool, n_categories): the base's `predict_each` of the pool, None where it is still to be computed.
    dictionary: that of the team, matched with train and pool. doubts: position in the pool to the probability that its
    label is wrong; by so much it counts less.
    """

    embeddings: BilingualEmbeddings
    train: Sequence[Document]
    pool: Sequence[Document]
    labels: Mapping[int, int]
    constraints: Sequence[Constraint]
    members: Doubles | None = None
    dictionary: Translations | None = None
    train_language: Language = Language.SOURCE
    doubts: Mapping[int, float] = field(default_factory=dict)

    def certainty(self, rows: Iterable[int]) -> Doubles:
        """What the labels of these positions count, each in [0, 1]."""
        return np.array([1 - self.doubts.get(row, 0.0) for row in rows], dtype=np.float64)

    def scores(self, base: Base) -> Doubles:
        """The base's log-probabilities of the pool (n_pool, n_categories), every row of mean zero."""
        if self.members is None:
            return centred(base.predict_proba(self.embeddings, self.pool, Language.TARGET))
        return centred(self.members.mean(axis=0))


@dataclass(frozen=True, eq=False)
class Parts:
    """Scores of the pool by each part, (n_pool, n_categories), rows of mean zero.

    taught: base and word channel together, from which the target model learns; spread: of the base's own scores;
    shares (n_categories,): of the categories in the pool.
    """

    taught: Doubles
    spread: float
    word_gain: float
    target: TargetModel | None
    of_target: Doubles
    shares: Doubles


@dataclass(frozen=True, eq=False)
class PartsFitter:
    """Fits the parts to some of the labels; the word channel stays the same."""

    base: Base
    inputs: PredictorInputs
    settings: PredictorSettings
    words: WordChannel
    of_words: Doubles
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, base: Base, inputs: PredictorInputs, settings: PredictorSettings) -> "PartsFitter":
        """With the word channel of the marks and the dictionary."""
        k = base.n_categories
        words = WordChannel({}, k)
        if settings.words.weight:
            constraints = list(spread(inputs.constraints, word_reach(tuple(inputs.pool))))
            translations = inputs.dictionary.sources if inputs.dictionary else {}
            counted = associations(inputs.train, k)
            words = word_channel(constraints, counted, k, settings.words, translations, inputs.train_language)
        of_words = words.scores(inputs.pool)
        known = base.reads(inputs.embeddings, inputs.pool) | of_words.any(axis=1)
        return cls(base, inputs, settings, words, of_words, known)

    def fit(self, scores: Doubles, labels: Mapping[int, int], label_weight: float) -> Parts:
        """The parts, given the base's scores of the pool; an annotator's label weighs `label_weight` teacher's."""
        spread = spread_of(scores)
        word_gain = self.settings.words.weight * spread / spread_of_few(self.of_words)
        taught = scores + word_gain * self.of_words
        shares = self._shares(scores, labels)
        target, of_target = self._target(taught, labels, shares, label_weight)
        return Parts(taught, spread, word_gain, target, of_target, shares)

    def target(
        self, teacher: Doubles, labels: Mapping[int, int], label_weight: float, start: TargetModel | None
    ) -> tuple[TargetModel | None, Doubles]:
        """The target model that this teacher and the labels teach, and its scores of the pool.

        `start`: one that another teacher has taught.
        """
        return self._target(teacher, labels, self._shares(teacher, labels), label_weight, start)

    def _shares(self, scores: Doubles, labels: Mapping[int, int]) -> Doubles:
        """The campaign's own shares, or smoothed predicted ones of the categories that there are examples of."""
        if not isinstance(self.settings.shares, str):
            return np.asarray(self.settings.shares, dtype=np.float64)
        has_examples = self.base.prior > 0
        has_examples[list(set(labels.values()))] = True
        return smoothed_shares(probabilities_of(scores), has_examples)

    def _target(
        self,
        teacher: Doubles,
        labels: Mapping[int, int],
        shares: Doubles,
        label_weight: float,
        start: TargetModel | None = None,
    ) -> tuple[TargetModel | None, Doubles]:
        """The target model and its scores of the pool; None and zeros where it has no weight or nothing to learn."""
        settings, pool = self.settings.target, self.inputs.pool
        if settings.weight and len(pool) and len(shares) > 1:
            fitted = fit_target_model(
                pool, teacher, self.known, shares, labels, settings, label_weight, start, self.inputs.doubts
            )
            if fitted is not None:
                return fitted
        return None, np.zeros_like(teacher)


def centred(probabilities: Doubles) -> Doubles:
    """Logarithms of probabilities (n, k) of at least `MIN_PROBABILITY`, every row of mean zero."""
    logs = np.log(np.maximum(probabilities, MIN_PROBABILITY))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float64)


def spread_of(scores: Doubles) -> float:
    """The standard deviation of scores (n, k) within the categories, the root of their mean variance; 1 for none."""
    spread = float(np.sqrt(scores.var(axis=0).mean())) if len(scores) else 0.0
    return spread or 1.0


def spread_of_few(scores: Doubles) -> float:
    """The same for scores that few documents have: at least `MIN_SPREAD_OF_SCORED` of their root mean square there."""
    scored = scores[scores.any(axis=1)]
    return max(spread_of(scores), MIN_SPREAD_OF_SCORED * float(np.sqrt((scored**2).mean()))) if len(scored) else 1.0


def probabilities_of(scores: Doubles) -> Doubles:
    """The probabilities of logits (n, k)."""
    return np.asarray(softmax(scores, axis=1), dtype=np.float64)
