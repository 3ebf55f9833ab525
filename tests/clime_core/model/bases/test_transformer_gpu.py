"""Transformers on a GPU, against the CPU. A GPU computes in half precision, so both agree to about two digits."""

from pathlib import Path

import numpy as np
import pytest
import torch

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.encoders.sentence_transformer import SentenceTransformer
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.bases.transformer_settings import TransformerSettings, Variant
from clime_core.model.bases.transformer_training import train_transformer
from clime_core.model.device import Device, resolve_device
from tests.clime_core.model.bases.tiny_transformer import make_tiny

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]

PLACES: tuple[Device, Device] = ("cpu", "cuda")
TRAIN = [Document(n, (f"a{n % 2}", "x", f"a{n % 2}")[: 2 + n % 3], n % 2) for n in range(40)]
POOL = [Document(f"p{n}", (f"b{n % 2}", "x")) for n in range(40)]
NO_VECTORS = BilingualEmbeddings(*(Embeddings([], np.zeros((0, 1), np.float32)) for _ in range(2)))
PAIRS = {"a0": ["b0"], "a1": ["b1 b1"]}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It knows the words of both languages, each at random."""
    pytest.importorskip("transformers")
    return make_tiny(tmp_path_factory.mktemp("tiny"), ["a0", "a1", "b0", "b1", "x"])


@pytest.mark.parametrize("variant", ["plain", "robust", "embedding-push", "attention-pull", "all"])
def test_fine_tuning_and_predicting_agree(tiny: Path, variant: Variant) -> None:
    """Losses and probabilities; what the GPU learnt comes back to the CPU."""
    tuning = TransformerSettings(str(tiny), learning_rate=1e-3, variant=variant, attention_layer=2, replaced=1.0)
    settings = ClassifierSettings(kind="transformer", transformer=tuning)
    examples = [Example(document, Language.SOURCE) for document in TRAIN]
    on_cpu, on_gpu = (
        train_transformer(examples, 2, settings, [0, 1], replacements=PAIRS, device=device) for device in PLACES
    )
    assert on_gpu.report.device == resolve_device("cuda").type
    assert on_gpu.report.at_once is None
    np.testing.assert_allclose(on_gpu.report.final_losses, on_cpu.report.final_losses, atol=0.02)
    found = []
    for classifier, device in zip((on_cpu, on_gpu), PLACES, strict=True):
        classifier.remember(POOL, device=device)
        assert all(model.device.type == "cpu" for model in classifier.members.models())
        found.append(classifier.predict_proba(NO_VECTORS, POOL, Language.TARGET))
    np.testing.assert_allclose(found[1], found[0], atol=0.02)


def test_encoding_agrees(tiny: Path) -> None:
    """Of a model of sentence-transformers the directions of all vectors."""
    pytest.importorskip("sentence_transformers")
    texts = [" ".join(document.tokens) for document in (*TRAIN, *POOL)]
    on_cpu, on_gpu = (SentenceTransformer(str(tiny), device=device).encode(texts) for device in PLACES)
    assert on_gpu.dtype == np.float32
    lengths = np.linalg.norm(on_cpu, axis=1) * np.linalg.norm(on_gpu, axis=1)
    np.testing.assert_allclose((on_cpu * on_gpu).sum(axis=1) / lengths, 1, atol=1e-3)
