"""Tests that the GPU gives what the CPU gives, within stated tolerances."""

import numpy as np
import pytest
import torch

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier import train
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.examples import Example
from clime_core.model.bases.pooled_convolution import pooled_convolution
from clime_core.model.device import resolve_device
from clime_core.model.words.salience import rank_salient
from clime_core.model.words.salience_form import SalienceForm

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


def space() -> BilingualEmbeddings:
    """Two hundred words of 16 dimensions, the same in both languages."""
    vectors = np.random.default_rng(0).standard_normal((200, 16), np.float32)
    side = Embeddings([f"w{n}" for n in range(200)], vectors)
    return BilingualEmbeddings(side, side)


def examples() -> list[Example]:
    """Eighty documents of 1 to 60 words, with a word that tells the category."""
    rng = np.random.default_rng(1)
    rows = [rng.integers(2, 200, rng.integers(1, 60)).tolist() for _ in range(80)]
    return [
        Example(Document(n, tuple(f"w{row}" for row in [n % 2, *found]), n % 2), Language.SOURCE)
        for n, found in enumerate(rows)
    ]


def test_convolution_and_gradients_agree_in_float64() -> None:
    """Within a relative 1e-9."""
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(50, 8, dtype=torch.float64, generator=generator)
    vectors[0] = 0
    tokens = torch.randint(1, 50, (9, 30), generator=generator)
    lengths = torch.arange(2, 29, 3)
    tokens[torch.arange(30) >= lengths[:, None]] = 0
    weight = torch.randn(12, 5, 8, dtype=torch.float64, generator=generator)
    results = []
    for place in (torch.device("cpu"), resolve_device("cuda")):
        filters, bias = (t.clone().to(place).requires_grad_() for t in (weight, torch.zeros(15).double()))
        values = pooled_convolution(vectors.to(place), tokens.to(place), lengths.to(place), filters, bias, (3, 4, 5))
        gradients = torch.autograd.grad((values.relu() ** 2).sum(), [filters, bias])
        results.append([tensor.detach().cpu() for tensor in (values, *gradients)])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_training_agrees(kind: Kind) -> None:
    """After three epochs probabilities agree within 0.01: orders of addition differ, and steps add up."""
    settings = ClassifierSettings(kind=kind, epochs=3, filters=20, hidden=30)
    on_cpu, on_gpu = (train(space(), examples(), 2, settings, [0], device=d) for d in ("cpu", "cuda"))
    documents = [example.document for example in examples()]
    found = [c.predict_proba(space(), documents, Language.SOURCE) for c in (on_cpu, on_gpu)]
    assert on_gpu.report.device == resolve_device("cuda").type
    np.testing.assert_allclose(found[0], found[1], atol=0.01)


@pytest.mark.parametrize("form", ["sum-of-norms", "norm-of-sum"])
@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_salience_agrees(kind: Kind, form: SalienceForm) -> None:
    """Of one classifier, scores agree within a relative 1e-3 or 1e-5 of the largest."""
    settings = ClassifierSettings(kind=kind, epochs=3, filters=20, hidden=30)
    learned = train(space(), examples(), 2, settings, [0], device="cpu")
    on_cpu, on_gpu = (
        {s.word: s.score for s in rank_salient(learned, space(), examples(), form=form, device=d)}
        for d in ("cpu", "cuda")
    )
    largest = max(on_cpu.values())
    for word, score in on_cpu.items():
        assert on_gpu[word] == pytest.approx(score, rel=1e-3, abs=1e-5 * largest)
