"""What every base of a campaign can do, whatever it reads: word vectors, documents' own vectors, or their text."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.errors import DataError
from clime_core.model.bases.classifier import Classifier
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.encoder_classifier import EncoderClassifier
from clime_core.model.bases.training import TrainingReport
from clime_core.model.bases.transformer_classifier import TransformerClassifier


class Base(Protocol):
    """Predicts a document before the word channel and the target model add to it; never changed after training.

    prior (n_categories,) float64: the share of each category in the weights of the training examples.
    """

    @property
    def settings(self) -> ClassifierSettings:
        """What it was trained with."""

    @property
    def n_categories(self) -> int:
        """How many categories it tells apart."""

    @property
    def prior(self) -> NDArray[np.float64]:
        """What it predicts of a document that it cannot read."""

    @property
    def report(self) -> TrainingReport:
        """How the training went."""

    def predict_proba(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> NDArray[np.float64]:
        """Probabilities (n, n_categories) float64, rows sum to 1: the mean over members."""

    def predict_each(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> NDArray[np.float64]:
        """The same of each member, (n_members, n, n_categories)."""

    def reads(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> NDArray[np.bool_]:
        """Which target documents it can tell anything about, (n,)."""

    def save(self, folder: Path) -> None:
        """Write it into the folder, which is made if need be."""


def load_base(folder: Path) -> Base:
    """Read what a base saved; it predicts exactly as before. Raises DataError for a bad folder."""
    path = folder / "classifier.json"
    try:
        kind = json.loads(path.read_text(encoding="utf-8"))["settings"]["kind"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise DataError(f"{path}: not the description of a classifier ({problem!r}): save it again") from None
    if kind == "transformer":
        return TransformerClassifier.load(folder)
    return EncoderClassifier.load(folder) if kind == "encoder" else Classifier.load(folder)
