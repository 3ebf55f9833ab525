"""Tests of salience against plain autograd, one document at a time."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings, ClassWeights, Kind
from clime_core.model.bases.examples import Example
from clime_core.model.bases.networks import AveragingNetwork, ConvolutionalNetwork, Network
from clime_core.model.words.salience import rank_salient
from clime_core.model.words.salience_form import SalienceForm

DIM, N_WORDS = 5, 20
SIDES = {Language.SOURCE: "s", Language.TARGET: "t"}


def space() -> BilingualEmbeddings:
    """Words of which w0 to w9 are in both languages, with different vectors."""
    rng = np.random.default_rng(0)
    sides = [
        Embeddings(
            [f"w{n}" if n < 10 else f"{prefix}{n}" for n in range(N_WORDS)],
            rng.standard_normal((N_WORDS, DIM), np.float32),
        )
        for prefix in SIDES.values()
    ]
    return BilingualEmbeddings(*sides)


def examples(n: int = 30) -> list[Example]:
    """Documents of both languages, of 1 to 15 known words and some unknown ones, with weights."""
    rng = np.random.default_rng(1)
    found = []
    for number in range(n):
        language = list(Language)[number % 2]
        rows = rng.integers(0, N_WORDS, rng.integers(1, 16))
        forms = [f"w{r}" if r < 10 else f"{SIDES[language]}{r}" for r in rows]
        document = Document(number, (*forms, "unknown"), int(rng.integers(3)))
        found.append(Example(document, language, float(rng.uniform(0.5, 2))))
    return found


def plain_scores(network: Network, vectors: Tensor) -> Tensor:
    """Scores (1, n_categories) of one text (n, dim), in ordinary layers."""
    if isinstance(network, AveragingNetwork):
        return network.scores(vectors.mean(0, keepdim=True))
    assert isinstance(network, ConvolutionalNetwork)
    text = functional.pad(vectors, (0, 0, 0, max(0, max(network.widths) - len(vectors)))).T[None]
    biases = network.bias.view(len(network.widths), -1)
    parts = network.weight.split(network.widths)  # type: ignore[no-untyped-call]
    maps = [functional.conv1d(text, part.permute(1, 2, 0), bias) for part, bias in zip(parts, biases, strict=True)]
    scores: Tensor = network.output(torch.cat([found.relu().max(2).values for found in maps], 1))
    return scores


def plain_salience(
    classifier: Classifier, given: list[Example], factors: list[float], form: SalienceForm
) -> dict[Word, float]:
    """Equations 1 and 2, word by word."""
    frequency: Counter[Word] = Counter()
    totals: Counter[Word] = Counter()
    known = [[t for t in e.document.tokens if t in space().side(e.language)] for e in given]
    for example, forms in zip(given, known, strict=True):
        frequency.update({Word(example.language, form) for form in forms})
    for network in classifier.members:
        norms: Counter[Word] = Counter()
        pushes: dict[Word, Tensor] = {}
        for example, forms, factor in zip(given, known, factors, strict=True):
            side = space().side(example.language)
            vectors = torch.from_numpy(side.vectors[side.rows(forms)]).requires_grad_()
            loss = factor * functional.cross_entropy(
                plain_scores(network, vectors), torch.tensor([example.document.label])
            )
            (gradient,) = torch.autograd.grad(loss, vectors)
            for form_, push in zip(forms, gradient, strict=True):
                word = Word(example.language, form_)
                norms[word] += float(push.norm())  # type: ignore[assignment]
                pushes[word] = pushes.get(word, torch.zeros(DIM)) + push
        for word in frequency:
            found = norms[word] if form == "sum-of-norms" else float(pushes[word].norm())
            totals[word] += found * np.log(len(given) / frequency[word]) / len(classifier.members)
    return dict(totals)


@pytest.mark.parametrize("form", ["sum-of-norms", "norm-of-sum"])
@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_scores_are_those_of_autograd(kind: Kind, form: SalienceForm) -> None:
    """For every network and both forms, over two languages, three categories and two members."""
    settings = ClassifierSettings(kind=kind, epochs=3, batch_size=8, filters=6, hidden=7, layers=2)
    given = examples()
    learned = train(space(), given, 3, settings, [0, 1])
    ranked = rank_salient(learned, space(), given, form=form)
    mean = np.mean([e.weight for e in given])
    expected = plain_salience(learned, given, [e.weight / float(mean) for e in given], form)
    assert {salient.word for salient in ranked} == set(expected)
    found = {salient.word: salient.score for salient in ranked}
    for word, score in expected.items():
        assert found[word] == pytest.approx(score, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("class_weights", ["none", "balanced"])
def test_class_weights_are_those_of_the_training(class_weights: ClassWeights) -> None:
    """The gradient is of the loss that was minimised."""
    given = [Example(e.document, e.language) for e in examples()]
    settings = ClassifierSettings(epochs=1, filters=4, class_weights=class_weights)
    learned = train(space(), given, 3, settings, [0])
    counts = Counter(e.document.label for e in given)
    factors = [len(given) / 3 / counts[e.document.label] if class_weights == "balanced" else 1.0 for e in given]
    expected = plain_salience(learned, given, factors, "sum-of-norms")
    for salient in rank_salient(learned, space(), given, form="sum-of-norms"):
        assert salient.score == pytest.approx(expected[salient.word], rel=1e-4, abs=1e-6)


def test_most_salient_first_with_true_document_frequencies() -> None:
    """Scores descend, equals come by language and form, and frequencies count documents."""
    given = examples()
    learned = train(space(), given, 3, ClassifierSettings(epochs=1, filters=4), [0])
    ranked = rank_salient(learned, space(), given)
    assert ranked == sorted(ranked, key=lambda salient: (-salient.score, salient.word))
    for salient in ranked:
        holding = [e for e in given if e.language is salient.word.language and salient.word.form in e.document.tokens]
        assert salient.document_frequency == len(holding)


@pytest.mark.parametrize("form", ["sum-of-norms", "norm-of-sum"])
def test_a_word_in_every_document_has_no_salience(form: SalienceForm) -> None:
    """Its IDF is zero."""
    given = [Example(Document(n, ("w0", f"w{1 + n % 2}"), n % 2), Language.SOURCE) for n in range(8)]
    learned = train(space(), given, 2, ClassifierSettings(epochs=1, filters=4), [0])
    scores = {s.word.form: s.score for s in rank_salient(learned, space(), given, form=form)}
    assert scores["w0"] == 0.0
    assert scores["w1"] > 0.0


def test_documents_without_known_words_count_in_idf_only() -> None:
    """They add to N, and nothing at all is ranked where no word is known."""
    given = [Example(e.document, e.language) for e in examples()]
    learned = train(space(), given, 3, ClassifierSettings(kind="lr"), [0])
    unknown = [Example(Document("x", ("?",), 0), Language.SOURCE)] * 30
    before = {s.word: s for s in rank_salient(learned, space(), given)}
    for after in rank_salient(learned, space(), given + unknown):
        n, frequency = len(given), after.document_frequency
        expected = before[after.word].score * np.log((n + 30) / frequency) / np.log(n / frequency)
        assert after.score == pytest.approx(expected)
    assert rank_salient(learned, space(), unknown) == []
    assert rank_salient(learned, space(), []) == []
