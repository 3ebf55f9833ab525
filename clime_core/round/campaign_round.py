"""One round of a campaign, as a pure function: refine, train, fit, observe, score, salience, neighbors.

The worker calls it with what Label Studio holds, the simulation with what a simulated annotator answered. The same
inputs, settings and seed give the same result.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.data.word_reach import unreached, word_reach
from clime_core.evaluation.gain import Observation
from clime_core.evaluation.metrics import Metrics
from clime_core.model.device import Device
from clime_core.model.predictor.predictor import Predictor
from clime_core.model.refinement.refine import Refinement
from clime_core.model.words.salience import SalientWord
from clime_core.progress import Progress, StepTimer, silent
from clime_core.round.documents import RankedDocument, ReviewScreen
from clime_core.round.inputs import RoundInputs
from clime_core.round.keywords import KeywordNeighbors
from clime_core.round.round_settings import RoundSettings
from clime_core.round.steps import STEPS, RoundSteps
from clime_core.round.training import Trained, training_fingerprint

__all__ = [
    "KeywordNeighbors", "RankedDocument", "ReviewScreen", "RoundInputs", "RoundResult", "RoundSettings", "Trained",
    "run_round", "training_fingerprint",
]  # fmt: skip

MIN_LABELS = 20
LITTLE_TRUST = 0.3
"""So many labels that bear a base out so little are evidence that it knows nothing of the language."""

UNREAD = {
    "encoder": "without a vector",
    "transformer": "without a known subword",
    "given": "without a given prediction",
}
"""What documents lack that a base cannot read, by its kind."""

MAX_SALIENT = 100
"""Salient words that a result keeps."""


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A new model version and its rankings. `probabilities` (n_pool, categories) in the order of the pool.

    `test_probabilities` (n_test, categories) likewise, None without a labelled test set. `seconds` holds the time of
    each step, `notes` what a person should know (what was left out, and why). `observation` is what a period of work
    is judged by.
    """

    refinement: Refinement
    trained: Trained
    predictor: Predictor
    probabilities: NDArray[np.float64]
    test_probabilities: NDArray[np.float64] | None
    documents: tuple[RankedDocument, ...]
    keywords: tuple[KeywordNeighbors, ...]
    screens: tuple[ReviewScreen, ...]
    salient: tuple[SalientWord, ...]
    metrics: Metrics | None
    seconds: dict[str, float]
    notes: tuple[str, ...]
    observation: Observation


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
    `observe` the losses of labelled documents are measured, those of the pool by cross-validation with five more fits.
    The latter are left out where a network or transformer itself learns from these documents (`target_weight`).

    Raises TrainingError where the labels do not allow a classifier (no example, one category only), or the settings'
    shares do not fit the categories.
    """
    settings.predictor.check(inputs.categories)
    steps = RoundSteps(inputs, settings, seed, device, jobs, StepTimer(progress, len(STEPS)))
    refinement, refined = steps.refine()
    trained = steps.train(refined, reuse)
    fitted = steps.fit(trained.classifier, refined)
    observation = steps.observe(fitted, observe)
    documents, screens, test = steps.score(fitted)
    salient = steps.salience(trained.classifier, refined)
    keywords = steps.neighbors(refined, salient)
    return RoundResult(
        refinement=refinement,
        trained=trained,
        predictor=fitted.predictor,
        probabilities=fitted.probabilities,
        test_probabilities=test.probabilities,
        documents=documents,
        keywords=keywords,
        screens=screens,
        salient=tuple(salient[:MAX_SALIENT]),
        metrics=test.metrics,
        seconds=steps.timer.seconds,
        notes=_notes(inputs, refinement, fitted.predictor),
        observation=observation,
    )


def _notes(inputs: RoundInputs, refinement: Refinement, predictor: Predictor) -> tuple[str, ...]:
    """What a person should know: what was left out, and why, and whether the base knows the language."""
    classifier = predictor.classifier
    left_out, report = refinement.report.left_out, classifier.report
    unreadable = len(inputs.pool) - int(classifier.reads(inputs.embeddings, inputs.pool).sum())
    nothing_known = not report.examples_used  # then the base reads nothing either, which is no fault of the documents
    unread = UNREAD.get(classifier.settings.kind, "without a known word")
    as_written, for_nothing = unreached(inputs.resolution.constraints, word_reach(tuple(inputs.pool)))
    counted = (
        (len(inputs.resolution.conflicts), "word pairs on which annotators disagree"),
        (left_out.out_of_vocabulary, "marks on words without a vector"),
        (as_written, f"marked words are in no document as they are written; no other word stands for {for_nothing}"),
        (report.examples_left_out, f"labelled documents {unread}"),
        (0 if nothing_known else unreadable, f"documents of the pool {unread}"),
    )
    notes = [f"{count} {problem}" for count, problem in counted if count]
    if nothing_known and len(set(inputs.labels.values())) < 2:
        notes.append("nothing tells the categories apart before documents of two of them are labelled")
    if inputs.dictionary is not None:
        notes.append(f"dictionary: {inputs.dictionary}")
    if report.fell_back:
        notes.append("the GPU ran out of memory; the CPU trained the classifier")
    elif report.at_once is not None:
        notes.append(f"the GPU's memory held {report.at_once} documents of a batch at once, not all of it")
    if len(inputs.labels) >= MIN_LABELS and predictor.trust < LITTLE_TRUST:
        notes.append(
            f"what the base says of {len(inputs.labels)} labelled documents is hardly better than chance: it knows "
            f"little of this language, and counts {predictor.trust:.0%}; the labels decide"
        )
    return tuple(notes)
