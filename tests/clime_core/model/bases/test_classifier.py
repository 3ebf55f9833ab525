"""Tests of the classifier as a whole: what it learns, predicts, reports and refuses."""

import numpy as np
import pytest
import torch

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases import classifier, networks, training
from clime_core.model.bases.classifier import train
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.examples import Example

KINDS: tuple[Kind, ...] = ("cnn", "dan", "lr")
SOURCE, TARGET = Language.SOURCE, Language.TARGET
N_WORDS, DIM = 30, 6


def space() -> BilingualEmbeddings:
    """Source words s0 to s29 and their exact translations t0 to t29."""
    vectors = np.random.default_rng(0).standard_normal((N_WORDS, DIM), np.float32)
    source, target = (Embeddings([f"{side}{n}" for n in range(N_WORDS)], vectors) for side in "st")
    return BilingualEmbeddings(source, target)


def document(rng: np.random.Generator, label: int, side: str = "s", length: int = 12) -> Document:
    """A text in which every other word is that of its category."""
    words = [f"{side}{label if place % 2 else rng.integers(5, N_WORDS)}" for place in range(length)]
    return Document(int(rng.integers(1 << 40)), tuple(words), label)


def examples(n: int, n_categories: int = 2) -> list[Example]:
    """Source-language examples, category by category in turn."""
    rng = np.random.default_rng(1)
    return [Example(document(rng, number % n_categories), SOURCE) for number in range(n)]


def small(kind: Kind, **others: object) -> ClassifierSettings:
    """A quick network that learns the task."""
    given = {"epochs": 30, "batch_size": 10, "filters": 10, "hidden": 16, "learning_rate": 0.01, **others}
    return ClassifierSettings(kind=kind, inverse_regularization=10.0, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_categories", [2, 4])
def test_it_carries_over_to_the_other_language(kind: Kind, n_categories: int) -> None:
    """Trained on the source language, it finds the categories of target documents."""
    learned = train(space(), examples(60, n_categories), n_categories, small(kind), [0, 1])
    rng = np.random.default_rng(2)
    documents = [document(rng, number % n_categories, "t") for number in range(40)]
    found = learned.predict_proba(space(), documents, TARGET)
    assert found.shape == (40, n_categories)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    assert (found.argmax(axis=1) == [d.label for d in documents]).mean() >= 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_a_prediction_does_not_depend_on_its_neighbours(kind: Kind) -> None:
    """One document alone, in any company, and of any length, has the same probabilities."""
    learned = train(space(), examples(20), 2, small(kind, epochs=3), [0, 1])
    rng = np.random.default_rng(3)
    documents = [document(rng, 0, "s", length) for length in (1, 2, 3, 5, 8, 250, 40, 4)] * 30
    together = learned.predict_proba(space(), documents, SOURCE)
    alone = np.concatenate([learned.predict_proba(space(), [one], SOURCE) for one in documents[:8]])
    np.testing.assert_allclose(together, np.tile(alone, (30, 1)), atol=1e-6)


def test_an_ensemble_predicts_the_mean_of_its_members() -> None:
    """Probabilities are averaged, not scores."""
    documents = [example.document for example in examples(10)]
    parts = [train(space(), examples(20), 2, small("cnn", epochs=2), [seed]) for seed in (1, 2)]
    whole = train(space(), examples(20), 2, small("cnn", epochs=2), [1, 2])
    mean = sum(part.predict_proba(space(), documents, SOURCE) for part in parts) / 2
    np.testing.assert_allclose(whole.predict_proba(space(), documents, SOURCE), mean, atol=1e-12)
    each = whole.predict_each(space(), documents, SOURCE)
    for found, part in zip(each, parts, strict=True):
        np.testing.assert_allclose(found, part.predict_proba(space(), documents, SOURCE), atol=1e-12)


def test_documents_without_known_words_get_the_prior() -> None:
    """The prior is that of the weights of the training examples."""
    given = [Example(e.document, SOURCE, 3.0 if e.document.label else 1.0) for e in examples(10)]
    learned = train(space(), given, 2, small("cnn", epochs=1), [0])
    unknown = [Document("x", ("?",), None), Document("y", (), None)]
    assert learned.predict_proba(space(), unknown, SOURCE).tolist() == [[0.25, 0.75]] * 2
    assert learned.predict_proba(space(), [], SOURCE).shape == (0, 2)


def test_unknown_words_change_nothing() -> None:
    """They are skipped, so that their neighbours stand side by side."""
    learned = train(space(), examples(20), 2, small("cnn", epochs=2), [0])
    plain, mixed = Document(1, ("s1", "s2", "s3")), Document(2, ("?", "s1", "?", "s2", "?", "s3"))
    found = learned.predict_proba(space(), [plain, mixed], SOURCE)
    np.testing.assert_allclose(found[0], found[1], atol=1e-7)


def test_the_report_counts_what_was_left_out() -> None:
    """Documents and tokens without a vector are in the report, with classes and losses."""
    known = [Example(Document(n, ("s1", "s2", "?"), n % 2), SOURCE) for n in range(5)]
    unknown = Example(Document("x", ("?", "!"), 1), SOURCE)
    report = train(space(), [*known, unknown], 3, small("dan", epochs=2), [0, 1], device="cpu").report
    assert (report.examples_used, report.examples_left_out) == (5, 1)
    assert (report.tokens_known, report.tokens_unknown) == (10, 7)
    assert report.class_counts == (3, 2, 0)
    assert len(report.final_losses) == 2
    assert (report.device, report.fell_back) == ("cpu", False)
    assert report.seconds > 0


@pytest.mark.parametrize("kind", KINDS)
def test_examples_of_weight_zero_teach_nothing(kind: Kind) -> None:
    """Wrong labels of weight 0 do not harm."""
    wrong = [Example(Document(e.document.id, e.document.tokens, 1 - (e.document.label or 0)), SOURCE, 0.0)
             for e in examples(40)]  # fmt: skip
    learned = train(space(), [*examples(40), *wrong], 2, small(kind), [0])
    documents = [example.document for example in examples(40)]
    found = learned.predict_proba(space(), documents, SOURCE).argmax(axis=1)
    assert (found == [d.label for d in documents]).mean() >= 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_balanced_weights_raise_the_rare_class(kind: Kind) -> None:
    """On texts that say nothing, the rare class is more probable than without class weights."""
    rng = np.random.default_rng(4)
    given = [
        Example(Document(n, tuple(f"s{w}" for w in rng.integers(5, N_WORDS, 10)), int(n % 8 == 0)), SOURCE)
        for n in range(64)
    ]
    documents = [example.document for example in given]
    rare = [
        train(space(), given, 2, small(kind, epochs=5, learning_rate=3e-3, class_weights=weights), [0])
        .predict_proba(space(), documents, SOURCE)[:, 1]
        .mean()
        for weights in ("none", "balanced")
    ]
    assert rare[1] > rare[0] + 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_a_category_without_examples_is_improbable(kind: Kind) -> None:
    """Three categories of which one has no example can be trained, and it is hardly ever predicted."""
    learned = train(space(), examples(40), 3, small(kind), [0])
    found = learned.predict_proba(space(), [e.document for e in examples(40)], SOURCE)
    assert found[:, 2].max() < 0.05


def test_max_tokens_limits_what_is_read() -> None:
    """Words past the limit change nothing."""
    learned = train(space(), examples(20), 2, small("dan", epochs=2, max_tokens=3), [0])
    short, long = Document(1, ("s1", "s2", "s3")), Document(2, ("s1", "s2", "s3", "s4"))
    found = learned.predict_proba(space(), [short, long], SOURCE)
    assert np.array_equal(found[0], found[1])


def test_progress_counts_all_epochs() -> None:
    """Epochs of all members are one range."""
    seen: list[tuple[str, int, int]] = []
    train(space(), examples(10), 2, small("dan", epochs=2), [0, 1], progress=lambda *step: seen.append(step))
    assert [step[1:] for step in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_predicting_builds_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request costs arithmetic only."""
    learned = train(space(), examples(10), 2, small("cnn", epochs=1), [0])

    def refuse(*_: object) -> None:
        raise AssertionError("a network was made")

    monkeypatch.setattr(torch.nn.Module, "__init__", refuse)
    monkeypatch.setattr(networks, "build_network", refuse)
    learned.predict_proba(space(), [examples(1)[0].document], SOURCE)


def test_a_full_gpu_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the GPU's memory runs out the CPU trains the same network, and the report says so."""
    calls: list[int] = []
    fit = training.fit_member

    def first_full(*args: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise torch.cuda.OutOfMemoryError("full")
        return fit(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(classifier, "resolve_device", lambda _: torch.device("cpu"))
    monkeypatch.setattr(classifier, "fit_member", first_full)
    learned = train(space(), examples(10), 2, small("cnn", epochs=1), [0], device="cuda")
    assert learned.report.fell_back
    assert learned.report.device == "cpu"


def test_other_dimensions_are_refused() -> None:
    """Vectors of another space are an error that names both numbers."""
    learned = train(space(), examples(10), 2, small("lr"), [0])
    other = Embeddings(["s1"], np.ones((1, DIM + 1), np.float32))
    with pytest.raises(TrainingError, match=f"{DIM} dimensions, got {DIM + 1}"):
        learned.predict_proba(BilingualEmbeddings(other, other), [Document(1, ("s1",))], SOURCE)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "no example"),
        ([("s1", 0), ("s2", 0)], "all 2 examples with known words have label 0"),
        ([("s1", 0), ("?", 1)], "all 1 examples with known words have label 0"),
        ([("s1", 0), ("s2", 2)], "got 2"),
        ([("s1", 0), ("s2", None)], "got None"),
        ([("?", 0), ("!", 1)], "none of the 2 examples has a word with a vector"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_learned_is_refused(kind: Kind, given: list[tuple[str, int | None]], problem: str) -> None:
    """Each refusal says what is wrong."""
    found = [Example(Document(n, (word,), label), SOURCE) for n, (word, label) in enumerate(given)]
    with pytest.raises(TrainingError, match=problem):
        train(space(), found, 2, small(kind), [0])


def test_no_seed_is_refused() -> None:
    """A classifier has at least one member."""
    with pytest.raises(TrainingError, match="no seed"):
        train(space(), examples(4), 2, small("cnn"), [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "svm"},
        {"epochs": 0},
        {"widths": ()},
        {"widths": (0, 3)},
        {"clip": -1.0},
        {"class_weights": "some"},
        {"max_tokens": 0},
        {"learning_rate": float("nan")},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    """Every setting is checked when it is made."""
    with pytest.raises(TrainingError, match="got"):
        ClassifierSettings(**wrong)  # type: ignore[arg-type]


def test_members_trained_at_once_are_the_same_as_one_by_one() -> None:
    """Several jobs change the time only."""
    one, three = (train(space(), examples(20), 2, small("cnn", epochs=3), [0, 1, 2], jobs=jobs) for jobs in (1, 3))
    documents = [example.document for example in examples(20)]
    first, second = (learned.predict_proba(space(), documents, SOURCE) for learned in (one, three))
    assert np.array_equal(first, second)
