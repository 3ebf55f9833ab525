"""Which words matter to a classifier: the gradient of its loss by their vectors.

Yuan et al. 2020, section 2.1, eq. 1-2.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Word
from clime_core.model.bases.classifier import Classifier
from clime_core.model.bases.encoding import Batch, Encoding, encode, words_of
from clime_core.model.bases.examples import Example, labels_of, loss_weights
from clime_core.model.bases.networks import Network, TokenGradients
from clime_core.model.bases.training import TrainingSet
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.model.words.salience_form import SalienceForm
from clime_core.progress import Progress, silent


@dataclass(frozen=True)
class SalientWord:
    """A word, its salience (0 or more) and in how many documents it occurs."""

    word: Word
    score: float
    document_frequency: int


def rank_salient(
    classifier: Classifier,
    embeddings: BilingualEmbeddings,
    examples: Sequence[Example],
    *,
    form: SalienceForm = "norm-of-sum",
    device: Device = "auto",
    progress: Progress = silent,
) -> list[SalientWord]:
    """Every word of the examples that has a vector, most salient first; equals by language and form.

    g is the gradient of a document's loss (weighted as in training) by the vector at one occurrence.
    `sum-of-norms`: IDF(w) * sum of |g| over the occurrences of w in all documents (the paper's eq. 2).
    `norm-of-sum`: IDF(w) * |sum of g|, where pushes in opposite directions cancel. IDF(w) = log(N / number of
    documents with w), N = number of examples. Averaged over the members. Raises TrainingError for labels
    outside the categories.
    """
    if not examples:
        return []
    labels_of(examples, classifier.n_categories)
    documents = [(example.document, example.language) for example in examples]
    encoding = encode(embeddings, documents, classifier.settings.max_tokens)
    if not len(encoding):
        return []
    training_set = _training_set(encoding, [examples[position] for position in encoding.kept], classifier)

    def work(place: torch.device) -> NDArray[np.float64]:
        here = training_set.to(place)
        scores = np.zeros(len(encoding.joint_rows))
        for done, member in enumerate(classifier.members):
            scores += _member_scores(deepcopy(member).to(place), here, classifier.settings.batch_size, form)
            progress("ranking words", done + 1, len(classifier.members))
        return scores / len(classifier.members)

    scores = run_on(resolve_device(device), work).result
    frequencies = encoding.word_frequencies()
    scores *= np.log(len(examples) / frequencies)
    words = words_of(embeddings, encoding.joint_rows)
    ranked = map(SalientWord, words, scores.tolist(), frequencies.tolist())
    return sorted(ranked, key=lambda salient: (-salient.score, salient.word))


def _training_set(encoding: Encoding, used: Sequence[Example], classifier: Classifier) -> TrainingSet:
    labels = labels_of(used, classifier.n_categories)
    weights = loss_weights(used, classifier.n_categories, classifier.settings.class_weights)
    return TrainingSet(encoding, torch.from_numpy(labels), torch.from_numpy(weights).float())


@torch.no_grad()
def _member_scores(
    network: Network, training_set: TrainingSet, batch_size: int, form: SalienceForm
) -> NDArray[np.float64]:
    """Salience before IDF of each row of the table but the zero row, (n_words,)."""
    vectors = training_set.documents.vectors
    pushes = torch.zeros_like(vectors)
    norms = torch.zeros(len(vectors), dtype=torch.float64, device=vectors.device)
    for batch in training_set.documents.batches(batch_size):
        labels, weights = training_set.labels[batch.documents], training_set.weights[batch.documents]
        gradients = network.token_gradients(batch, labels, weights)
        words = _words_at(batch, gradients.tokens)
        if form == "norm-of-sum":
            rows, sums = _summed(words, gradients)
            pushes.index_add_(0, rows, sums)
        else:
            tokens, sums = _summed(gradients.tokens, gradients)
            norms.index_add_(0, _words_at(batch, tokens), sums.norm(dim=1).double())
    scores = pushes.norm(dim=1).double() if form == "norm-of-sum" else norms
    return np.asarray(scores[1:].cpu().numpy(), dtype=np.float64)


def _words_at(batch: Batch, tokens: Tensor) -> Tensor:
    """Rows in the table of the encoding of these tokens, indices into the flattened batch."""
    return batch.words[batch.tokens.flatten()[tokens]]


def _summed(keys: Tensor, gradients: TokenGradients) -> tuple[Tensor, Tensor]:
    """The distinct keys (m,) and the gradient summed over the entries of each, (m, dim)."""
    order = keys.argsort()
    distinct, counts = torch.unique_consecutive(keys[order], return_counts=True)
    sums = functional.embedding_bag(
        gradients.rows[order],
        gradients.table,
        offsets=counts.cumsum(0) - counts,
        mode="sum",
        per_sample_weights=gradients.factors[order],
    )
    return distinct, sums
