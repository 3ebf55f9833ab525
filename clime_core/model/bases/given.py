"""A base that is given: what something else predicted of the documents."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.stream import write_bytes
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.classifier_folder import tuples
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.bases.training import TrainingReport

FORMAT = 1
DESCRIPTION, TENSORS = "classifier.json", "weights.safetensors"

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GivenBase:
    """Predicts of a document what is given of it, and of others the prior: the mean of the given, (n_categories,)."""

    settings: ClassifierSettings
    prior: Doubles
    report: TrainingReport

    @property
    def n_categories(self) -> int:
        """How many categories it tells apart."""
        return len(self.prior)

    def predict_proba(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """Probabilities (n, n_categories), rows sum to 1. Neither vectors nor texts play a part.

        Raises TrainingError where another number of probabilities is given.
        """
        del embeddings, language
        rows = [document.given or self.prior for document in documents]
        if any(len(row) != self.n_categories for row in rows):
            raise TrainingError(f"{self.n_categories} probabilities a document are needed: give the predictions again")
        return np.array(rows, dtype=np.float64).reshape(-1, self.n_categories)

    def predict_each(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """The same of its only member, (1, n, n_categories)."""
        return self.predict_proba(embeddings, documents, language)[np.newaxis]

    def reads(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> NDArray[np.bool_]:
        """Of which documents a prediction is given, (n,)."""
        del embeddings
        return np.array([document.given is not None for document in documents], dtype=np.bool_)

    def save(self, folder: Path) -> None:
        """Write `classifier.json` and `weights.safetensors` into the folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        description = {"format": FORMAT, "settings": asdict(self.settings), "report": asdict(self.report)}
        write_bytes(folder / TENSORS, save_tensors({"prior": self.prior}))
        write_bytes(folder / DESCRIPTION, json.dumps(description, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "GivenBase":
        """Read a saved base; it predicts exactly as before. Raises DataError for a bad folder."""
        try:
            about, prior = json.loads((folder / DESCRIPTION).read_bytes()), load_file(folder / TENSORS)["prior"]
            if about["format"] != FORMAT:
                raise DataError(f"{folder / DESCRIPTION}: format must be {FORMAT}, got {about['format']!r}")
            settings, report = (tuples(about[name]) for name in ("settings", "report"))
            return cls(ClassifierSettings(**settings), prior, TrainingReport(**report))
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, TrainingError) as problem:
            raise DataError(f"{folder}: not a saved classifier ({problem!r}): save it again") from None


def given_base(pool: Sequence[Document], n_categories: int, settings: ClassifierSettings) -> GivenBase:
    """The base of what is given of the pool. Raises TrainingError where nothing is, or for other categories."""
    given = [document.given for document in pool if document.given is not None]
    if not given:
        raise TrainingError(f"none of the {len(pool)} documents of the pool has a given prediction: check their ids")
    if any(len(row) != n_categories for row in given):
        raise TrainingError(f"{n_categories} probabilities a document are needed: give the predictions again")
    rows = np.array(given, dtype=np.float64)
    counts = np.bincount(rows.argmax(axis=1), minlength=n_categories).tolist()
    return GivenBase(settings, rows.mean(axis=0), _untrained(counts))


def uniform_base(n_categories: int) -> GivenBase:
    """The base while nothing is known: of every document the same probability of each category."""
    report = _untrained([0] * n_categories)
    return GivenBase(ClassifierSettings(kind="given"), np.full(n_categories, 1 / n_categories), report)


def _untrained(class_counts: Sequence[int]) -> TrainingReport:
    """The report of a base that nothing was trained for; class_counts: predictions given of each category."""
    return TrainingReport(
        examples_used=sum(class_counts),
        examples_left_out=0,
        class_counts=tuple(class_counts),
        tokens_known=0,
        tokens_unknown=0,
        final_losses=(),
        seconds=0.0,
        device="cpu",
        fell_back=False,
    )


def given_examples(pool: Sequence[Document]) -> list[Example]:
    """The documents with their most likely category, its probability as the weight."""
    return [
        Example(replace(document, label=int(np.argmax(document.given))), Language.TARGET, max(document.given))
        for document in pool
        if document.given is not None
    ]
