"""Tests that a training takes the steps of a plain loop, and what the seed decides."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.classifier import Classifier, ClassifierSettings, train
from clime_core.model.examples import Example

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


def plain_losses(
    learned: Classifier, seed: int, given: list[Example], settings: ClassifierSettings
) -> list[float]:
    """The mean loss of each epoch of a loop over Conv1d layers that start from the same seed."""
    table = torch.from_numpy(space().source.vectors)
    start = train(space(), given, 2, ClassifierSettings(**{**vars(settings), "learning_rate": 1e-30}), [seed])
    state = start.members[0].state_dict()
    layers = [nn.Conv1d(DIM, settings.filters, width) for width in settings.widths]
    output = nn.Linear(len(layers) * settings.filters, 2)
    first = 0
    for place, layer in enumerate(layers):
        width = settings.widths[place]
        layer.weight.data = state["weight"][first : first + width].permute(1, 2, 0).contiguous()
        layer.bias.data = state["bias"].view(len(layers), -1)[place].clone()  # type: ignore[union-attr]
        first += width
    output.load_state_dict({"weight": state["output.weight"], "bias": state["output.bias"]})
    parameters = [p for module in (*layers, output) for p in module.parameters()]
    optimizer, generator = torch.optim.Adam(parameters), torch.Generator().manual_seed(seed)
    for shape in [(w, settings.filters, DIM) for w in settings.widths]:
        torch.empty(shape).uniform_(generator=generator)
    for _ in settings.widths:
        torch.empty(settings.filters).uniform_(generator=generator)
    for tensor in output.parameters():
        torch.empty(tensor.shape).uniform_(generator=generator)
    losses = []
    for _ in range(settings.epochs):
        total = 0.0
        for picked in torch.split(torch.randperm(len(given), generator=generator), settings.batch_size):
            scores = []
            for number in picked.tolist():
                rows = torch.tensor([int(form) for form in given[number].document.tokens])
                text = functional.pad(table[rows].T, (0, max(0, max(settings.widths) - len(rows))))[None]
                scores.append(output(torch.cat([layer(text).relu().amax(2) for layer in layers], 1)))
            labels = torch.tensor([given[number].document.label for number in picked.tolist()])
            loss = functional.cross_entropy(torch.cat(scores), labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, settings.clip)
            optimizer.step()
            total += float(loss) * len(picked)
        losses.append(total / len(given))
    for place, layer in enumerate(layers):
        first = sum(settings.widths[:place])
        own = learned.members[0].state_dict()["weight"][first : first + settings.widths[place]]
        torch.testing.assert_close(own.permute(1, 2, 0), layer.weight.detach(), rtol=1e-3, atol=1e-4)
    return losses


@pytest.mark.parametrize("clip", [5.0, 0.05])
def test_a_training_takes_the_steps_of_a_plain_loop(clip: float) -> None:
    """From one seed the weights and losses of the CNN stay those of Conv1d layers under autograd."""
    settings = ClassifierSettings(**{**vars(SMALL), "clip": clip})
    given = examples(40)
    learned = train(space(), given, 2, settings, [3])
    losses = plain_losses(learned, 3, given, settings)
    assert learned.report.final_losses[0] == pytest.approx(losses[-1], rel=1e-4)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_the_seed_decides_everything(kind: str) -> None:
    """The same seed gives the same bits, whatever the other seeds and the global generator."""
    settings = ClassifierSettings(**{**vars(SMALL), "kind": kind})
    torch.manual_seed(1)
    one = train(space(), examples(20), 2, settings, [5])
    torch.manual_seed(2)
    before = torch.get_rng_state()
    several = train(space(), examples(20), 2, settings, [9, 5])
    assert torch.equal(before, torch.get_rng_state())
    expected, found = one.members[0].state_dict(), several.members[-1].state_dict()
    assert all(torch.equal(expected[name], found[name]) for name in expected)


@pytest.mark.parametrize("kind", ["cnn", "dan"])
def test_other_seeds_give_other_members(kind: str) -> None:
    """Members of an ensemble differ."""
    settings = ClassifierSettings(**{**vars(SMALL), "kind": kind})
    first, second = train(space(), examples(20), 2, settings, [1, 2]).members
    name = next(iter(first.state_dict()))
    assert not torch.equal(first.state_dict()[name], second.state_dict()[name])


def test_a_dev_split_keeps_the_best_epoch() -> None:
    """With labels turned round on the dev split, less training is better, and the first epochs are kept."""
    given = examples(60)
    turned = [
        Example(Document(e.document.id, e.document.tokens, 1 - (e.document.label or 0)), e.language)
        for e in given
    ]
    settings = ClassifierSettings(**{**vars(SMALL), "epochs": 30, "learning_rate": 1e-2})
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
