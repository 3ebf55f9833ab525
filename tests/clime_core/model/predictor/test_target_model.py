"""Tests of the model of the pool's own text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.errors import TrainingError
from clime_core.model.predictor import target_model
from clime_core.model.predictor.predictor_settings import TargetSettings
from clime_core.model.predictor.target_model import TargetModel, confident, examples_of, fit_target_model

Doubles = NDArray[Any]

HALVES = np.array([0.5, 0.5])


def pool(n: int = 60, seed: int = 0) -> tuple[list[Document], Doubles]:
    """Documents of two categories whose words differ in their stems, and their categories."""
    rng = np.random.default_rng(seed)
    stems = ("sakit", "gameplay")
    truth = np.arange(n) % 2
    ends = ["", "an", "en", "ito", "us"]
    return [
        Document(i, tuple(stems[1 - c] + ends[rng.integers(5)] if rng.random() < 0.7 else f"w{rng.integers(9)}"
                          for _ in range(6)))
        for i, c in enumerate(truth)
    ], truth  # fmt: skip


def teacher(truth: Doubles, noise: float, seed: int = 1) -> Doubles:
    """Scores that are right but for noise."""
    odds = (2 * truth - 1) + np.random.default_rng(seed).normal(size=len(truth)) * noise
    return np.stack([-odds, odds], axis=1)


def all_of(documents: Sequence[Document]) -> NDArray[np.bool_]:
    """The teacher knows something of every document."""
    return np.ones(len(documents), dtype=bool)


def fitted(documents: list[Document], scores: Doubles, labels: dict[int, int] | None = None) -> TargetModel:
    """A model of two categories that the teacher thinks equally common."""
    made = fit_target_model(documents, scores, all_of(documents), HALVES, labels or {}, TargetSettings())
    assert made is not None
    model, of_pool = made
    np.testing.assert_allclose(of_pool, model.scores(documents), atol=1e-9)
    return model


def right(model: TargetModel, documents: list[Document], truth: Doubles) -> float:
    """Accuracy."""
    return float((model.scores(documents).argmax(axis=1) == truth).mean())


def test_the_student_outgrows_a_noisy_teacher() -> None:
    """What the teacher is sure of is enough to be right where it errs, new inflections included."""
    documents, truth = pool()
    taught = teacher(truth, noise=1.2)
    model = fitted(documents, taught)
    assert right(model, documents, truth) > (taught.argmax(axis=1) == truth).mean() + 0.05
    new = [Document(100, ("sakitera",)), Document(101, ("gameplayera",))]
    assert model.scores(new).argmax(axis=1).tolist() == [1, 0]


def test_annotators_outweigh_the_teacher() -> None:
    """The more, the larger the weight of a label: a few against a teacher that has everything the wrong way round."""
    documents, truth = pool()
    wrong = teacher(1 - truth, noise=0.0)
    labels = dict(enumerate(truth.tolist()[:8]))
    accuracies = []
    for weight in (0.01, 100.0):
        settings = TargetSettings(label_weight=weight)
        made = fit_target_model(documents, wrong, all_of(documents), HALVES, labels, settings)
        assert made is not None
        accuracies.append(right(made[0], documents[8:], truth[8:]))
    assert accuracies[0] < 0.2
    assert accuracies[1] > 0.8


def test_lessons_weigh_every_category_the_same() -> None:
    """By hand: four of the teacher's and a label of weight 3 that overrules one of them."""
    rows, categories, weights = examples_of({0: 0, 1: 0, 2: 0, 5: 1}, {2: 1}, {2: 3.0}, 3)
    assert (rows.tolist(), categories.tolist()) == ([0, 1, 2, 5], [0, 0, 1, 1])
    np.testing.assert_allclose(weights, [1, 1, 1.5, 0.5])


def test_what_the_teacher_knows_nothing_of_is_not_taught() -> None:
    """Documents that it cannot read have the same score, and their order means nothing."""
    scores = np.array([[5.0, 0]] * 3 + [[1.0, 0], [0, 1.0]])
    readable = np.array([False, False, False, True, True])
    assert confident(scores, readable, HALVES, 1.0) == {3: 0, 4: 1}


def test_a_category_that_was_not_taught_is_never_predicted() -> None:
    """Not even for text that the model has never seen."""
    documents, truth = pool()
    odds = teacher(truth, 0.0)
    scores = np.stack([odds[:, 0], np.full(len(odds), -9.0), odds[:, 1]], axis=1)
    made = fit_target_model(documents, scores, all_of(documents), np.array([0.5, 0, 0.5]), {}, TargetSettings())
    assert made is not None
    strange = [Document(900, ("qqq",)), *documents]
    assert 1 not in made[0].scores(strange).argmax(axis=1)


def test_confident_takes_each_categorys_part_by_margin() -> None:
    """Half of the share of each category, the largest margins first, as counted by hand."""
    scores = np.array([[3.0, 0], [2, 0], [1, 0], [0.5, 0], [0, 0.1], [0, 1], [0, 2], [0, 4]])
    assert confident(scores, np.ones(len(scores), dtype=bool), np.array([0.5, 0.5]), 0.5) == {0: 0, 1: 0, 7: 1, 6: 1}
    assert confident(scores, np.ones(len(scores), dtype=bool), np.array([0.75, 0.25]), 0.5) == {0: 0, 1: 0, 2: 0, 7: 1}


def test_confident_takes_at_least_one_of_each_category() -> None:
    """A category with a tiny share is taught all the same."""
    scores = np.array([[3.0, 0, 1], [2, 1, 0], [1, 0, 3]])
    assert set(confident(scores, np.ones(len(scores), dtype=bool), np.array([0.98, 0.01, 0.01]), 0.5).values()) == {
        0,
        1,
        2,
    }


def test_more_than_two_categories() -> None:
    """Three kinds of text are told apart; the rows are of mean zero."""
    words = ("sakit", "gameplay", "linteg")
    truth = np.arange(30) % 3
    documents = [Document(i, (words[c], f"w{i % 5}")) for i, c in enumerate(truth)]
    made = fit_target_model(documents, np.eye(3)[truth], all_of(documents), np.full(3, 1 / 3), {}, TargetSettings())
    assert made is not None
    scores = made[0].scores(documents)
    assert (scores.argmax(axis=1) == truth).all()
    np.testing.assert_allclose(scores.sum(axis=1), 0, atol=1e-9)


def test_one_category_alone_teaches_nothing() -> None:
    """Where annotators call every document of the pool the same there is no model, and no error."""
    documents, truth = pool(6)
    labels = dict.fromkeys(range(6), 1)
    assert fit_target_model(documents, teacher(truth, 0.0), all_of(documents), HALVES, labels, TargetSettings()) is None


def test_scores_of_nothing_are_empty() -> None:
    """No documents, no rows."""
    documents, truth = pool()
    model = fitted(documents, teacher(truth, 0.5))
    assert model.scores([]).shape == (0, 2)


def test_a_large_pool_is_sampled_and_scored_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labelled documents are always among those that the model is fitted on; scores are the same in parts."""
    documents, truth = pool(90)
    monkeypatch.setattr(target_model, "MAX_DOCUMENTS", 20)
    assert {3, 41} <= set(target_model._sample(90, {3: 1, 41: 0}))
    assert len(target_model._sample(90, {3: 1, 41: 0})) <= 20
    model = fitted(documents, teacher(truth, 0.0), {3: int(truth[3])})
    assert right(model, documents, truth) > 0.8
    in_parts = model.scores(documents)
    monkeypatch.setattr(target_model, "MAX_DOCUMENTS", 1000)
    np.testing.assert_allclose(in_parts, model.scores(documents))


@pytest.mark.parametrize(
    ("field", "value"),
    [("weight", -1.0), ("confident", 0.0), ("confident", 1.5), ("label_weight", 0.0), ("ngrams", (3, 2)),
     ("inverse_regularization", 0.0), ("weight", float("nan")), ("label_weight", float("inf"))],
)  # fmt: skip
def test_impossible_settings_are_refused(field: str, value: object) -> None:
    """The error names the field."""
    with pytest.raises(TrainingError, match=field):
        TargetSettings(**{field: value})  # type: ignore[arg-type]
