"""A fine-tuned transformer as the base: it reads the text of documents, and no word vectors."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.stream import write_bytes
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.classifier_folder import tuples
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.fine_tuning import half_precision
from clime_core.model.bases.prediction_memory import PredictionMemory
from clime_core.model.bases.pretrained import Subwords, Tokenizer, probabilities
from clime_core.model.bases.training import TrainingReport
from clime_core.model.bases.transformer_folder import DESCRIPTION, Members, SavedMembers
from clime_core.model.bases.transformer_settings import TransformerSettings
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.progress import Progress, silent

FORMAT = 1
PREDICTIONS = "predictions.safetensors"
BLOCK, AT_ONCE = 1024, 32
"""Documents that are cut into subwords at once, and that go through a model at once."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TransformerClassifier:
    """Transformers fine-tuned alike from different seeds; prior (n_categories,) float64.

    Never changed after training, but that it remembers what it predicted.
    """

    settings: ClassifierSettings
    n_categories: int
    prior: Doubles
    n_members: int
    members: Members
    report: TrainingReport
    memory: PredictionMemory = field(default_factory=PredictionMemory)

    def predict_proba(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """Probabilities (n, n_categories), rows sum to 1: the mean over members. Word vectors play no part.

        A text of which the tokenizer knows no subword gets the training prior. What is not in memory is predicted on
        the CPU, on as many threads as torch is set to. Raises DataError where the weights are gone.
        """
        return np.asarray(self.predict_each(embeddings, documents, language).mean(axis=0), dtype=np.float64)

    def predict_each(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """The same of each member, (n_members, n, n_categories)."""
        del embeddings, language
        found = np.tile(self.prior, (self.n_members, len(documents), 1))
        known = self._predicted(documents, "cpu", silent)
        for row, document in enumerate(documents):
            of_text = known[document.shown]
            if of_text is not None:
                found[:, row] = of_text
        return found

    def reads(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> NDArray[np.bool_]:
        """Of which documents the tokenizer knows any subword, (n,)."""
        del embeddings
        texts = [document.shown for document in documents]
        new = self.memory.unknown(texts)
        cut = self.members.tokenizer.cut([text.split() for text in new]) if new else []
        readable = {text: subwords.known > 0 for text, subwords in zip(new, cut, strict=True)}
        return np.array([readable[t] if t in readable else self.memory[t] is not None for t in texts], dtype=np.bool_)

    def remember(self, documents: Sequence[Document], *, device: Device = "auto", progress: Progress = silent) -> None:
        """Predict the documents, so that none of them is read by a model again; a full GPU hands over to the CPU."""
        self._predicted(documents, device, progress)

    def _predicted(
        self, documents: Sequence[Document], device: Device, progress: Progress
    ) -> dict[str, Doubles | None]:
        """The members' probabilities (n_members, n_categories) of each text, None where it cannot be read."""
        new = self.memory.unknown(document.shown for document in documents)
        fresh: dict[str, Doubles | None] = {}
        if new:
            fresh = run_on(resolve_device(device), lambda place: self._read(new, place, progress)).result
        for text, rows in fresh.items():
            self.memory.keep(text, rows)
        texts = {document.shown for document in documents}
        return {text: fresh[text] if text in fresh else self.memory[text] for text in texts}

    def _read(self, texts: Sequence[str], place: torch.device, progress: Progress) -> dict[str, Doubles | None]:
        found: dict[str, Doubles | None] = {}
        models = [model.to(place) for model in self.members.models()]
        try:
            with half_precision(place):
                for batch_texts, subwords in _batches(self.members.tokenizer, texts, found):
                    batch = self.members.tokenizer.batch(subwords)
                    each = np.stack([probabilities(model, batch) for model in models], axis=1)
                    found |= dict(zip(batch_texts, each, strict=True))
                    progress("predicting", len(found), len(texts))
        finally:
            for model in models:
                model.cpu()
        return found

    def save(self, folder: Path) -> None:
        """Write it into the folder, which is made if need be; files of a loaded one are shared, not written again."""
        folder.mkdir(parents=True, exist_ok=True)
        self.members.save(folder)
        self.memory.save(folder / PREDICTIONS, (self.n_members, self.n_categories))
        description = {
            "format": FORMAT,
            "settings": asdict(self.settings),
            "n_categories": self.n_categories,
            "prior": self.prior.tolist(),
            "members": self.n_members,
            "report": asdict(self.report),
            "config": dict(self.members.config),
        }
        write_bytes(folder / DESCRIPTION, json.dumps(description, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "TransformerClassifier":
        """Describe a saved one; its weights are read when a text comes that it does not remember.

        Raises DataError for a bad folder.
        """
        path = folder / DESCRIPTION
        try:
            about = json.loads(path.read_bytes())
            if about["format"] != FORMAT:
                raise DataError(f"{path}: format must be {FORMAT}, got {about['format']!r}: train again")
            tuning = TransformerSettings(**about["settings"]["transformer"])
            settings = ClassifierSettings(**{**tuples(about["settings"]), "transformer": tuning})
            report, prior = TrainingReport(**tuples(about["report"])), np.array(about["prior"], dtype=np.float64)
            n_categories, n_members, config = int(about["n_categories"]), int(about["members"]), dict(about["config"])
        except (OSError, ValueError, KeyError, TypeError, TrainingError) as problem:
            raise DataError(f"{path}: not the description of a classifier ({problem!r}): save it again") from None
        if prior.shape != (n_categories,):
            raise DataError(f"{path}: prior must have {n_categories} numbers, got shape {prior.shape}: save it again")
        members = SavedMembers.of(folder, config, n_members, tuning.max_length)
        memory = PredictionMemory.load(folder / PREDICTIONS, (n_members, n_categories))
        return cls(settings, n_categories, prior, n_members, members, report, memory)


def _batches(
    tokenizer: Tokenizer, texts: Sequence[str], unreadable: dict[str, Doubles | None]
) -> Iterator[tuple[list[str], list[Subwords]]]:
    """Texts with their subwords, those of like length together; those that cannot be read are noted instead."""
    for start in range(0, len(texts), BLOCK):
        block = texts[start : start + BLOCK]
        cut = sorted(
            zip(block, tokenizer.cut([text.split() for text in block]), strict=True), key=lambda pair: len(pair[1].ids)
        )
        unreadable |= {text: None for text, subwords in cut if not subwords.known}
        readable = [pair for pair in cut if pair[1].known]
        for first in range(0, len(readable), AT_ONCE):
            picked = readable[first : first + AT_ONCE]
            yield [text for text, _ in picked], [subwords for _, subwords in picked]
