"""What holds for every base, whatever it reads."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.base import Base, load_base
from clime_core.model.bases.classifier import train
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.encoder_classifier import train_encoder_classifier
from clime_core.model.bases.examples import Example
from clime_core.model.bases.given import given_base, uniform_base
from clime_core.model.bases.transformer_settings import TransformerSettings
from clime_core.model.bases.transformer_training import train_transformer
from tests.clime_core.model.bases.tiny_transformer import make_tiny

SOURCE, TARGET = Language.SOURCE, Language.TARGET
DIM, K = 6, 3
WORDS = np.random.default_rng(0).standard_normal((K, DIM)).astype(np.float32)
"""The word of each category, and what an encoder makes of a document of it."""

EMBEDDINGS = BilingualEmbeddings(*(Embeddings([f"{side}{n}" for n in range(K)], WORDS) for side in "st"))
SETTINGS = {"epochs": 30, "batch_size": 10, "filters": 8, "hidden": 16, "learning_rate": 0.02}

Train = Callable[[list[Example]], Base]


def document(number: int, label: int, side: str) -> Document:
    """A document that word vectors and an encoder can read, the latter in a corner of each language's own."""
    vector = WORDS[label] + 0.1 * np.random.default_rng(number).standard_normal(DIM) + 5 * (side == "t")
    return Document(f"{side}{number}", (f"{side}{label}",) * 4, label, vector=vector.astype(np.float32))


TRAIN = [Example(document(n, n % K, "s"), SOURCE) for n in range(30)]
GIVEN = ((0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))
POOL = [replace(document(n, n % K, "t"), given=GIVEN[n % K]) for n in range(100, 130)]
UNREADABLE = Document("unreadable", ("unknown",))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer that knows the words, each like its translation."""
    pairs = [(f"s{n}", f"t{n}") for n in range(K)]
    return make_tiny(tmp_path_factory.mktemp("tiny"), [word for pair in pairs for word in pair], pairs)


LEARNS: tuple[Kind, ...] = ("cnn", "dan", "lr", "encoder", "transformer")


@pytest.fixture(params=[*LEARNS, "given"])
def base(request: pytest.FixtureRequest, tiny: Path) -> Train:
    """How a base of each kind is made."""
    return _made(request.param, tiny)


@pytest.fixture(params=[*LEARNS, "given", "uniform"])
def any_base(request: pytest.FixtureRequest, tiny: Path) -> Train:
    """How any base is made, also one that knows nothing."""
    return (lambda _: uniform_base(K)) if request.param == "uniform" else _made(request.param, tiny)


@pytest.fixture(params=LEARNS)
def trained_base(request: pytest.FixtureRequest, tiny: Path) -> Train:
    """How a base of each kind that learns from examples is trained."""
    return _made(request.param, tiny)


def _made(kind: Kind, tiny: Path) -> Train:
    if kind == "transformer":
        tuning = TransformerSettings(str(tiny), epochs=15, batch_size=10, learning_rate=0.01)
        tuned = ClassifierSettings(kind=kind, transformer=tuning)
        return lambda examples: train_transformer(examples, K, tuned, [0], device="cpu")
    settings = ClassifierSettings(kind=kind, inverse_regularization=100.0, **SETTINGS)  # type: ignore[arg-type]
    if kind == "given":
        return lambda _: given_base(POOL, K, settings)
    if kind == "encoder":
        return lambda examples: train_encoder_classifier(examples, POOL, K, settings)
    return lambda examples: train(EMBEDDINGS, examples, K, settings, [0], device="cpu")


def test_it_carries_over_to_the_other_language(base: Train) -> None:
    """Probabilities of the pool, float64, whose rows add up to 1, and whose argmax is right."""
    found = base(TRAIN).predict_proba(EMBEDDINGS, POOL, TARGET)
    assert (found.shape, found.dtype) == ((len(POOL), K), np.dtype(np.float64))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)
    assert found.argmax(axis=1).tolist() == [document.label for document in POOL]


def test_probabilities_are_the_mean_of_the_members(any_base: Train) -> None:
    """One row of members at least."""
    trained = any_base(TRAIN)
    each = trained.predict_each(EMBEDDINGS, POOL, TARGET)
    assert each.shape[1:] == (len(POOL), K)
    np.testing.assert_allclose(each.mean(axis=0), trained.predict_proba(EMBEDDINGS, POOL, TARGET), atol=1e-12)


def test_a_document_that_it_cannot_read_gets_the_prior(base: Train) -> None:
    """`reads` tells these documents apart."""
    trained = base(TRAIN[:-1])
    found = trained.predict_proba(EMBEDDINGS, [UNREADABLE, POOL[0]], TARGET)
    np.testing.assert_allclose(found[0], trained.prior)
    assert trained.reads(EMBEDDINGS, [UNREADABLE, POOL[0]]).tolist() == [False, True]
    assert trained.predict_proba(EMBEDDINGS, [], TARGET).shape == (0, K)


def test_the_prior_is_the_share_of_each_category_among_the_examples(trained_base: Train) -> None:
    """Of all examples that it can read."""
    np.testing.assert_allclose(trained_base(TRAIN[:-1]).prior, np.array([10, 10, 9]) / 29)


def test_a_category_without_examples_is_never_predicted_by_a_regression(trained_base: Train) -> None:
    """It has a probability all the same."""
    trained = trained_base([example for example in TRAIN if example.document.label != 1])
    found = trained.predict_proba(EMBEDDINGS, POOL, TARGET)
    if trained.settings.kind in ("lr", "encoder"):
        assert found[:, 1].max() < 1e-6
    assert trained.prior[1] == 0


def test_the_report_counts_what_was_left_out(trained_base: Train) -> None:
    """An example that it cannot read is counted."""
    report = trained_base([*TRAIN, Example(Document("x", ("unknown",), 0), SOURCE)]).report
    assert (report.examples_used, report.examples_left_out, report.class_counts) == (30, 1, (10, 10, 10))
    assert report.final_losses[0] < np.log(K)


def test_saved_and_read_again_it_predicts_the_same(any_base: Train, tmp_path: Path) -> None:
    """Bit for bit, of the same kind."""
    trained = any_base(TRAIN)
    trained.save(tmp_path / "base")
    again = load_base(tmp_path / "base")
    assert (again.settings, again.report, again.n_categories) == (trained.settings, trained.report, K)
    found, expected = (b.predict_proba(EMBEDDINGS, POOL, TARGET) for b in (again, trained))
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("damage", [b"", b"{", b'{"settings": {"kind": "encoder"}}', b"[]"])
def test_a_damaged_folder_is_named(any_base: Train, tmp_path: Path, damage: bytes) -> None:
    """Whichever file it is."""
    any_base(TRAIN).save(tmp_path)
    (tmp_path / "classifier.json").write_bytes(damage)
    with pytest.raises(DataError, match="save it again"):
        load_base(tmp_path)


def test_missing_weights_are_named(any_base: Train, tmp_path: Path) -> None:
    """The description alone is no base."""
    any_base(TRAIN).save(tmp_path)
    (tmp_path / "weights.safetensors").unlink()
    with pytest.raises(DataError):
        load_base(tmp_path)


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "no example to learn from"),
        ([example for example in TRAIN if example.document.label == 0], "all 10 examples .*have? label 0"),
        ([Example(UNREADABLE, SOURCE)], "label must be one of the 3 categories"),
        ([Example(Document("x", ("unknown",), n), SOURCE) for n in range(2)], "none of the 2 examples has a"),
    ],
)
def test_examples_that_teach_nothing_are_refused(trained_base: Train, examples: list[Example], message: str) -> None:
    """None, one category, no label, nothing to read."""
    with pytest.raises(TrainingError, match=message):
        trained_base(examples)
