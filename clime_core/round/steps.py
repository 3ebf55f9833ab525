"""The seven steps of a round that compute: refine, train, fit, observe, score, salience, neighbors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.evaluation.gain import Observation, pool_digest
from clime_core.evaluation.metrics import Metrics, evaluate
from clime_core.model.bases.base import Base
from clime_core.model.bases.classifier import Classifier
from clime_core.model.bases.given import given_examples
from clime_core.model.device import Device
from clime_core.model.predictor.predictor import Predictor, PredictorInputs, fit_predictor
from clime_core.model.refinement.refine import Refinement, refine
from clime_core.model.words.association import rank_associated
from clime_core.model.words.salience import SalientWord, rank_salient
from clime_core.progress import StepTimer
from clime_core.round.documents import RankedDocument, ReviewScreen, candidates_of, rank_documents, review_screens
from clime_core.round.inputs import RoundInputs
from clime_core.round.keywords import KeywordNeighbors, select_keywords
from clime_core.round.observe import held_out_losses, log_losses
from clime_core.round.round_settings import RoundSettings
from clime_core.round.training import Trained, labelled, train_classifier, training_examples

STEPS = ("refine", "train", "fit", "observe", "score", "salience", "neighbors")

REGRESSIONS = ("lr", "encoder")
"""Classifiers that are trained anew for each fold where they learn from labels of the pool; others take too long."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The predictor of a round, over the refined vectors.

    probabilities (n_pool, categories): the predictor's of the pool. member_probabilities (m, n_pool, categories): those
    of each network of the classifier.
    """

    predictor: Predictor
    embeddings: BilingualEmbeddings
    probabilities: Doubles
    member_probabilities: Doubles


@dataclass(frozen=True, eq=False)
class Evaluation:
    """On the test documents: probabilities (n_test, categories) and metrics; None unless all of them have a label."""

    probabilities: Doubles | None = None
    metrics: Metrics | None = None


@dataclass(frozen=True, eq=False)
class RoundSteps:
    """The steps of one round, to be called in the order in which they stand here. `timer` times and reports each."""

    inputs: RoundInputs
    settings: RoundSettings
    seed: int
    device: Device
    jobs: int
    timer: StepTimer

    def refine(self) -> tuple[Refinement, BilingualEmbeddings]:
        """Move the vectors of marked words; the refinement and the refined vectors."""
        with self.timer.step("refine"):
            constraints = self.inputs.resolution.constraints
            refinement = refine(self.inputs.embeddings, constraints, self.settings.refine, device=self.device)
            return refinement, refinement.apply(self.inputs.embeddings)

    def train(self, refined: BilingualEmbeddings, reuse: Trained | None) -> Trained:
        """Train the classifier, or take over the one of an earlier round if it would be the same."""
        with self.timer.step("train"):
            return train_classifier(
                self.inputs, refined, self.settings, self.seed,
                device=self.device, jobs=self.jobs, reuse=reuse, progress=self.timer.progress,
            )  # fmt: skip

    def fit(self, classifier: Base, refined: BilingualEmbeddings) -> Fitted:
        """Add the word channel and the target model to the classifier, and correct for label shift."""
        with self.timer.step("fit"):
            members = classifier.predict_each(refined, self.inputs.pool, Language.TARGET)
            predictor, probabilities = self._fit(classifier, refined, members, self.inputs.labels)
            return Fitted(predictor, refined, probabilities, members)

    def observe(self, fitted: Fitted, with_losses: bool) -> Observation:
        """The pool's predictions and, if asked for, the losses of labelled documents that were not learnt from."""

        def refit(labels: Mapping[DocumentId, int]) -> Doubles:
            classifier, members = fitted.predictor.classifier, fitted.member_probabilities
            if self.settings.target_weight:  # it has seen all the labels
                inputs = replace(self.inputs, labels=labels)
                classifier = train_classifier(inputs, fitted.embeddings, self.settings, self.seed).classifier
                members = classifier.predict_each(fitted.embeddings, inputs.pool, Language.TARGET)
            return self._fit(classifier, fitted.embeddings, members, labels)[1]

        with self.timer.step("observe"):
            quick = not self.settings.target_weight or self.settings.classifier.kind in REGRESSIONS
            held_out = with_losses and quick
            return Observation(
                fitted.probabilities,
                pool_digest(document.id for document in self.inputs.pool),
                held_out_losses(refit, self.inputs) if held_out else {},
                _dev_losses(fitted, self.inputs.dev) if with_losses else {},
            )

    def score(self, fitted: Fitted) -> tuple[tuple[RankedDocument, ...], tuple[ReviewScreen, ...], Evaluation]:
        """Rank the pool's documents, put review screens together, and measure the test documents."""
        with self.timer.step("score"):
            probabilities, members = fitted.probabilities, fitted.member_probabilities
            candidates = candidates_of(self.inputs, fitted.predictor, probabilities, members, self.settings, self.seed)
            documents = rank_documents(self.inputs, candidates, self.settings.selection)
            knows_something = fitted.predictor.classifier.report.examples_used  # else there is no prediction to correct
            screens = review_screens(self.inputs.pool, candidates, self.settings.review) if knows_something else ()
            return documents, screens, _evaluated(fitted, self.inputs.test)

    def salience(self, classifier: Base, refined: BilingualEmbeddings) -> Sequence[SalientWord]:
        """Rank the words of all labelled documents, also of those that the classifier was not trained on."""
        with self.timer.step("salience"):
            form = self.settings.salience
            examples = training_examples(self.inputs, self.settings.target_weight or 1.0)
            examples = examples or given_examples(self.inputs.pool)
            if form == "log-likelihood" or form == "log-odds":
                return rank_associated(examples, self.inputs.categories, refined, form)
            if not isinstance(classifier, Classifier):
                raise TrainingError(f"salience {form!r} is a gradient, and this base has none: set 'log-likelihood'")
            progress = self.timer.progress
            return rank_salient(classifier, refined, examples, form=form, device=self.device, progress=progress)

    def neighbors(self, refined: BilingualEmbeddings, salient: Sequence[SalientWord]) -> tuple[KeywordNeighbors, ...]:
        """Choose the next keywords and find their nearest words."""
        with self.timer.step("neighbors"):
            return select_keywords(self.inputs, refined, salient, self.settings, self.device)

    def _fit(
        self,
        classifier: Base,
        refined: BilingualEmbeddings,
        members: Doubles,
        labels: Mapping[DocumentId, int],
    ) -> tuple[Predictor, Doubles]:
        """The predictor that learns from these labels, and its probabilities of the pool."""
        inputs = self.inputs
        counted = inputs.train
        if inputs.one_language:
            counted = [*inputs.train, *labelled(inputs.pool, {**inputs.seed_labels, **labels})]
        labels_by_row = {row: labels[d.id] for row, d in enumerate(inputs.pool) if d.id in labels}
        doubts = {row: inputs.doubts.get(inputs.pool[row].id, 0.0) for row in labels_by_row}
        constraints = inputs.resolution.constraints
        learnt_from = PredictorInputs(
            refined, counted, inputs.pool, labels_by_row, constraints, members,
            inputs.dictionary, inputs.train_language, doubts,
        )  # fmt: skip
        return fit_predictor(classifier, learnt_from, self.settings.predictor)


def _labelled(documents: Sequence[Document]) -> tuple[list[Document], list[int]]:
    """Those with a label, and their labels."""
    pairs = [(document, document.label) for document in documents if document.label is not None]
    return [document for document, _ in pairs], [label for _, label in pairs]


def _dev_losses(fitted: Fitted, dev: Sequence[Document]) -> dict[DocumentId, float]:
    documents, labels = _labelled(dev)
    rows = fitted.predictor.predict_proba(fitted.embeddings, documents) if documents else np.zeros((0, 0))
    return log_losses([document.id for document in documents], rows, labels)


def _evaluated(fitted: Fitted, test: Sequence[Document]) -> Evaluation:
    documents, labels = _labelled(test)
    if not test or len(documents) < len(test):
        return Evaluation()
    probabilities = fitted.predictor.predict_proba(fitted.embeddings, test)
    return Evaluation(probabilities, evaluate(probabilities, labels))
