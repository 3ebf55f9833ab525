"""The classifier of a round: its examples, and whether an earlier round's classifier is the very same."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from clime_core.data.digest import json_digest
from clime_core.data.documents import Document, DocumentId, readable
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.evaluation.gain import pool_digest
from clime_core.model.bases.base import Base
from clime_core.model.bases.classifier import train
from clime_core.model.bases.encoder_classifier import EncoderClassifier, train_encoder_classifier
from clime_core.model.bases.examples import Example
from clime_core.model.bases.given import given_base, uniform_base
from clime_core.model.bases.transformer_classifier import TransformerClassifier
from clime_core.model.bases.transformer_training import train_transformer
from clime_core.model.device import Device, threads
from clime_core.progress import Progress, silent
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings

TRAINING_FORMAT = 1
"""Changes with whatever makes the same inputs train another classifier."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A classifier and the fingerprint of what it was trained on, for later rounds that would train on the same."""

    fingerprint: str
    classifier: Base


def train_classifier(
    inputs: RoundInputs,
    refined: BilingualEmbeddings,
    settings: RoundSettings,
    seed: int,
    *,
    device: Device = "auto",
    jobs: int = 1,
    reuse: Trained | None = None,
    progress: Progress = silent,
) -> Trained:
    """Train the round's classifiers with consecutive seeds, `jobs` at once; or take `reuse` if it would be the same.

    Raises TrainingError where the labels do not allow a classifier.
    """
    fingerprint = training_fingerprint(inputs, settings, seed)
    if reuse is not None and reuse.fingerprint == fingerprint:
        _remember(reuse.classifier, inputs, device, jobs, progress)
        return reuse
    if knows_nothing(inputs, settings):
        return Trained(fingerprint, uniform_base(inputs.categories))
    if settings.classifier.kind == "encoder":
        return Trained(fingerprint, train_encoder(inputs, settings))
    if settings.classifier.kind == "transformer":
        tuned = train_transformer(
            training_examples(inputs, settings.target_weight),
            inputs.categories,
            settings.classifier,
            range(seed, seed + settings.runs),
            replacements=inputs.replacements,
            device=device,
            jobs=jobs,
            progress=progress,
        )
        _remember(tuned, inputs, device, jobs, progress)
        return Trained(fingerprint, tuned)
    if settings.classifier.kind == "given":
        return Trained(fingerprint, given_base(inputs.pool, inputs.categories, settings.classifier))
    classifier = train(
        refined if settings.train_on == "refined" else inputs.embeddings,
        training_examples(inputs, settings.target_weight),
        inputs.categories,
        settings.classifier,
        range(seed, seed + settings.runs),
        device=device,
        jobs=jobs,
        progress=progress,
    )
    return Trained(fingerprint, classifier)


def knows_nothing(inputs: RoundInputs, settings: RoundSettings) -> bool:
    """Whether a campaign of one language has no example of two categories yet that its base could learn from."""
    kind = settings.classifier.kind
    if not inputs.one_language or kind == "given":
        return False
    documents = [example.document for example in training_examples(inputs, settings.target_weight)]
    if kind == "encoder":
        documents = [document for document in documents if document.vector is not None]
    elif kind != "transformer":
        known = readable(documents, inputs.embeddings.target)
        documents = [document for document, is_known in zip(documents, known.tolist(), strict=True) if is_known]
    return len({document.label for document in documents}) < 2


def _remember(classifier: Base, inputs: RoundInputs, device: Device, jobs: int, progress: Progress) -> None:
    """Have a transformer predict all documents of the round that are new to it, where training runs."""
    if isinstance(classifier, TransformerClassifier):
        with threads(jobs):
            classifier.remember([*inputs.pool, *inputs.test, *inputs.dev], device=device, progress=progress)


def train_encoder(inputs: RoundInputs, settings: RoundSettings) -> EncoderClassifier:
    """The classifier over documents' own vectors; no seed changes it."""
    examples = training_examples(inputs, settings.target_weight)
    return train_encoder_classifier(examples, inputs.pool, inputs.categories, settings.classifier)


def training_examples(inputs: RoundInputs, target_weight: float) -> list[Example]:
    """The labelled training documents, what seed words say and, if their weight is above 0, annotators' labels."""
    labels = inputs.labels if target_weight else {}
    seeds = {document: label for document, label in inputs.seed_labels.items() if document not in labels}
    examples = [Example(document, inputs.train_language) for document in inputs.train]
    examples += [Example(document, Language.TARGET) for document in labelled(inputs.pool, seeds)]
    return examples + [
        Example(document, Language.TARGET, target_weight * (1 - inputs.doubts.get(document.id, 0.0)))
        for document in labelled(inputs.pool, labels)
    ]


def training_fingerprint(inputs: RoundInputs, settings: RoundSettings, seed: int) -> str:
    """A digest of all that a classifier depends on, given the vectors before refinement and the documents' texts."""
    examples = training_examples(inputs, settings.target_weight)
    reads_vectors = settings.classifier.kind != "transformer"
    refined = reads_vectors and settings.train_on == "refined" and settings.refine.solver != "off"
    constraints = [(c.keyword, c.word, c.similar) for c in inputs.resolution.constraints] if refined else []
    dependencies = {
        "format": TRAINING_FORMAT,
        "classifier": asdict(settings.classifier),
        "refine": asdict(settings.refine) if constraints else None,
        "constraints": constraints,
        "examples": [(str(e.document.id), int(e.document.label or 0), e.language, e.weight) for e in examples],
        "categories": inputs.categories,
        "runs": settings.runs,
        "seed": seed,
    }
    if settings.classifier.kind == "encoder":
        dependencies["pool"] = pool_digest(document.id for document in inputs.pool)  # its mean is the language's
    if settings.classifier.transformer is not None and settings.classifier.transformer.terms:
        dependencies["replacements"] = sorted((word, list(others)) for word, others in inputs.replacements.items())
    if settings.classifier.kind == "given":
        dependencies["given"] = [(str(document.id), document.given) for document in inputs.pool]
    return json_digest(dependencies)


def labelled(pool: Iterable[Document], labels: Mapping[DocumentId, int]) -> list[Document]:
    """The documents of the pool that have one of these labels, with it."""
    return [replace(document, label=labels[document.id]) for document in pool if document.id in labels]
