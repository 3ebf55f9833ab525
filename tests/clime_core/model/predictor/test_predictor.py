"""Tests of the model that a campaign predicts with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.examples import Example
from clime_core.model.predictor.predictor import Predictor, PredictorInputs, fit_predictor
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings, WordChannelSettings
from clime_core.simulation.base_kinds import BARE
from ml_backend.demo.corpus import Demo, DemoSizes, make_demo


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
    inputs = PredictorInputs(demo.embeddings, demo.train, demo.pool, labels or {}, marks or [])
    predictor, probabilities = fit_predictor(classifier, inputs, settings)
    np.testing.assert_allclose(predictor.predict_proba(demo.embeddings, demo.pool), probabilities, atol=1e-9)
    return predictor


def test_a_bare_predictor_is_the_classifier(demo: Demo, classifier: Classifier) -> None:
    """With nothing beside it and no shares asked for, the probabilities are the classifier's."""
    bare = fitted(demo, classifier, BARE, {0: 1}, marks_of(demo))
    expected = classifier.predict_proba(demo.embeddings, demo.test, Language.TARGET)
    np.testing.assert_allclose(bare.predict_proba(demo.embeddings, demo.test), expected, atol=1e-9)


def test_scores_are_added_in_standard_deviations(demo: Demo, classifier: Classifier) -> None:
    """The formula by hand: parts of the weights asked for, the spread of the classifier, then the bias."""
    settings = PredictorSettings(WordChannelSettings(weight=0.7), TargetSettings(weight=1.5))
    made = fitted(demo, classifier, settings, {0: 1}, marks_of(demo))
    assert made.target is not None
    z = np.log(classifier.predict_proba(demo.embeddings, demo.pool, Language.TARGET))
    z -= z.mean(axis=1, keepdims=True)
    words, own = made.words.scores(demo.pool), made.target.scores(demo.pool)
    deviations = [float(np.sqrt(part.var(axis=0).mean())) for part in (z, made.target_gain * own)]
    assert deviations[1] == pytest.approx(1.5 * deviations[0])
    having = words[words.any(axis=1)]
    unit = max(float(np.sqrt(words.var(axis=0).mean())), 0.5 * float(np.sqrt((having**2).mean())))
    assert made.word_gain * unit == pytest.approx(0.7 * deviations[0])
    total = made.temperature * (z + made.word_gain * words + made.target_gain * own)
    assert float(np.sqrt(total.var(axis=0).mean())) == pytest.approx(deviations[0])
    expected = np.exp(total + made.bias)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.predict_proba(demo.embeddings, demo.pool), expected, atol=1e-6)


def test_a_mark_on_a_rare_word_is_no_certainty(demo: Demo, classifier: Classifier) -> None:
    """A word of one document in forty moves it by at most twice the weight, in standard deviations."""
    documents = [Document(i, (*d.tokens, "zeldzaam")) if i == 7 else d for i, d in enumerate(demo.pool)]
    keyword = max(demo.train[0].tokens, key=len)
    mark = Constraint(Word(Language.SOURCE, keyword), Word(Language.TARGET, "zeldzaam"), similar=True)
    settings = PredictorSettings(WordChannelSettings(weight=0.3), TargetSettings(weight=0.0), "as predicted")
    each = classifier.predict_each(demo.embeddings, documents, Language.TARGET)
    inputs = PredictorInputs(demo.embeddings, demo.train, documents, {}, [mark], each)
    made, _ = fit_predictor(classifier, inputs, settings)
    z = np.log(classifier.predict_proba(demo.embeddings, documents, Language.TARGET))
    z -= z.mean(axis=1, keepdims=True)
    moved = made.word_gain * made.words.scores(documents)
    assert np.abs(moved[7]).max() <= 0.6 * np.sqrt(z.var(axis=0).mean()) + 1e-9
    assert np.abs(moved[7]).max() > 0


def test_the_word_channel_teaches_the_target_model(demo: Demo, classifier: Classifier) -> None:
    """With marks the target model learns something else than without, though the labels are the same."""
    settings = PredictorSettings(WordChannelSettings(weight=3.0))
    one, other = (fitted(demo, classifier, settings, marks=marks).target for marks in ([], marks_of(demo)))
    assert one is not None
    assert other is not None
    assert not np.allclose(one.weights, other.weights)


def test_smoothed_shares_are_those_of_the_classifier(demo: Demo, classifier: Classifier) -> None:
    """Three quarters of what it predicts, one quarter of equal shares; not simply equal ones."""
    predicted = classifier.predict_proba(demo.embeddings, demo.pool, Language.TARGET).argmax(axis=1)
    wanted = 0.75 * predicted.mean() + 0.125
    got = fitted(demo, classifier, PredictorSettings()).predict_proba(demo.embeddings, demo.pool).argmax(axis=1).mean()
    assert got == pytest.approx(wanted, abs=1.5 / len(demo.pool))


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


def test_each_network_in_the_place_of_their_mean(demo: Demo) -> None:
    """As a predictor says whose classifier has that network alone, all else equal; one network is the whole."""
    examples = [Example(document, Language.SOURCE) for document in demo.train]
    settings = ClassifierSettings(epochs=2, filters=5)
    two = train(demo.embeddings, examples, 2, settings, [0, 1], device="cpu")
    whole = fitted(demo, two, PredictorSettings(), {0: 1}, marks_of(demo))
    of_pool = two.predict_each(demo.embeddings, demo.pool, Language.TARGET)
    inputs = PredictorInputs(demo.embeddings, demo.train, demo.pool, {0: 1}, marks_of(demo), of_pool)
    same, _ = fit_predictor(two, inputs, PredictorSettings())
    np.testing.assert_allclose(same.bias, whole.bias, atol=1e-9)
    each = two.predict_each(demo.embeddings, demo.test, Language.TARGET)
    each = whole.members(each, whole.predict_proba(demo.embeddings, demo.test))
    for network, found in zip(two.members, each, strict=True):
        alone = replace(whole, classifier=replace(two, members=(network,)))
        np.testing.assert_allclose(found, alone.predict_proba(demo.embeddings, demo.test), atol=1e-9)
    assert not np.allclose(*each)


def test_what_was_saved_predicts_the_same(demo: Demo, classifier: Classifier, tmp_path: Path) -> None:
    """With all parts and with the classifier alone."""
    for settings in (PredictorSettings(), BARE):
        made = fitted(demo, classifier, settings, {0: 1}, marks_of(demo))
        made.save(tmp_path)
        again = Predictor.load(tmp_path)
        expected = made.predict_proba(demo.embeddings, demo.test)
        np.testing.assert_allclose(again.predict_proba(demo.embeddings, demo.test), expected, atol=1e-5)


def test_a_folder_of_another_format_or_size_is_refused(demo: Demo, classifier: Classifier, tmp_path: Path) -> None:
    """The errors say what was expected."""
    made = fitted(demo, classifier, PredictorSettings())
    made.save(tmp_path)
    description = tmp_path / "predictor.json"
    text = description.read_text()
    description.write_text(text.replace('"format": 1', '"format": 0'))
    with pytest.raises(DataError, match="format must be 1, got 0"):
        Predictor.load(tmp_path)
    description.write_text(text)
    tensors = tmp_path / "predictor.safetensors"
    save_file({**load_file(tensors), "bias": np.zeros(3)}, tensors)
    with pytest.raises(DataError, match="does not fit a classifier of 2 categories"):
        Predictor.load(tmp_path)


@pytest.mark.parametrize("shares", ["equal", "smooth"])
def test_unknown_words_for_shares_are_refused(shares: str) -> None:
    """The error lists the known ones."""
    with pytest.raises(TrainingError, match="'as predicted', 'smoothed' or numbers"):
        PredictorSettings(shares=shares)  # type: ignore[arg-type]


def test_damaged_files_are_named(demo: Demo, classifier: Classifier, tmp_path: Path) -> None:
    """A predictor whose description is cut short is refused with its folder."""
    fitted(demo, classifier, replace(PredictorSettings())).save(tmp_path)
    (tmp_path / "predictor.json").write_text("{")
    with pytest.raises(DataError, match=str(tmp_path)):
        Predictor.load(tmp_path)
