"""One round of a campaign, as a pure function.

The worker calls it with what Label Studio holds, the laboratory with what a simulated annotator answered:
refine, train, score, salience, neighbours. The same evidence, settings and seed give the same result.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Rows
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark, resolve
from clime_core.errors import TrainingError
from clime_core.model.classifier import Classifier, ClassifierSettings, train
from clime_core.model.device import Device
from clime_core.model.examples import Example
from clime_core.model.metrics import Metrics, evaluate
from clime_core.model.neighbors import nearest
from clime_core.model.refine import Refinement, RefineSettings, refine
from clime_core.model.salience import SalientWord, rank_salient
from clime_core.model.uncertainty import Uncertainty, uncertainty
from clime_core.progress import Progress, silent


@dataclass(frozen=True)
class RoundSettings:
    """How a round computes.

    runs: classifiers trained, with consecutive seeds; predictions are their mean.
    salience: the paper's sum of norms (eq. 2), or the norm of the summed gradient.
    keyword_languages: keywords from both vocabularies, or from the source alone.
    neighbors: shown in each language (k). neighbor_words: those of the campaign's documents, or the whole vocabulary.
    keywords: how many of the most salient words are prepared as tasks.
    target_weight: weight of a labelled target document against a source document.

    Raises TrainingError for values that make no sense.
    """

    classifier: ClassifierSettings = ClassifierSettings()
    refine: RefineSettings = RefineSettings()
    runs: int = 2
    salience: Literal["sum-of-norms", "norm-of-sum"] = "norm-of-sum"
    uncertainty: Uncertainty = "entropy"
    keyword_languages: Literal["both", "source"] = "both"
    neighbors: int = 5
    neighbor_words: Literal["documents", "vocabulary"] = "documents"
    keywords: int = 20
    target_weight: float = 1.0

    def __post_init__(self) -> None:
        for name in ("runs", "neighbors", "keywords", "target_weight"):
            if not getattr(self, name) > 0:
                raise TrainingError(f"{name} must be above 0, got {getattr(self, name)!r}")


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a round is made from.

    `labels` are the target documents' categories, `asked_*` what was handed out already (never asked again), `test`
    labelled target documents on which the version is evaluated but never trained.
    """

    embeddings: BilingualEmbeddings
    categories: int
    train: Sequence[Document]
    pool: Sequence[Document]
    labels: Mapping[DocumentId, int] = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    asked_documents: frozenset[DocumentId] = frozenset()
    asked_keywords: frozenset[Word] = frozenset()
    test: Sequence[Document] = ()


@dataclass(frozen=True)
class RankedDocument:
    """A document that could be asked, with its uncertainty in [0, 1]."""

    id: DocumentId
    uncertainty: float


@dataclass(frozen=True)
class KeywordNeighbors:
    """A keyword that could be asked, with the words to show under it, nearest first."""

    keyword: Word
    salience: float
    source: tuple[str, ...]
    target: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RoundResult:
    """A new model version and its rankings. `probabilities` (n_pool, categories) in the order of the pool.

    `seconds` holds the time of each step, `notes` what a person should know (what was left out, and why).
    """

    refinement: Refinement
    classifier: Classifier
    probabilities: NDArray[np.float64]
    documents: tuple[RankedDocument, ...]
    keywords: tuple[KeywordNeighbors, ...]
    salient: tuple[SalientWord, ...]
    metrics: Metrics | None
    seconds: dict[str, float]
    notes: tuple[str, ...]


@dataclass
class _Clock:
    """Times the steps and tells who is watching."""

    progress: Progress
    steps: Sequence[str]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.progress(name, len(self.seconds), len(self.steps))
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


STEPS = ("refine", "train", "score", "salience", "neighbors")


def run_round(
    evidence: Evidence,
    settings: RoundSettings,
    seed: int,
    *,
    device: Device = "auto",
    jobs: int = 1,
    progress: Progress = silent,
) -> RoundResult:
    """Refine the embeddings, train the classifier, score the pool, rank words and find their neighbours.

    `jobs` classifiers are trained at once.

    Raises TrainingError where the labels do not allow a classifier (no example, one category only).
    """
    clock = _Clock(progress, STEPS)
    resolution = resolve(evidence.marks)
    with clock.step("refine"):
        refinement = refine(evidence.embeddings, resolution.constraints, settings.refine, device=device)
        embeddings = refinement.apply(evidence.embeddings)
    with clock.step("train"):
        examples = training_examples(evidence, settings.target_weight)
        seeds = range(seed, seed + settings.runs)
        classifier = train(
            embeddings, examples, evidence.categories, settings.classifier, seeds,
            device=device, jobs=jobs, progress=progress,
        )  # fmt: skip
    with clock.step("score"):
        probabilities = classifier.predict_proba(embeddings, evidence.pool, Language.TARGET)
        documents = rank_documents(evidence, probabilities, settings.uncertainty)
        metrics = _evaluated(classifier, embeddings, evidence.test)
    with clock.step("salience"):
        salient = rank_salient(
            classifier, embeddings, examples, form=settings.salience, device=device, progress=progress
        )
    with clock.step("neighbors"):
        keywords = select_keywords(evidence, embeddings, salient, settings, device)
    notes = _notes(refinement, len(resolution.conflicts), classifier)
    return RoundResult(
        refinement,
        classifier,
        probabilities,
        documents,
        keywords,
        tuple(salient[:100]),
        metrics,
        clock.seconds,
        notes,
    )


def training_examples(evidence: Evidence, target_weight: float) -> list[Example]:
    """The labelled source documents, and the pool documents that were labelled."""
    source = [Example(document, Language.SOURCE) for document in evidence.train]
    target = [
        Example(_labelled(document, evidence.labels[document.id]), Language.TARGET, target_weight)
        for document in evidence.pool
        if document.id in evidence.labels
    ]
    return source + target


def rank_documents(
    evidence: Evidence, probabilities: NDArray[np.float64], measure: Uncertainty
) -> tuple[RankedDocument, ...]:
    """Pool documents not yet asked, the most uncertain first; equal ones in the order of the pool."""
    scores = uncertainty(probabilities, measure) if len(evidence.pool) else np.zeros(0)
    order = np.argsort(-scores, kind="stable")
    done = evidence.asked_documents | evidence.labels.keys()
    return tuple(
        RankedDocument(evidence.pool[i].id, float(scores[i])) for i in order if evidence.pool[i].id not in done
    )


def select_keywords(
    evidence: Evidence,
    embeddings: BilingualEmbeddings,
    salient: Sequence[SalientWord],
    settings: RoundSettings,
    device: Device = "auto",
) -> tuple[KeywordNeighbors, ...]:
    """The most salient words not yet asked, with their nearest neighbours in both languages."""
    open_words = [word for word in salient if word.word not in evidence.asked_keywords and _wanted(word, settings)]
    chosen = open_words[: settings.keywords]
    words = [item.word for item in chosen]
    shown: dict[Language, list[tuple[str, ...]]] = {}
    for language in Language:
        candidates = _candidates(evidence, embeddings.side(language), language, settings)
        found = nearest(embeddings, words, settings.neighbors, language, candidates=candidates, device=device)
        shown[language] = [tuple(neighbor.word.form for neighbor in neighbors) for neighbors in found]
    return tuple(
        KeywordNeighbors(item.word, item.score, source, target)
        for item, source, target in zip(chosen, shown[Language.SOURCE], shown[Language.TARGET], strict=True)
    )


def _wanted(word: SalientWord, settings: RoundSettings) -> bool:
    return settings.keyword_languages == "both" or word.word.language is Language.SOURCE


def _candidates(evidence: Evidence, side: Embeddings, language: Language, settings: RoundSettings) -> Rows | None:
    if settings.neighbor_words == "vocabulary":
        return None
    documents = evidence.train if language is Language.SOURCE else evidence.pool
    return np.unique(side.rows({token for document in documents for token in document.tokens}))


def _labelled(document: Document, label: int) -> Document:
    return Document(document.id, document.tokens, label, document.text)


def _evaluated(classifier: Classifier, embeddings: BilingualEmbeddings, test: Sequence[Document]) -> Metrics | None:
    labelled = [document for document in test if document.label is not None]
    if not labelled:
        return None
    labels = [document.label for document in labelled if document.label is not None]
    return evaluate(classifier.predict_proba(embeddings, labelled, Language.TARGET), labels)


def _notes(refinement: Refinement, conflicts: int, classifier: Classifier) -> tuple[str, ...]:
    """What a person should know: what was left out, and why."""
    left_out, report = refinement.report.left_out, classifier.report
    counted = (
        (conflicts, "word pairs on which annotators disagree"),
        (left_out.out_of_vocabulary, "marks on words without a vector"),
        (report.examples_left_out, "labelled documents without a known word"),
    )
    notes = [f"{count} {what}" for count, what in counted if count]
    if report.fell_back:
        notes.append("the GPU ran out of memory; the CPU trained the classifier")
    return tuple(notes)
