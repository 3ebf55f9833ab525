"""Fine-tuned transformers: what is shared, remembered and refused."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases import pretrained
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.bases.fine_tuning import held_out
from clime_core.model.bases.transformer_classifier import TransformerClassifier
from clime_core.model.bases.transformer_settings import TransformerSettings, Variant
from clime_core.model.bases.transformer_training import train_transformer, with_less_at_once
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings
from clime_core.round.training import train_classifier
from ml_backend.demo.corpus import DemoSizes, make_demo
from tests.clime_core.model.bases.tiny_transformer import make_tiny, minilm

NO_VECTORS = BilingualEmbeddings(*(Embeddings([], np.zeros((0, 1), np.float32)) for _ in range(2)))
TRAIN = [Document(n, (f"a{n % 2}", "x", f"a{n % 2}"), n % 2) for n in range(40)]
POOL = [Document(f"p{n}", (f"b{n % 2}", "x")) for n in range(10)]
PAIRS = {"a0": ["b0"], "a1": ["b1 b1"]}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It knows the words of both languages, each at random."""
    return make_tiny(tmp_path_factory.mktemp("tiny"), ["a0", "a1", "b0", "b1", "x"])


def settings_of(tiny: Path, **changed: object) -> ClassifierSettings:
    """Few epochs, large steps."""
    fields = {"epochs": 3, "learning_rate": 5e-3, "attention_layer": 2, "replaced": 1.0, **changed}
    return ClassifierSettings(kind="transformer", transformer=TransformerSettings(str(tiny), **fields))  # type: ignore[arg-type]  # of many types


def tune(tiny: Path, seeds: tuple[int, ...] = (0,), **changed: object) -> TransformerClassifier:
    """A tiny classifier."""
    examples = [Example(document, Language.SOURCE) for document in TRAIN]
    return train_transformer(examples, 2, settings_of(tiny, **changed), seeds, replacements=PAIRS, device="cpu")


def each(classifier: TransformerClassifier, documents: list[Document] = POOL) -> NDArray[np.float64]:
    """The members' predictions."""
    return classifier.predict_each(NO_VECTORS, documents, Language.TARGET)


@pytest.mark.parametrize("variant", ["plain", "robust", "embedding-push", "attention-pull", "all"])
def test_a_seed_gives_the_same_and_variants_differ(tiny: Path, variant: Variant) -> None:
    """Bit for bit; a member does not depend on the others, and torch's own generator is left alone."""
    before = torch.random.get_rng_state()
    one, both = tune(tiny, (1,), variant=variant), tune(tiny, (0, 1), variant=variant)
    assert torch.equal(before, torch.random.get_rng_state())
    assert each(one)[0].tobytes() == each(both)[1].tobytes()
    assert each(both)[0].tobytes() != each(both)[1].tobytes()
    if variant != "plain":
        assert each(one).tobytes() != each(tune(tiny, (1,))).tobytes()


def test_a_second_stream_carries_over_to_words_that_no_document_has(tiny: Path) -> None:
    """The other language's words are learnt from the dictionary."""
    found = each(tune(tiny, variant="robust", epochs=10)).mean(0).argmax(1)
    assert found.tolist() == [n % 2 for n in range(10)]


def test_a_variant_needs_a_dictionary_and_a_layer(tiny: Path) -> None:
    """Both are said."""
    examples = [Example(document, Language.SOURCE) for document in TRAIN]
    with pytest.raises(TrainingError, match="there is none: give one, or set variant to 'plain'"):
        train_transformer(examples, 2, settings_of(tiny, variant="all"), [0], device="cpu")
    with pytest.raises(TrainingError, match="attention_layer is 3, but the model has 2 layers"):
        tune(tiny, variant="attention-pull", attention_layer=3)


def test_a_loaded_one_shares_its_files_and_reads_weights_only_for_new_texts(tiny: Path, tmp_path: Path) -> None:
    """Version after version: one file on disk, read once."""
    first = tune(tiny)
    expected = each(first)
    first.save(tmp_path / "1")
    again = TransformerClassifier.load(tmp_path / "1")
    again.save(tmp_path / "2")
    weights = [tmp_path / n / "weights.safetensors" for n in "12"]
    assert weights[0].samefile(weights[1])
    third = TransformerClassifier.load(tmp_path / "2")
    new = [Document("new", ("b0", "b0", "x"))]
    models = [c.members.models() for c in (again, third)]
    assert models[0] is models[1]
    np.testing.assert_allclose(each(third, new), each(first, new), atol=1e-6)
    for path in weights:
        path.unlink()
    assert each(third).tobytes() == expected.tobytes()
    with pytest.raises(DataError, match="cannot be read"):
        each(third, [Document("newer", ("x", "x"))])


def test_a_round_takes_it_over_whatever_was_answered(tiny: Path) -> None:
    """Labels of the pool teach the target model; nothing is fine-tuned or predicted anew."""
    settings = RoundSettings(settings_of(tiny), runs=2, train_on="refined")
    inputs = RoundInputs(NO_VECTORS, 2, TRAIN, POOL)
    first = train_classifier(inputs, NO_VECTORS, settings, 0, device="cpu")
    assert first.classifier.predict_each(NO_VECTORS, POOL, Language.TARGET).shape == (2, 10, 2)
    labelled = replace(inputs, labels={"p1": 1})
    assert train_classifier(labelled, NO_VECTORS, settings, 0, device="cpu", reuse=first) is first
    heavier = replace(settings, target_weight=1.0)
    assert train_classifier(labelled, NO_VECTORS, heavier, 0, device="cpu", reuse=first) is not first


def test_held_out_documents_are_of_all_categories_and_never_learnt_from(tiny: Path) -> None:
    """A share of each category, by the seed; wrong labels there change no weight while the epoch is the same."""
    labels = np.array([0] * 30 + [1] * 10)
    chosen = held_out(labels, 0.1, 3)
    assert np.bincount(labels[chosen]).tolist() == [3, 1]
    assert (chosen == held_out(labels, 0.1, 3)).all()
    assert (chosen != held_out(labels, 0.1, 4)).any()
    assert not held_out(labels, 0.0, 3).any()
    mine = held_out(np.array([d.label for d in TRAIN]), 0.1, 0)
    spoilt = [replace(d, tokens=("b0",)) if dev else d for d, dev in zip(TRAIN, mine, strict=True)]
    examples = [Example(document, Language.SOURCE) for document in spoilt]
    other = train_transformer(examples, 2, settings_of(tiny, epochs=1), [0], device="cpu")
    assert each(other).tobytes() == each(tune(tiny, epochs=1)).tobytes()


def test_a_full_gpu_takes_fewer_at_once_and_then_the_cpu() -> None:
    """Halves until it fits; the report of the work says how many."""
    tried: list[tuple[str, int]] = []

    def work(place: torch.device, at_once: int) -> str:
        tried.append((place.type, at_once))
        if place.type == "cuda" and at_once > fits:
            raise torch.cuda.OutOfMemoryError("full")
        return "done"

    fits = 4
    ran, at_once = with_less_at_once(torch.device("cuda"), 16, work)
    assert (tried, ran.fell_back, at_once) == ([("cuda", 16), ("cuda", 8), ("cuda", 4)], False, 4)
    fits = 0
    ran, _ = with_less_at_once(torch.device("cuda"), 2, work)
    assert (tried[3:], ran.fell_back) == ([("cuda", 2), ("cuda", 1), ("cpu", 1)], True)


def test_a_missing_package_or_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the extra to install, and what a model's folder holds."""
    with pytest.raises(TrainingError, match="give the folder of a model"):
        tune(tmp_path)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(TrainingError, match=r"pip install 'clime-backend\[transformer\]'"):
        pretrained.transformers_package()


def test_real_weights_learn_from_sixty_sentences() -> None:
    """MiniLM on the demo's English sentences, measured on others of them: far above the commoner category."""
    demo = make_demo(0, DemoSizes(train=120, pool=10, test=5, text=80, dim=8))
    learnt, others = demo.train[:60], demo.train[60:]
    tuning = TransformerSettings(str(minilm()), learning_rate=1e-4, batch_size=8, max_length=32)
    settings = ClassifierSettings(kind="transformer", transformer=tuning)
    examples = [Example(document, Language.SOURCE) for document in learnt]
    classifier = train_transformer(examples, 2, settings, [0], device="cpu")
    right = np.array([document.label for document in others])
    found = classifier.predict_proba(NO_VECTORS, others, Language.SOURCE).argmax(1)
    assert (found == right).mean() > max(right.mean(), 1 - right.mean()) + 0.2
