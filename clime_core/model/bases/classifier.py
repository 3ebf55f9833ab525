"""The classifier of a campaign: an ensemble of networks over frozen word vectors."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from clime_core.data.documents import Document, readable
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases import classifier_folder
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.encoding import Encoding, encode
from clime_core.model.bases.examples import Example, class_totals, labels_of, loss_weights
from clime_core.model.bases.networks import Network
from clime_core.model.bases.training import TrainingReport, TrainingSet, fit_member
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.progress import Progress, silent

__all__ = ["Classifier", "ClassifierSettings", "TrainingReport", "train"]

READ_OTHERWISE: dict[Kind, str] = {"encoder": "encoded documents", "transformer": "texts"}
"""What kinds that are no network over word vectors are trained on."""

MAX_BATCH = 100
"""Documents predicted at once: bounds the memory of a prediction."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Networks trained alike from different seeds, on the CPU; never changed after training.

    dim: of the word vectors; prior (n_categories,) float64: share of each category in the weights of the
    training examples. The word vectors are not part of it: predictions are made with those given.
    """

    settings: ClassifierSettings
    n_categories: int
    dim: int
    prior: NDArray[np.float64]
    members: tuple[Network, ...]
    report: TrainingReport

    def predict_proba(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> NDArray[np.float64]:
        """Probabilities (n, n_categories) float64, rows sum to 1: the mean over members.

        A document without any known word gets the training prior. Runs on as many CPU threads as torch is set to.
        Raises TrainingError where the vectors have another dimension than those of the training.
        """
        return np.asarray(self.predict_each(embeddings, documents, language).mean(axis=0), dtype=np.float64)

    def predict_each(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> NDArray[np.float64]:
        """The same of each member, (n_members, n, n_categories)."""
        if embeddings.dim != self.dim:
            raise TrainingError(
                f"the classifier was trained on vectors of {self.dim} dimensions, got {embeddings.dim}: "
                "use the vectors of the training, or train again"
            )
        pairs = [(document, language) for document in documents]
        encoding = encode(embeddings, pairs, self.settings.max_tokens)
        probabilities = np.tile(self.prior, (len(self.members), len(documents), 1))
        with torch.inference_mode():
            for batch in encoding.batches(MAX_BATCH):
                scores = torch.stack([member(batch) for member in self.members])
                places = encoding.kept[batch.documents.numpy()]
                probabilities[:, places] = scores.double().softmax(-1).numpy()
        return probabilities

    def reads(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> NDArray[np.bool_]:
        """Which target documents have any word with a vector, (n,)."""
        return readable(documents, embeddings.target)

    def save(self, folder: Path) -> None:
        """Write `classifier.json` and `weights.safetensors` into the folder, which is made if need be."""
        classifier_folder.save(
            folder, self.settings, self.n_categories, self.dim, self.prior, self.members, self.report
        )

    @classmethod
    def load(cls, folder: Path) -> "Classifier":
        """Read a saved classifier; it predicts exactly as before. Raises DataError for a bad folder."""
        return cls(*classifier_folder.load(folder))


def train(
    embeddings: BilingualEmbeddings,
    examples: Sequence[Example],
    n_categories: int,
    settings: ClassifierSettings,
    seeds: Sequence[int],
    *,
    dev: Sequence[Example] | None = None,
    device: Device = "auto",
    jobs: int = 1,
    progress: Progress = silent,
) -> Classifier:
    """Train one network a seed (`lr`: a single one, which no seed changes).

    A member depends on its own seed only, not on the others'. With `dev` examples each keeps its epoch of
    best accuracy there (`lr` has no epochs), else its last. On the CPU `jobs` members are trained at once, each
    on as many threads as torch is set to: `device.threads(1)` around the call and a job for each core is
    fastest, and holds up on a busy machine.
    A GPU that runs out of memory hands over to the CPU, and the report says so. Raises TrainingError
    without seeds or usable examples, for labels outside the categories, or for a single class.
    """
    if settings.kind in READ_OTHERWISE:
        raise TrainingError(
            f"a classifier of kind {settings.kind!r} reads no word vectors: train it on {READ_OTHERWISE[settings.kind]}"
        )
    if not seeds:
        raise TrainingError("no seed was given: give one for each network, for example [0]")
    started = perf_counter()
    encoding, used = _encoded(embeddings, examples, n_categories, settings)
    training_set = _training_set(encoding, used, n_categories, settings)
    dev_set = _dev_set(embeddings, dev, n_categories, settings) if dev is not None else None
    used_seeds = list(seeds[:1]) if settings.kind == "lr" else list(seeds)

    def work(place: torch.device) -> list[tuple[Network, float]]:
        here, dev_here = training_set.to(place), dev_set.to(place) if dev_set else None
        done, total = 0, len(used_seeds) * settings.epochs

        def epoch_done() -> None:
            nonlocal done
            done += 1
            progress("training", done, total)

        def fit(seed: int) -> tuple[Network, float]:
            return fit_member(here, n_categories, settings, seed, dev_here, epoch_done)

        with ThreadPoolExecutor(jobs if place.type == "cpu" else 1) as pool:
            return list(pool.map(fit, used_seeds))

    ran = run_on(resolve_device(device), work)
    totals = class_totals(used, n_categories)
    report = TrainingReport(
        examples_used=len(used),
        examples_left_out=len(examples) - len(used),
        class_counts=tuple(np.bincount(training_set.labels.numpy(), minlength=n_categories).tolist()),
        tokens_known=len(encoding.tokens),
        tokens_unknown=encoding.unknown,
        final_losses=tuple(loss for _, loss in ran.result),
        seconds=perf_counter() - started,
        device=ran.device,
        fell_back=ran.fell_back,
    )
    members = tuple(network for network, _ in ran.result)
    return Classifier(settings, n_categories, embeddings.dim, totals / totals.sum(), members, report)


def _encoded(
    embeddings: BilingualEmbeddings,
    examples: Sequence[Example],
    n_categories: int,
    settings: ClassifierSettings,
) -> tuple[Encoding, list[Example]]:
    """The documents that have a known word, and their examples; all labels are checked."""
    if not examples:
        raise TrainingError("there is no example to learn from: give labelled documents of two categories")
    labels_of(examples, n_categories)
    documents = [(example.document, example.language) for example in examples]
    encoding = encode(embeddings, documents, settings.max_tokens)
    if not len(encoding):
        raise TrainingError(
            f"none of the {len(examples)} examples has a word with a vector: check that vectors and "
            "documents are of the same language, case and tokenisation"
        )
    return encoding, [examples[position] for position in encoding.kept]


def _training_set(
    encoding: Encoding, used: Sequence[Example], n_categories: int, settings: ClassifierSettings
) -> TrainingSet:
    labels = labels_of(used, n_categories)
    if len(np.unique(labels)) < 2:
        raise TrainingError(
            f"all {len(used)} examples with known words have label {int(labels[0])}: add examples of another category"
        )
    weights = loss_weights(used, n_categories, settings.class_weights)
    return TrainingSet(encoding, torch.from_numpy(labels), torch.from_numpy(weights).float())


def _dev_set(
    embeddings: BilingualEmbeddings,
    dev: Sequence[Example],
    n_categories: int,
    settings: ClassifierSettings,
) -> TrainingSet:
    encoding, used = _encoded(embeddings, dev, n_categories, settings)
    labels = torch.from_numpy(labels_of(used, n_categories))
    return TrainingSet(encoding, labels, torch.ones(len(labels)))
