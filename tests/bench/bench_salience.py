"""Ranking the words of 572 documents x 200 tokens x 300 dimensions, against autograd document by document."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional
from zipf_corpus import zipf_examples, zipf_vectors

from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.bases.networks import ConvolutionalNetwork
from clime_core.model.device import threads
from clime_core.model.words.salience import rank_salient
from clime_core.model.words.salience_form import SalienceForm

DOCUMENTS, TOKENS, DIM, REPEATS, BAR = 572, 200, 300, 3, 10.0
FORMS: tuple[SalienceForm, ...] = ("sum-of-norms", "norm-of-sum")


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def plain_convolutions(network: ConvolutionalNetwork) -> list[nn.Conv2d]:
    """The same filters as ordinary layers."""
    layers, first = [], 0
    for place, width in enumerate(network.widths):
        layer = nn.Conv2d(1, network.weight.shape[1], (width, DIM)).requires_grad_(False)
        layer.weight.copy_(network.weight[first : first + width].transpose(0, 1).unsqueeze(1))
        layer.bias.copy_(network.bias.view(len(network.widths), -1)[place])  # type: ignore[union-attr]
        layers.append(layer)
        first += width
    return layers


def by_documents(
    classifier: Classifier, embeddings: BilingualEmbeddings, examples: list[Example], form: SalienceForm
) -> NDArray[np.float64]:
    """Salience before IDF of every row of the source vectors, one document at a time."""
    (network,) = classifier.members
    assert isinstance(network, ConvolutionalNetwork)
    layers = plain_convolutions(network)
    table = torch.from_numpy(embeddings.source.vectors)
    pushes, norms = torch.zeros_like(table), torch.zeros(len(table), dtype=torch.float64)
    for example in examples:
        rows = torch.from_numpy(embeddings.source.rows(example.document.tokens))
        vectors = table[rows].requires_grad_()
        image = vectors[None, None]
        pooled = torch.cat([layer(image).relu().amax((2, 3)) for layer in layers], 1)
        label = torch.tensor([example.document.label])
        loss = functional.cross_entropy(network.output(pooled), label)
        (gradient,) = torch.autograd.grad(loss, vectors)
        if form == "norm-of-sum":
            pushes.index_add_(0, rows, gradient)
        else:
            norms.index_add_(0, rows, gradient.norm(dim=1).double())
    return (pushes.norm(dim=1).double() if form == "norm-of-sum" else norms).numpy()


def measured(
    classifier: Classifier, embeddings: BilingualEmbeddings, examples: list[Example], form: SalienceForm
) -> tuple[float, float]:
    """Seconds of the reference and of ours, one right after the other, so that both meet the same load."""
    return (
        seconds(lambda: by_documents(classifier, embeddings, examples, form)),
        seconds(lambda: rank_salient(classifier, embeddings, examples, form=form, device="cpu")),
    )


def agree(classifier: Classifier, embeddings: BilingualEmbeddings, examples: list[Example], form: SalienceForm) -> bool:
    """Whether both give the same scores, within one thousandth of the largest."""
    plain = by_documents(classifier, embeddings, examples, form)
    ranked = rank_salient(classifier, embeddings, examples, form=form, device="cpu")
    frequencies = np.array([salient.document_frequency for salient in ranked])
    rows = embeddings.source.rows(salient.word.form for salient in ranked)
    expected = plain[rows] * np.log(len(examples) / frequencies)
    scores = np.array([salient.score for salient in ranked])
    return bool(np.abs(scores - expected).max() <= 1e-3 * expected.max())


def main() -> None:
    """Print one table."""
    embeddings, examples = zipf_vectors(DIM), zipf_examples(DOCUMENTS, TOKENS)
    with threads(1):
        classifier = train(embeddings, examples, 2, ClassifierSettings(epochs=3), [0], device="cpu")
        print(f"{'what':34}{'reference s':>13}{'ours s':>9}{'ratio':>8}{'bar':>6}{'equal':>7}")
        for form in FORMS:
            pairs = [measured(classifier, embeddings, examples, form) for _ in range(REPEATS)]
            reference, ours = (median(column) for column in zip(*pairs, strict=True))
            same = agree(classifier, embeddings, examples, form)
            verdict = "pass" if reference / ours >= BAR and same else "FAIL"
            what = f"{form}, one thread"
            print(f"{what:34}{reference:13.2f}{ours:9.2f}{reference / ours:8.1f}{BAR:6.0f}{same!s:>7} {verdict}")


if __name__ == "__main__":
    main()
