"""Tests of the model that a campaign predicts with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.errors import DataError, TrainingError
from clime_core.laboratory.demo_corpus import Demo, DemoSizes, make_demo
from clime_core.model.classifier import Classifier, ClassifierSettings, train
from clime_core.model.examples import Example
from clime_core.model.predictor import Predictor, PredictorSettings, fit_predictor
from clime_core.model.target_model import TargetSettings
from clime_core.model.word_channel import WordChannelSettings
from clime_core.round.recipes import BARE


@pytest.fixture(scope="module")
def demo() -> Demo:
    """A small demo."""
    return make_demo(0, DemoSizes(train=60, pool=40, test=30, text=200, dim=20))


@pytest.fixture(scope="module")
def classifier(demo: Demo) -> Classifier:
    """A quick classifier."""
    examples = [Example(document, Language.SOURCE) for document in demo.train]
    return train(demo.embeddings, examples, 2, ClassifierSettings(kind="lr"), [0], device="cpu")


def marks_of(demo: Demo) -> list[Constraint]:
    """Some source word of the training documents, similar to some words of the pool."""
    keyword = Word(Language.SOURCE, demo.train[0].tokens[0])
    return [Constraint(keyword, Word(Language.TARGET, form), similar=True) for form in demo.pool[0].tokens[:3]]


def fitted(
    demo: Demo,
    classifier: Classifier,
    settings: PredictorSettings,
    labels: dict[int, int] | None = None,
    marks: list[Constraint] | None = None,
) -> Predictor:
    """A predictor over the demo."""
    arguments = classifier, demo.embeddings, demo.train, demo.pool, labels or {}, marks or [], settings
    predictor, probabilities = fit_predictor(*arguments)
    np.testing.assert_allclose(predictor.predict_proba(demo.embeddings, demo.pool), probabilities, atol=1e-9)
    return predictor


def test_a_bare_predictor_is_the_classifier(demo: Demo, classifier: Classifier) -> None:
    """With nothing beside it and no shares asked for, the probabilities are the classifier's."""
    bare = fitted(demo, classifier, BARE, {0: 1}, marks_of(demo))
    expected = classifier.predict_proba(demo.embeddings, demo.test, Language.TARGET)
    np.testing.assert_allclose(bare.predict_proba(demo.embeddings, demo.test), expected, atol=1e-9)


def test_shares_are_met_on_the_pool(demo: Demo, classifier: Classifier) -> None:
    """A tenth of the pool is predicted to be of the second category, since the campaign says so."""
    given = fitted(demo, classifier, PredictorSettings(shares=(0.9, 0.1)))
    predicted = given.predict_proba(demo.embeddings, demo.pool).argmax(axis=1)
    assert abs(predicted.sum() - 4) <= 1


def test_shares_for_other_categories_are_refused(demo: Demo, classifier: Classifier) -> None:
    """Three shares do not fit two categories."""
    with pytest.raises(TrainingError, match="shares must be 2 numbers"):
        fitted(demo, classifier, PredictorSettings(shares=(0.5, 0.25, 0.25)))


def test_marks_change_documents_that_hold_the_words(demo: Demo, classifier: Classifier) -> None:
    """And leave alone, but for the common scale, those that do not."""
    settings = PredictorSettings(WordChannelSettings(1.0), TargetSettings(weight=0.0), "as predicted")
    marks = marks_of(demo)
    without, having = fitted(demo, classifier, settings), fitted(demo, classifier, settings, marks=marks)
    before, after = (np.log(p.predict_proba(demo.embeddings, demo.pool)) for p in (without, having))
    odds_before, odds_after = before[:, 1] - before[:, 0], after[:, 1] - after[:, 0]
    marked = {constraint.word.form for constraint in marks}
    holds = np.array([not marked.isdisjoint(document.tokens) for document in demo.pool])
    np.testing.assert_allclose(odds_after[~holds], having.temperature * odds_before[~holds], atol=1e-6)
    assert not np.allclose(odds_after[holds], having.temperature * odds_before[holds], atol=1e-3)


def test_labels_move_the_target_model(demo: Demo, classifier: Classifier) -> None:
    """Labelling a document raises the probability of its category."""
    said = {0: 1, 1: 1, 2: 0}
    before = fitted(demo, classifier, PredictorSettings(shares="as predicted"))
    after = fitted(demo, classifier, PredictorSettings(shares="as predicted"), {p: 1 - c for p, c in said.items()})
    for place, category in said.items():
        document = [demo.pool[place]]
        one, other = (p.predict_proba(demo.embeddings, document)[0, 1 - category] for p in (before, after))
        assert other > one


def test_a_pool_of_one_category_leaves_the_target_model_out(demo: Demo, classifier: Classifier) -> None:
    """All labelled alike: the classifier predicts alone."""
    made = fitted(demo, classifier, PredictorSettings(), dict.fromkeys(range(len(demo.pool)), 0))
    assert made.target is None
    assert made.temperature == 1


def test_what_was_saved_predicts_the_same(demo: Demo, classifier: Classifier, tmp_path: Path) -> None:
    """With all parts and with the classifier alone."""
    for settings in (PredictorSettings(), BARE):
        made = fitted(demo, classifier, settings, {0: 1}, marks_of(demo))
        made.save(tmp_path)
        again = Predictor.load(tmp_path)
        expected = made.predict_proba(demo.embeddings, demo.test)
        np.testing.assert_allclose(again.predict_proba(demo.embeddings, demo.test), expected, atol=1e-5)


def test_damaged_files_are_named(demo: Demo, classifier: Classifier, tmp_path: Path) -> None:
    """A predictor whose description is cut short is refused with its folder."""
    fitted(demo, classifier, replace(PredictorSettings())).save(tmp_path)
    (tmp_path / "predictor.json").write_text("{")
    with pytest.raises(DataError, match=str(tmp_path)):
        Predictor.load(tmp_path)
