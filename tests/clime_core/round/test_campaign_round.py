"""The round, on a small corpus of the demo's making."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.data.translations import Translations
from clime_core.errors import TrainingError
from clime_core.evaluation.metrics import evaluate
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.predictor.predictor_settings import TargetSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.round.campaign_round import (
    RoundInputs,
    RoundSettings,
    run_round,
    training_fingerprint,
)
from clime_core.round.presets import ENCODER, ONE_LANGUAGE, with_dictionary
from clime_core.simulation.base_kinds import BARE
from ml_backend.demo.corpus import Demo, DemoSizes, make_demo

QUICK = RoundSettings(ClassifierSettings(kind="lr"), runs=1, keywords=6, neighbors=3)


@pytest.fixture(scope="module")
def demo() -> Demo:
    """A small demo."""
    return make_demo(0, DemoSizes(train=60, pool=40, test=30, text=200, dim=20))


@pytest.fixture
def inputs(demo: Demo) -> RoundInputs:
    """What is known before any answer."""
    return RoundInputs(demo.embeddings, 2, demo.train, demo.pool, test=demo.test)


def gold(demo: Demo) -> dict[DocumentId, int]:
    """Every label of the pool."""
    return {document: label for document, label in demo.pool_gold.items()}  # noqa: C416 - widens the key's type


def test_equal_inputs_and_seed_give_an_equal_round(inputs: RoundInputs) -> None:
    """The round is a pure function, the CNN included."""
    settings = replace(QUICK, classifier=ClassifierSettings(epochs=2), runs=2)
    first, second = (run_round(inputs, settings, seed=3, device="cpu") for _ in range(2))
    assert np.array_equal(first.probabilities, second.probabilities)
    assert (first.documents, first.keywords, first.salient) == (second.documents, second.keywords, second.salient)


def test_documents_come_the_most_uncertain_first(inputs: RoundInputs) -> None:
    """The ranking agrees with the entropy of the probabilities it came from."""
    result = run_round(inputs, QUICK, 0)
    scores = [document.worth for document in result.documents]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(inputs.pool)
    row = {document.id: i for i, document in enumerate(inputs.pool)}
    p = result.probabilities[row[result.documents[0].id]]
    assert scores[0] == pytest.approx(-(p * np.log(p)).sum() / np.log(2))


def test_what_was_asked_is_not_asked_again(inputs: RoundInputs) -> None:
    """Asked documents and keywords leave the rankings; labelled ones too."""
    first = run_round(inputs, QUICK, 0)
    asked_keyword, asked_document = first.keywords[0].keyword, first.documents[0].id
    labelled = first.documents[1].id
    again = replace(
        inputs,
        asked_keywords=frozenset([asked_keyword]),
        asked_documents=frozenset([asked_document]),
        labels={labelled: 1},
    )
    second = run_round(again, QUICK, 0)
    assert asked_keyword not in [k.keyword for k in second.keywords]
    assert not {asked_document, labelled} & {d.id for d in second.documents}


def test_neighbours_are_shown_in_both_languages_and_never_the_keyword(inputs: RoundInputs) -> None:
    """k words in each column, all of the campaign's documents."""
    words = {token for document in inputs.pool for token in document.tokens}
    for item in run_round(inputs, QUICK, 0).keywords:
        assert len(item.source) == len(item.target) == 3
        own = item.source if item.keyword.language is Language.SOURCE else item.target
        assert item.keyword.form not in own
        assert set(item.target) <= words


def test_marks_move_words_and_leave_the_others_alone(inputs: RoundInputs) -> None:
    """A similar pair comes closer; every other row is bitwise what it was."""
    item = run_round(inputs, QUICK, 0).keywords[0]
    word = Word(Language.TARGET, item.target[0])
    marked = replace(inputs, marks=[Mark("ada", item.keyword, word, similar=True)])
    result = run_round(marked, QUICK, 0)
    report = result.refinement.report
    assert report.similar_before is not None
    assert report.similar_after is not None
    assert report.similar_after > report.similar_before
    refined = result.refinement.apply(inputs.embeddings)
    untouched = [w for w in inputs.embeddings.target.words if w != word.form]
    rows = inputs.embeddings.target.rows(untouched)
    assert np.array_equal(refined.target.vectors[rows], inputs.embeddings.target.vectors[rows])


def test_labels_reach_the_predictions(inputs: RoundInputs, demo: Demo) -> None:
    """Labelling documents against what is predicted turns most of them, by the target model and by the classifier."""
    first = run_round(inputs, QUICK, 0, device="cpu")
    turned = {d.id: 1 - int(p.argmax()) for d, p in zip(demo.pool[:8], first.probabilities[:8], strict=True)}
    labelled = replace(inputs, labels=turned)
    alone = replace(QUICK, predictor=replace(QUICK.predictor, target=TargetSettings(weight=0.0)), target_weight=20.0)
    for settings in (QUICK, alone):
        after = run_round(labelled, settings, 0, device="cpu").probabilities[:8]
        answers = np.array(list(turned.values()))
        gained = after[np.arange(8), answers] - first.probabilities[np.arange(8), answers]
        assert (gained > 0).mean() > 0.7


@pytest.mark.parametrize("where", ["classifier", "target model"])
def test_the_more_a_label_weighs_the_more_it_moves(inputs: RoundInputs, where: str) -> None:
    """Against source documents in the classifier, against the classifier's own lessons in the target model."""
    first = run_round(inputs, QUICK, 0, device="cpu")
    turned = {d.id: 1 - int(p.argmax()) for d, p in zip(inputs.pool[:8], first.probabilities[:8], strict=True)}
    labelled, answers = replace(inputs, labels=turned), np.array(list(turned.values()))
    bare = replace(QUICK, predictor=BARE)
    believed = []
    for weight in (0.1, 3.0, 100.0):
        if where == "classifier":
            settings = replace(bare, target_weight=weight)
        else:
            target = TargetSettings(label_weight=weight)
            settings = replace(bare, predictor=replace(BARE, target=target))
        after = run_round(labelled, settings, 0, device="cpu").probabilities[:8]
        believed.append(after[np.arange(8), answers].mean())
    assert (np.diff(believed) > 0.01).all()


def test_keywords_come_from_the_source_alone_if_asked(inputs: RoundInputs, demo: Demo) -> None:
    """Labelled target documents make target words salient, unless the settings say source."""
    labelled = replace(inputs, labels=gold(demo))
    both = run_round(labelled, replace(QUICK, keywords=40), 0).keywords
    source = run_round(labelled, replace(QUICK, keywords=40, keyword_languages="source"), 0).keywords
    assert {k.keyword.language for k in both} == set(Language)
    assert {k.keyword.language for k in source} == {Language.SOURCE}


def test_a_classifier_is_reused_only_where_it_would_come_out_the_same(inputs: RoundInputs) -> None:
    """The same round with and without; a mark that refines, another seed or other labels train anew."""
    cnn = replace(QUICK, classifier=ClassifierSettings(epochs=2))
    first = run_round(inputs, cnn, 0, device="cpu")
    again = run_round(inputs, cnn, 0, device="cpu", reuse=first.trained)
    assert again.trained is first.trained
    assert np.array_equal(again.probabilities, first.probabilities)
    item = first.keywords[0]
    marked = replace(inputs, marks=[Mark("ada", item.keyword, Word(Language.TARGET, item.target[0]), similar=True)])
    for settings, same in (
        (cnn, True),
        (replace(cnn, train_on="refined"), False),
        (replace(cnn, train_on="refined", refine=RefineSettings(solver="off")), True),
    ):
        result = run_round(marked, settings, 0, device="cpu", reuse=first.trained)
        assert (result.trained is first.trained) == same
    assert run_round(inputs, cnn, 1, device="cpu", reuse=first.trained).trained is not first.trained
    labelled = replace(inputs, labels={inputs.pool[0].id: 1})
    for weight, same in ((0.0, True), (1.0, False)):
        result = run_round(labelled, replace(cnn, target_weight=weight), 0, device="cpu", reuse=first.trained)
        assert (result.trained is first.trained) == same


@pytest.mark.parametrize(
    "changed",
    [
        {"classifier": ClassifierSettings(epochs=3)},
        {"runs": 2},
        {"train_on": "refined"},
        {"train_on": "refined", "refine": RefineSettings("closed")},
        {"target_weight": 2.0},
    ],
)
def test_fingerprints_tell_settings_apart(inputs: RoundInputs, changed: dict[str, Any]) -> None:
    """Whatever changes the classifier changes the fingerprint, marks and labels being there."""
    keyword, word = Word(Language.SOURCE, inputs.train[0].tokens[0]), Word(Language.TARGET, "x")
    labelled = replace(inputs, labels={inputs.pool[0].id: 1}, marks=[Mark("ada", keyword, word, similar=True)])

    def fingerprint(settings: RoundSettings, of: RoundInputs = labelled, seed: int = 0) -> str:
        return training_fingerprint(of, settings, seed)

    settings = replace(QUICK, **changed)
    assert fingerprint(settings) != fingerprint(QUICK)
    assert fingerprint(QUICK, seed=1) != fingerprint(QUICK)
    relabelled = replace(labelled, train=[Document(d.id, d.tokens, 1 - (d.label or 0)) for d in labelled.train])
    assert fingerprint(QUICK, relabelled) != fingerprint(QUICK)
    assert fingerprint(QUICK, replace(labelled, train=labelled.train[1:])) != fingerprint(QUICK)


def test_shares_that_do_not_fit_are_refused_before_anything_is_trained(inputs: RoundInputs) -> None:
    """Three shares for two categories."""
    settings = replace(QUICK, predictor=replace(QUICK.predictor, shares=(0.5, 0.25, 0.25)))
    reports: list[str] = []
    with pytest.raises(TrainingError, match="shares must be 2 numbers"):
        run_round(inputs, settings, 0, progress=lambda step, *_: reports.append(step))
    assert reports == []


@pytest.mark.parametrize("form", ["sum-of-norms", "norm-of-sum", "log-odds", "log-likelihood"])
def test_every_form_of_salience_has_its_ranking(inputs: RoundInputs, form: str) -> None:
    """The settings choose the ranking; each is over the words of the training documents."""
    forms = ("sum-of-norms", "norm-of-sum", "log-odds", "log-likelihood")
    ranked = {
        form: run_round(inputs, replace(QUICK, salience=form), 0, device="cpu").salient  # type: ignore[arg-type]
        for form in forms
    }
    assert len({tuple(item.word for item in found[:20]) for found in ranked.values()}) == len(forms)
    result = run_round(inputs, replace(QUICK, salience=form), 0, device="cpu")  # type: ignore[arg-type]
    assert result.salient == ranked[form]
    words = {token for document in inputs.train for token in document.tokens}
    assert {item.word.form for item in result.salient} <= words
    assert [item.score for item in result.salient] == sorted((s.score for s in result.salient), reverse=True)


def test_the_test_set_is_predicted_and_evaluated(inputs: RoundInputs) -> None:
    """The metrics are those of the probabilities that the result holds."""
    result = run_round(inputs, QUICK, 0, device="cpu")
    assert result.test_probabilities is not None
    assert result.metrics == evaluate(result.test_probabilities, [document.label or 0 for document in inputs.test])


def test_what_was_left_out_is_noted(inputs: RoundInputs) -> None:
    """Words without a vector and disagreements are counted for people."""
    keyword = Word(Language.SOURCE, inputs.train[0].tokens[0])
    unknown, known = Word(Language.TARGET, "zzz-unknown"), Word(Language.TARGET, inputs.pool[0].tokens[0])
    marks = [
        Mark("ada", keyword, unknown, similar=True),
        Mark("ada", keyword, known, similar=True),
        Mark("ben", keyword, known, similar=False),
    ]
    notes = run_round(replace(inputs, marks=marks), QUICK, 0).notes
    assert "1 word pairs on which annotators disagree" in notes
    assert "1 marks on words without a vector" in notes
    assert "1 marked words are in no document as they are written; no other word stands for 1" in notes
    strange = replace(inputs, pool=[*inputs.pool, Document("strange", ("zzz",))])
    assert "1 documents of the pool without a known word" in run_round(strange, QUICK, 0).notes


def test_a_single_category_is_refused(inputs: RoundInputs) -> None:
    """Training needs two sides, and the message says what to add."""
    one_sided = [Document(d.id, d.tokens, 1) for d in inputs.train]
    with pytest.raises(TrainingError, match="add examples of another category"):
        run_round(replace(inputs, train=one_sided), QUICK, 0)


def test_an_empty_pool_is_no_error_for_the_round(inputs: RoundInputs) -> None:
    """Nothing to ask is a state, not a fault."""
    result = run_round(replace(inputs, pool=()), QUICK, 0)
    assert result.documents == ()
    assert result.probabilities.shape == (0, 2)


def test_a_round_is_observed_if_asked(inputs: RoundInputs, demo: Demo) -> None:
    """Losses of labelled documents that the model did not see, and of a dev set; the result is the same otherwise."""
    dev = tuple(replace(document, id=f"dev {document.id}") for document in inputs.test)
    labelled = replace(inputs, labels=gold(demo), dev=dev)
    plain, observed = (run_round(labelled, QUICK, 0, device="cpu", observe=observe) for observe in (False, True))
    assert (plain.probabilities == observed.probabilities).all()
    assert plain.observation.held_out == plain.observation.dev == {}
    assert observed.observation.held_out.keys() == labelled.labels.keys()
    assert observed.observation.dev.keys() == {document.id for document in dev}


def test_a_regression_that_learns_from_labels_is_held_out_anew(inputs: RoundInputs, demo: Demo) -> None:
    """Each loss is of a classifier that did not see the label, so a wrong one costs much; networks take too long."""
    labels = gold(demo)
    odd = next(iter(labels))
    labels[odd] = 1 - labels[odd]
    sharp = ClassifierSettings(kind="lr", inverse_regularization=1000.0)
    labelled, settings = replace(inputs, labels=labels), replace(QUICK, classifier=sharp, target_weight=50.0)
    result = run_round(labelled, settings, 0, device="cpu", observe=True)
    losses = result.observation.held_out
    assert losses.keys() == labels.keys()
    row = next(row for row, document in enumerate(inputs.pool) if document.id == odd)
    assert losses[odd] > -np.log(result.probabilities[row, labels[odd]]) + 0.1
    slow = replace(settings, classifier=ClassifierSettings(kind="dan", epochs=1))
    assert run_round(labelled, slow, 0, device="cpu", observe=True).observation.held_out == {}


def test_a_round_says_which_pool_it_saw(inputs: RoundInputs) -> None:
    """As many other documents are another pool, and new labels none."""
    renamed = tuple(replace(document, id=f"new {document.id}") for document in inputs.pool)
    known = {inputs.pool[0].id: 1}
    pools = [
        run_round(seen, QUICK, 0, device="cpu").observation.pool
        for seen in (inputs, replace(inputs, labels=known), replace(inputs, pool=renamed))
    ]
    assert pools[0] == pools[1] != pools[2]


@pytest.fixture
def encoded(inputs: RoundInputs) -> RoundInputs:
    """The same documents with vectors of their own: the mean of their words' vectors."""

    def with_vector(document: Document, language: Language) -> Document:
        side = inputs.embeddings.side(language)
        rows = side.vectors[side.rows(document.tokens)]
        return replace(document, vector=rows.mean(axis=0) if len(rows) else None)

    train = [with_vector(document, Language.SOURCE) for document in inputs.train]
    pool, test = ([with_vector(d, Language.TARGET) for d in part] for part in (inputs.pool, inputs.test))
    return replace(inputs, train=train, pool=pool, test=test)


def test_a_round_over_encoded_documents(encoded: RoundInputs, demo: Demo) -> None:
    """The base stays, labels correct it, all is the same twice, and words can be asked all the same."""
    settings = replace(ENCODER, keywords=6)
    first, labels = run_round(encoded, settings, 0), {d.id: demo.pool_gold[str(d.id)] for d in demo.pool[:20]}
    labelled = replace(encoded, labels=labels)
    after, again = (run_round(labelled, settings, 0) for _ in range(2))
    assert first.metrics is not None
    assert run_round(labelled, settings, 0, reuse=first.trained).trained is first.trained
    assert after.predictor.correction is not None
    assert after.probabilities.tobytes() == again.probabilities.tobytes()
    assert not np.array_equal(after.probabilities, first.probabilities)
    assert {document.id for document in after.documents}.isdisjoint(labels)
    assert len(after.keywords) == 6


def test_the_base_is_trained_again_when_the_pool_changes(encoded: RoundInputs) -> None:
    """The mean of the target language is that of the pool; without a change it is taken over."""
    first = run_round(encoded, ENCODER, 0)
    assert run_round(encoded, ENCODER, 0, reuse=first.trained).trained is first.trained
    smaller = replace(encoded, pool=encoded.pool[:-5])
    assert run_round(smaller, ENCODER, 0, reuse=first.trained).trained is not first.trained


def test_a_base_that_knows_nothing_is_said(encoded: RoundInputs, demo: Demo) -> None:
    """Once there is evidence: twenty labels that it cannot tell. A sound base, and a few labels, are no news."""

    def said(inputs: RoundInputs, n: int) -> list[str]:
        labels = {document.id: demo.pool_gold[str(document.id)] for document in inputs.pool[:n]}
        notes = run_round(replace(inputs, labels=labels), ENCODER, 0).notes
        return [note for note in notes if "hardly better than chance" in note]

    rng = np.random.default_rng(0)

    def telling(document: Document, category: int, how_much: float) -> Document:
        return replace(document, vector=rng.standard_normal(5) + how_much * np.eye(5)[category])

    train = [telling(document, int(document.label or 0), 4.0) for document in encoded.train]
    gold = [demo.pool_gold[str(document.id)] for document in encoded.pool]
    sound, blind = (
        replace(
            encoded, train=train, test=(), pool=[telling(d, y, much) for d, y in zip(encoded.pool, gold, strict=True)]
        )
        for much in (4.0, 0.0)
    )
    assert len(said(blind, 40)) == 1
    assert not said(blind, 10)
    assert not said(sound, 40)


def test_documents_without_a_vector_are_counted(encoded: RoundInputs) -> None:
    """In the notes, where a person sees them."""
    pool = [replace(document, vector=None) for document in encoded.pool[:2]]
    notes = run_round(replace(encoded, pool=[*pool, *encoded.pool[2:]]), ENCODER, 0).notes
    assert "2 documents of the pool without a vector" in notes


@pytest.mark.parametrize("settings", [QUICK, ENCODER], ids=["words", "encoder"])
def test_a_dictionary_needs_nobody_whatever_the_base_is(encoded: RoundInputs, settings: RoundSettings) -> None:
    """It moves the predictions, its words are not asked, and the notes say how much of the pool it covers."""
    pairs = [(encoded.train[0].tokens[0], encoded.pool[0].tokens[0])]
    dictionary = Translations.of(pairs, encoded.train, encoded.pool)
    having = replace(encoded, dictionary=dictionary)
    without, used = (run_round(having, chosen, 0) for chosen in (settings, with_dictionary(settings)))
    assert not np.array_equal(without.probabilities, used.probabilities)
    assert set(used.predictor.words.associations) == dictionary.sources.keys()
    assert {found.keyword for found in used.keywords}.isdisjoint(dictionary.keywords)
    assert f"dictionary: {dictionary}" in used.notes


@pytest.fixture
def alone(demo: Demo) -> RoundInputs:
    """A pool and its words' vectors, and no other language."""
    target = demo.embeddings.target
    embeddings = BilingualEmbeddings(Embeddings((), np.zeros((0, target.dim), np.float32)), target)
    return RoundInputs(embeddings, 2, [], demo.pool, test=demo.test, one_language=True)


ALONE = replace(ONE_LANGUAGE["word-vectors"], keywords=6, neighbors=3)


def test_a_pool_alone_is_enough_to_ask(alone: RoundInputs) -> None:
    """Nothing is known: equal predictions, every document in the order, no keyword, and a person is told."""
    result = run_round(alone, ALONE, 0, observe=True)
    np.testing.assert_allclose(result.probabilities, 0.5)
    assert {document.id for document in result.documents} == {document.id for document in alone.pool}
    assert result.keywords == ()
    assert result.notes == ("nothing tells the categories apart before documents of two of them are labelled",)


def test_one_label_is_no_reason_to_fail(alone: RoundInputs, demo: Demo) -> None:
    """All is of its category then, until another is found."""
    first = demo.pool[0].id
    result = run_round(replace(alone, labels={first: 1}), ALONE, 0)
    assert np.isfinite(result.probabilities).all()
    assert first not in [document.id for document in result.documents]


def test_two_categories_are_learnt_and_words_come(alone: RoundInputs, demo: Demo) -> None:
    """The base itself learns; keywords and the words under them are of the one language."""
    labels = dict(list(gold(demo).items())[:35])
    result = run_round(replace(alone, labels=labels), ALONE, 0)
    assert result.predictor.classifier.report.examples_used == 35
    assert result.metrics is not None
    assert (result.metrics.auc or 0.0) > 0.75
    assert {keyword.keyword.language for keyword in result.keywords} == {Language.TARGET}
    assert all(keyword.source == () and len(keyword.target) == 3 for keyword in result.keywords)


def test_seed_words_are_the_first_lesson(alone: RoundInputs, demo: Demo) -> None:
    """Predictions before anybody was asked, and keywords of words that go with the seed words' documents."""
    seeds = dict(list(gold(demo).items())[:35])
    result = run_round(replace(alone, seed_labels=seeds), ALONE, 0)
    assert result.metrics is not None
    assert (result.metrics.auc or 0.0) > 0.75
    assert result.keywords
    assert not result.notes


def test_a_mark_counts_in_one_language(alone: RoundInputs, demo: Demo) -> None:
    """It carries a category from labelled documents to a word that they lack."""
    labels = dict(list(gold(demo).items())[:10])
    counted = {form for document in demo.pool if document.id in labels for form in document.tokens}
    keyword = run_round(replace(alone, labels=labels), ALONE, 0).keywords[0].keyword
    new = next(form for document in demo.pool for form in document.tokens if form not in counted)
    mark = Mark("ada", keyword, Word(Language.TARGET, new), similar=True)
    marked = run_round(replace(alone, labels=labels, marks=[mark]), ALONE, 0)
    assert marked.predictor.words.associations.keys() == {new}
