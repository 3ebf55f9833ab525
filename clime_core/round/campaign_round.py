"""One round of a campaign, as a pure function.

The worker calls it with what Label Studio holds, the laboratory with what a simulated annotator answered:
refine, train, fit, score, salience, neighbours. The same inputs, settings and seed give the same result.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId, readable
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.marks import Constraint
from clime_core.evaluation.gain import Observation, pool_digest
from clime_core.evaluation.metrics import Metrics, evaluate
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.examples import Example
from clime_core.model.device import Device
from clime_core.model.predictor.predictor import Predictor, fit_predictor
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.refinement.refine import Refinement, refine
from clime_core.model.words.association import rank_associated
from clime_core.model.words.salience import SalientWord, rank_salient
from clime_core.progress import Progress, StepTimer, silent
from clime_core.round.documents import RankedDocument, rank_documents
from clime_core.round.inputs import RoundInputs
from clime_core.round.keywords import KeywordNeighbors, select_keywords
from clime_core.round.observe import held_out_losses, log_losses
from clime_core.round.round_settings import RoundSettings

__all__ = ["KeywordNeighbors", "RankedDocument", "RoundInputs", "RoundResult", "RoundSettings", "Trained", "run_round"]


@dataclass(frozen=True, eq=False)
class Trained:
    """A classifier and the fingerprint of what it was trained on, for rounds that train on the very same."""

    fingerprint: str
    classifier: Classifier


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A new model version and its rankings. `probabilities` (n_pool, categories) in the order of the pool.

    `test_probabilities` (n_test, categories) likewise, None without a labelled test set. `seconds` holds the time of
    each step, `notes` what a person should know (what was left out, and why). `observation` is what a stretch of work
    is judged by.
    """

    refinement: Refinement
    trained: Trained
    predictor: Predictor
    probabilities: NDArray[np.float64]
    test_probabilities: NDArray[np.float64] | None
    documents: tuple[RankedDocument, ...]
    keywords: tuple[KeywordNeighbors, ...]
    salient: tuple[SalientWord, ...]
    metrics: Metrics | None
    seconds: dict[str, float]
    notes: tuple[str, ...]
    observation: Observation


TRAINING_FORMAT = 1
"""Changes with whatever makes the same inputs train another classifier."""

STEPS = ("refine", "train", "fit", "observe", "score", "salience", "neighbors")


def run_round(
    inputs: RoundInputs,
    settings: RoundSettings,
    seed: int,
    *,
    device: Device = "auto",
    jobs: int = 1,
    reuse: Trained | None = None,
    observe: bool = False,
    progress: Progress = silent,
) -> RoundResult:
    """Refine the embeddings, train the classifier, score the pool, rank words and find their neighbours.

    `jobs` classifiers are trained at once. `reuse` is the classifier of an earlier round over the same vectors: it is
    taken as it is where nothing that it learns from has changed, so that the result is the same, but sooner. With
    `observe` the losses of labelled documents are told, those of the pool by cross-validation with five further fits;
    not where the classifier itself learns from them (`target_weight`), which would have to be trained as often.

    Raises TrainingError where the labels do not allow a classifier (no example, one category only), or the settings'
    shares do not fit the categories.
    """
    settings.predictor.check(inputs.categories)
    steps = StepTimer(progress, len(STEPS))
    resolution = inputs.resolution
    with steps.step("refine"):
        refinement = refine(inputs.embeddings, resolution.constraints, settings.refine, device=device)
        embeddings = refinement.apply(inputs.embeddings)
    with steps.step("train"):
        fingerprint = training_fingerprint(inputs, settings, seed)
        trained = reuse if reuse is not None and reuse.fingerprint == fingerprint else None
        if trained is None:
            examples = training_examples(inputs, settings.target_weight)
            vectors = embeddings if settings.train_on == "refined" else inputs.embeddings
            classifier = train(
                vectors, examples, inputs.categories, settings.classifier, range(seed, seed + settings.runs),
                device=device, jobs=jobs, progress=progress,
            )  # fmt: skip
            trained = Trained(fingerprint, classifier)
    with steps.step("fit"):
        each = trained.classifier.predict_each(embeddings, inputs.pool, Language.TARGET)
        said = resolution.constraints
        fit = partial(_fitted, trained.classifier, embeddings, inputs, said, settings.predictor, each)
        predictor, probabilities = fit(inputs.labels)
    with steps.step("observe"):
        unseen = observe and not settings.target_weight  # otherwise the classifier itself has seen the labels
        observation = Observation(
            probabilities,
            pool_digest(document.id for document in inputs.pool),
            held_out_losses(lambda labels: fit(labels)[1], inputs) if unseen else {},
            _dev_losses(predictor, embeddings, inputs.dev) if observe else {},
        )
    with steps.step("score"):
        documents = rank_documents(inputs, predictor, probabilities, each, settings, seed)
        tested, metrics = _tested(predictor, embeddings, inputs.test)
    with steps.step("salience"):
        salient = _salient(trained.classifier, embeddings, inputs, settings, device, progress)
    with steps.step("neighbors"):
        keywords = select_keywords(inputs, embeddings, salient, settings, device)
    return RoundResult(
        refinement=refinement,
        trained=trained,
        predictor=predictor,
        probabilities=probabilities,
        test_probabilities=tested,
        documents=documents,
        keywords=keywords,
        salient=tuple(salient[:100]),
        metrics=metrics,
        seconds=steps.seconds,
        notes=_notes(inputs, refinement, len(resolution.conflicts), trained.classifier),
        observation=observation,
    )


def training_examples(inputs: RoundInputs, target_weight: float) -> list[Example]:
    """The labelled source documents, and the pool documents that were labelled where they have a weight."""
    source = [Example(document, Language.SOURCE) for document in inputs.train]
    if not target_weight:
        return source
    target = [
        Example(_labelled(document, inputs.labels[document.id]), Language.TARGET, target_weight)
        for document in inputs.pool
        if document.id in inputs.labels
    ]
    return source + target


def training_fingerprint(inputs: RoundInputs, settings: RoundSettings, seed: int) -> str:
    """A digest of all that a classifier depends on, given the vectors before refinement and the documents' texts."""
    examples = training_examples(inputs, settings.target_weight)
    refined = settings.train_on == "refined" and settings.refine.solver != "off"
    pulled = [(c.keyword, c.word, c.similar) for c in inputs.resolution.constraints] if refined else []
    depends = {
        "format": TRAINING_FORMAT,
        "classifier": asdict(settings.classifier),
        "refine": asdict(settings.refine) if pulled else None,
        "constraints": pulled,
        "examples": [(str(e.document.id), int(e.document.label or 0), e.language, e.weight) for e in examples],
        "categories": inputs.categories,
        "runs": settings.runs,
        "seed": seed,
    }
    return hashlib.sha256(json.dumps(depends).encode()).hexdigest()


def _fitted(
    classifier: Classifier,
    embeddings: BilingualEmbeddings,
    inputs: RoundInputs,
    constraints: Sequence[Constraint],
    settings: PredictorSettings,
    each: NDArray[np.float64],
    labels: Mapping[DocumentId, int],
) -> tuple[Predictor, NDArray[np.float64]]:
    said = {place: labels[document.id] for place, document in enumerate(inputs.pool) if document.id in labels}
    return fit_predictor(classifier, embeddings, inputs.train, inputs.pool, said, constraints, settings, each)


def _salient(
    classifier: Classifier,
    embeddings: BilingualEmbeddings,
    inputs: RoundInputs,
    settings: RoundSettings,
    device: Device,
    progress: Progress,
) -> list[SalientWord]:
    """The words of all labelled documents, also of those that the classifier was not trained on."""
    examples = training_examples(inputs, settings.target_weight or 1.0)
    if settings.salience == "log-odds":
        return rank_associated(examples, inputs.categories, embeddings)
    return rank_salient(classifier, embeddings, examples, form=settings.salience, device=device, progress=progress)


def _labelled(document: Document, label: int) -> Document:
    return Document(document.id, document.tokens, label, document.text)


def _labelled_of(documents: Sequence[Document]) -> tuple[list[Document], list[int]]:
    """Those with a label, and their labels."""
    pairs = [(document, document.label) for document in documents if document.label is not None]
    return [document for document, _ in pairs], [label for _, label in pairs]


def _dev_losses(
    predictor: Predictor, embeddings: BilingualEmbeddings, dev: Sequence[Document]
) -> dict[DocumentId, float]:
    known, labels = _labelled_of(dev)
    rows = predictor.predict_proba(embeddings, known) if known else np.zeros((0, 0))
    return log_losses([document.id for document in known], rows, labels)


def _tested(
    predictor: Predictor, embeddings: BilingualEmbeddings, test: Sequence[Document]
) -> tuple[NDArray[np.float64] | None, Metrics | None]:
    known, labels = _labelled_of(test)
    if not test or len(known) < len(test):
        return None, None
    probabilities = predictor.predict_proba(embeddings, test)
    return probabilities, evaluate(probabilities, labels)


def _notes(inputs: RoundInputs, refinement: Refinement, conflicts: int, classifier: Classifier) -> tuple[str, ...]:
    """What a person should know: what was left out, and why."""
    left_out, report = refinement.report.left_out, classifier.report
    strange = len(inputs.pool) - int(readable(inputs.pool, inputs.embeddings.target).sum())
    counted = (
        (conflicts, "word pairs on which annotators disagree"),
        (left_out.out_of_vocabulary, "marks on words without a vector"),
        (report.examples_left_out, "labelled documents without a known word"),
        (strange, "documents of the pool without a known word"),
    )
    notes = [f"{count} {what}" for count, what in counted if count]
    if report.fell_back:
        notes.append("the GPU ran out of memory; the CPU trained the classifier")
    return tuple(notes)
