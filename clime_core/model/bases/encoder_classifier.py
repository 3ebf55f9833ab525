"""A classifier over documents' own vectors, as a sentence encoder gives them: multinomial logistic regression.

A multilingual encoder puts all languages into one space, yet each into a corner of its own, which a classifier of
another language takes for meaning. So vectors of length 1 are centred, each language on its own mean; that of the
target needs no label, only the pool.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language
from clime_core.data.stream import write_bytes
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.classifier_folder import tuples
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example, class_totals, labels_of, loss_weights
from clime_core.model.bases.regression import rows_of_all
from clime_core.model.bases.training import TrainingReport

FORMAT = 1
DESCRIPTION, TENSORS = "classifier.json", "weights.safetensors"

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EncoderClassifier:
    """Scores of a document are weights @ (v / |v| - mean of its language) + bias, v its vector.

    weights (n_categories, dim), bias (n_categories,), means (2, dim) of source and target, prior (n_categories,), all
    float64.
    """

    settings: ClassifierSettings
    n_categories: int
    prior: Doubles
    weights: Doubles
    bias: Doubles
    means: Doubles
    report: TrainingReport

    def predict_proba(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """Probabilities (n, n_categories), rows sum to 1. A document without a vector gets the training prior.

        Word vectors play no part. Raises TrainingError for a document's vector of another dimension.
        """
        del embeddings
        rows, vectors = document_rows(documents)
        probabilities = np.tile(self.prior, (len(documents), 1))
        if len(rows):
            if vectors.shape[1] != self.weights.shape[1]:
                raise TrainingError(
                    f"the classifier was trained on documents' vectors of {self.weights.shape[1]} dimensions, got "
                    f"{vectors.shape[1]}: use the encoder of the training, or train again"
                )
            scores = (vectors - self.means[_row(language)]) @ self.weights.T + self.bias
            probabilities[rows] = softmax(scores, axis=1)
        return probabilities

    def predict_each(
        self, embeddings: BilingualEmbeddings, documents: Sequence[Document], language: Language
    ) -> Doubles:
        """The same of its only member, (1, n, n_categories)."""
        return self.predict_proba(embeddings, documents, language)[np.newaxis]

    def reads(self, embeddings: BilingualEmbeddings, documents: Sequence[Document]) -> NDArray[np.bool_]:
        """Which documents have a vector, (n,)."""
        del embeddings
        return np.array([document.vector is not None for document in documents], dtype=np.bool_)

    def save(self, folder: Path) -> None:
        """Write `classifier.json` and `weights.safetensors` into the folder, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        description = {"format": FORMAT, "settings": asdict(self.settings), "report": asdict(self.report)}
        tensors = {"prior": self.prior, "weights": self.weights, "bias": self.bias, "means": self.means}
        write_bytes(folder / TENSORS, save_tensors({name: np.ascontiguousarray(a) for name, a in tensors.items()}))
        write_bytes(folder / DESCRIPTION, json.dumps(description, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "EncoderClassifier":
        """Read a saved classifier; it predicts exactly as before. Raises DataError for a bad folder."""
        try:
            about, tensors = json.loads((folder / DESCRIPTION).read_bytes()), load_file(folder / TENSORS)
            if about["format"] != FORMAT:
                raise DataError(f"{folder / DESCRIPTION}: format must be {FORMAT}, got {about['format']!r}")
            settings, report = (tuples(about[name]) for name in ("settings", "report"))
            weights, means = tensors["weights"], tensors["means"]
            loaded = cls(
                ClassifierSettings(**settings), len(weights), tensors["prior"], weights, tensors["bias"], means,
                TrainingReport(**report),
            )  # fmt: skip
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, TrainingError) as problem:
            raise DataError(f"{folder}: not a saved classifier ({problem!r}): save it again") from None
        k, dim = loaded.n_categories, weights.shape[-1]
        shapes = (loaded.prior.shape, loaded.bias.shape, weights.shape, means.shape)
        if shapes != ((k,), (k,), (k, dim), (len(Language), dim)):
            raise DataError(f"{folder / TENSORS}: tensors do not fit each other, got shapes {shapes}: save it again")
        return loaded


def train_encoder_classifier(
    examples: Sequence[Example], pool: Sequence[Document], n_categories: int, settings: ClassifierSettings
) -> EncoderClassifier:
    """Train on documents that have vectors; the target language is centred on the pool, the source on its examples.

    Raises TrainingError where no example has a vector, for labels outside the categories, or for a single class.
    """
    started = perf_counter()
    if not examples:
        raise TrainingError("there is no example to learn from: give labelled documents of two categories")
    labels_of(examples, n_categories)
    used = [example for example in examples if example.document.vector is not None]
    if not used:
        raise TrainingError(f"none of the {len(examples)} examples has a vector: encode the documents first")
    labels = labels_of(used, n_categories)
    if len(np.unique(labels)) < 2:
        raise TrainingError(f"all {len(used)} examples have label {labels[0]}: add examples of another category")
    means = _means(used, pool) * settings.centred
    centres = means[[_row(example.language) for example in used]]
    rows = document_rows([example.document for example in used])[1] - centres
    factors = loss_weights(used, n_categories, settings.class_weights)
    model = LogisticRegression(C=settings.inverse_regularization, max_iter=1000).fit(rows, labels, factors)
    weights, bias = rows_of_all(model, n_categories)
    logs = np.log(softmax(rows @ weights.T + bias, axis=1)[np.arange(len(labels)), labels])
    report = TrainingReport(
        examples_used=len(used),
        examples_left_out=len(examples) - len(used),
        class_counts=tuple(np.bincount(labels, minlength=n_categories).tolist()),
        tokens_known=0,
        tokens_unknown=0,
        final_losses=(-float(logs @ factors) / len(labels),),
        seconds=perf_counter() - started,
        device="cpu",
        fell_back=False,
    )
    totals = class_totals(used, n_categories)
    return EncoderClassifier(settings, n_categories, totals / totals.sum(), weights, bias, means, report)


def document_rows(documents: Sequence[Document]) -> tuple[NDArray[np.int64], Doubles]:
    """The documents with a vector: their rows (m,), and their vectors (m, dim) at length 1; one of length 0 stays.

    Raises TrainingError where the vectors are not all of one dimension.
    """
    found = [(row, document.vector) for row, document in enumerate(documents) if document.vector is not None]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0))
    if len({len(vector) for _, vector in found}) > 1:
        raise TrainingError("documents' vectors must be of one dimension: encode all documents with one encoder")
    vectors = np.array([vector for _, vector in found], dtype=np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.array([row for row, _ in found], dtype=np.int64), vectors / np.where(lengths > 0, lengths, 1.0)


def _means(used: Sequence[Example], pool: Sequence[Document]) -> Doubles:
    """The mean of each language, (2, dim): of the source's examples, and of the pool; zero where there is none."""
    source = [example.document for example in used if example.language is Language.SOURCE]
    of_languages = [document_rows(documents)[1] for documents in (source, pool)]
    dim = max(vectors.shape[1] for vectors in of_languages)
    return np.stack([vectors.mean(axis=0) if len(vectors) else np.zeros(dim) for vectors in of_languages])


def _row(language: Language) -> int:
    return list(Language).index(language)
