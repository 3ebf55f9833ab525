"""Tests that a training takes the steps of a plain loop, and what the seed decides."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.examples import Example
from clime_core.model.bases.networks import ConvolutionalNetwork, build_network

DIM, N_WORDS = 8, 60
SMALL = ClassifierSettings(epochs=4, batch_size=7, filters=5, hidden=6, layers=2)


def space() -> BilingualEmbeddings:
    """Random vectors of words 0 to 59, the same in both languages."""
    vectors = np.random.default_rng(0).standard_normal((N_WORDS, DIM), np.float32)
    side = Embeddings([str(row) for row in range(N_WORDS)], vectors)
    return BilingualEmbeddings(side, side)


def examples(n: int, seed: int = 1, n_categories: int = 2) -> list[Example]:
    """Documents of 2 to 20 words, those of a category with a word of its own."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        tokens = rng.integers(10, N_WORDS, rng.integers(2, 20)).astype(str).tolist()
        label = number % n_categories
        found.append(Example(Document(number, (*tokens, str(label)), label), Language.SOURCE))
    return found


class PlainCnn(nn.Module):
    """Conv1d layers with the filters of a network, for one document at a time."""

    def __init__(self, start: ConvolutionalNetwork) -> None:
        super().__init__()
        slices = start.weight.detach().split(start.widths)  # type: ignore[no-untyped-call]
        biases = start.bias.detach().view(len(start.widths), -1)
        self.layers = nn.ModuleList()
        for width, own, bias in zip(start.widths, slices, biases, strict=True):
            layer = nn.Conv1d(DIM, own.shape[1], width)
            layer.load_state_dict({"weight": own.permute(1, 2, 0), "bias": bias})
            self.layers.append(layer)
        self.output = nn.Linear(start.output.in_features, 2)
        self.output.load_state_dict(start.output.state_dict())

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores (2,) of a text (n, dim) of any length."""
        text = functional.pad(vectors, (0, 0, 0, max(0, 5 - len(vectors)))).T
        pooled = [layer(text).relu().max(1).values for layer in self.layers]
        scores: Tensor = self.output(torch.cat(pooled))
        return scores


def untrained(seed: int) -> tuple[ConvolutionalNetwork, torch.Generator]:
    """The network a training begins with, and the generator that goes on to shuffle."""
    generator = torch.Generator().manual_seed(seed)
    network = build_network(SMALL, DIM, 2, generator)
    assert isinstance(network, ConvolutionalNetwork)
    return network, generator


def plain_training(given: list[Example], seed: int, clip: float) -> tuple[PlainCnn, list[float]]:
    """A plain loop under autograd, and the mean loss of each epoch."""
    texts = [torch.from_numpy(space().source.vectors[[int(form) for form in e.document.tokens]]) for e in given]
    labels = torch.tensor([example.document.label for example in given])
    start, generator = untrained(seed)
    network = PlainCnn(start)
    optimizer = torch.optim.Adam(network.parameters())
    losses = []
    for _ in range(SMALL.epochs):
        total = 0.0
        for picked in torch.split(torch.randperm(len(given), generator=generator), SMALL.batch_size):
            scores = torch.stack([network(texts[number]) for number in picked.tolist()])
            loss = functional.cross_entropy(scores, labels[picked])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), clip)
            optimizer.step()
            total += loss.item() * len(picked)
        losses.append(total / len(given))
    return network, losses


@pytest.mark.parametrize("clip", [5.0, 0.05])
def test_a_training_takes_the_steps_of_a_plain_loop(clip: float) -> None:
    """From one seed the weights and losses of the CNN stay those of Conv1d layers under autograd."""
    given = examples(40)
    learned = train(space(), given, 2, replace(SMALL, clip=clip), [3])
    plain, losses = plain_training(given, 3, clip)
    assert losses[-1] < losses[0]
    assert learned.report.final_losses[0] == pytest.approx(losses[-1], rel=1e-4)
    (member,) = learned.members
    assert isinstance(member, ConvolutionalNetwork)
    for name, tensor in PlainCnn(member).state_dict().items():
        torch.testing.assert_close(tensor, plain.state_dict()[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_the_seed_decides_everything(kind: Kind) -> None:
    """The same seed gives the same bits, whatever the other seeds and the global generator."""
    settings = replace(SMALL, kind=kind)
    torch.manual_seed(1)
    one = train(space(), examples(20), 2, settings, [5])
    torch.manual_seed(2)
    before = torch.get_rng_state()
    several = train(space(), examples(20), 2, settings, [9, 5])
    assert torch.equal(before, torch.get_rng_state())
    expected, found = one.members[0].state_dict(), several.members[-1].state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("kind", ["cnn", "dan"])
def test_other_seeds_give_other_members(kind: Kind) -> None:
    """Members of an ensemble differ."""
    settings = replace(SMALL, kind=kind)
    first, second = train(space(), examples(20), 2, settings, [1, 2]).members
    name = next(iter(first.state_dict()))
    assert not torch.equal(first.state_dict()[name], second.state_dict()[name])


def test_a_dev_split_keeps_the_best_epoch() -> None:
    """With labels turned round on the dev split, less training is better, and the first epochs are kept."""
    given = examples(60)
    turned = [
        Example(Document(e.document.id, e.document.tokens, 1 - (e.document.label or 0)), e.language) for e in given
    ]
    settings = replace(SMALL, epochs=15, batch_size=20, learning_rate=1e-2)
    last = train(space(), given, 2, settings, [0])
    best = train(space(), given, 2, settings, [0], dev=turned)
    wanted = train(space(), given, 2, settings, [0], dev=given)
    documents = [example.document for example in given]
    labels = np.array([document.label for document in documents])

    def accuracy(classifier: Classifier) -> float:
        found = classifier.predict_proba(space(), documents, Language.SOURCE)
        return float((found.argmax(1) == labels).mean())

    assert accuracy(best) < accuracy(last)
    assert accuracy(wanted) >= accuracy(last) == 1.0
    assert best.report.final_losses[0] > last.report.final_losses[0]


def test_logistic_regression_minimises_its_loss() -> None:
    """At the fitted weights the gradient of the regularised, weighted loss is zero."""
    given = [Example(e.document, e.language, 1.0 + i % 3) for i, e in enumerate(examples(60, n_categories=3))]
    settings = ClassifierSettings(kind="lr", inverse_regularization=2.0, class_weights="balanced")
    learned = train(space(), given, 3, settings, [0])
    state = learned.members[0].state_dict()
    weight, bias = (state[name].double().requires_grad_() for name in ("output.weight", "output.bias"))
    means = torch.stack(
        [torch.from_numpy(space().source.vectors[[int(t) for t in e.document.tokens]].mean(0)) for e in given]
    )
    totals = np.bincount([e.document.label or 0 for e in given], [e.weight for e in given])
    factors = torch.tensor([e.weight / totals[e.document.label or 0] for e in given])
    labels = torch.tensor([e.document.label for e in given])
    losses = functional.cross_entropy(means.double() @ weight.T + bias, labels, reduction="none")
    loss = (losses * factors / factors.mean()).sum() + (weight**2).sum() / 2 / 2.0
    for gradient in torch.autograd.grad(loss, [weight, bias]):
        assert float(gradient.abs().max()) < 0.02
