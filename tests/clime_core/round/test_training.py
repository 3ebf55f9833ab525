"""The classifier of a round, trained or taken over."""

from dataclasses import replace

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings
from clime_core.round.training import knows_nothing, train_classifier, training_examples, training_fingerprint
from ml_backend.demo.corpus import DemoSizes, make_demo

SETTINGS = RoundSettings(ClassifierSettings(kind="lr"), runs=1)


@pytest.fixture(scope="module")
def inputs() -> RoundInputs:
    """A small corpus with two labelled documents of the pool."""
    demo = make_demo(0, DemoSizes(train=20, pool=10, test=4, text=40, dim=8))
    labels = {document.id: demo.pool_gold[document.id] for document in demo.pool[:2]}  # type: ignore[index]  # ids are texts here
    return RoundInputs(demo.embeddings, 2, demo.train, demo.pool, labels=labels)


def test_labelled_documents_of_the_pool_are_examples_if_they_have_a_weight(inputs: RoundInputs) -> None:
    """They come after the source documents, with the annotators' labels."""
    assert [example.language for example in training_examples(inputs, 0.0)] == [Language.SOURCE] * 20
    own = training_examples(inputs, 0.5)[20:]
    assert [(example.document.id, example.document.label) for example in own] == list(inputs.labels.items())
    assert {(example.language, example.weight) for example in own} == {(Language.TARGET, 0.5)}


def test_an_equal_classifier_is_taken_over(inputs: RoundInputs) -> None:
    """The very same object, as long as the fingerprint is the same."""
    first = train_classifier(inputs, inputs.embeddings, SETTINGS, 3, device="cpu")
    assert train_classifier(inputs, inputs.embeddings, SETTINGS, 3, device="cpu", reuse=first) is first
    assert train_classifier(inputs, inputs.embeddings, SETTINGS, 4, device="cpu", reuse=first) is not first


def test_marks_change_the_fingerprint_only_where_refined_vectors_are_trained_on(inputs: RoundInputs) -> None:
    """Otherwise the classifier never sees what the marks moved."""
    keyword, word = Word(Language.SOURCE, "a"), Word(Language.TARGET, "b")
    marked = replace(inputs, marks=[Mark("ada", keyword, word, similar=True)])
    refined = replace(SETTINGS, train_on="refined")
    assert training_fingerprint(inputs, SETTINGS, 0) == training_fingerprint(marked, SETTINGS, 0)
    assert training_fingerprint(inputs, refined, 0) != training_fingerprint(marked, refined, 0)


def test_an_annotators_label_takes_the_place_of_what_seed_words_say(inputs: RoundInputs) -> None:
    """Where labels are examples; all are of the target language."""
    first, second, third = (document.id for document in inputs.pool[:3])
    alone = replace(inputs, train=(), one_language=True, labels={first: 1}, seed_labels={first: 0, second: 1, third: 0})
    examples = training_examples(alone, 5.0)
    assert [(e.document.id, e.document.label, e.weight) for e in examples] == [
        (second, 1, 1.0), (third, 0, 1.0), (first, 1, 5.0),
    ]  # fmt: skip
    assert {example.language for example in examples} == {Language.TARGET}
    assert [example.document.label for example in training_examples(alone, 0.0)] == [0, 1, 0]


def test_labelled_documents_of_the_same_language_are_its_examples(inputs: RoundInputs) -> None:
    """A team's own labelled documents need no source language."""
    examples = training_examples(replace(inputs, train=inputs.pool[4:6], one_language=True, labels={}), 1.0)
    assert [(example.document, example.language) for example in examples] == [
        (document, Language.TARGET) for document in inputs.pool[4:6]
    ]


@pytest.mark.parametrize("kind", ["lr", "encoder"])
def test_nothing_is_known_before_two_categories_have_a_document_that_can_be_read(
    inputs: RoundInputs, kind: Kind
) -> None:
    """A document without vector or known word teaches nothing; with a source language too little is an error."""
    first, second = (replace(document, vector=np.ones(2, np.float32)) for document in inputs.pool[:2])
    blind = Document("blind", ("unheard",))
    settings = replace(SETTINGS, classifier=ClassifierSettings(kind=kind), target_weight=1.0)
    alone = replace(inputs, train=(), pool=[first, second, blind], labels={}, one_language=True)
    cases = [({}, True), ({first.id: 0}, True), ({first.id: 0, "blind": 1}, True), ({first.id: 0, second.id: 1}, False)]
    for labels, expected in cases:
        assert knows_nothing(replace(alone, labels=labels), settings) is expected
    assert not knows_nothing(replace(alone, one_language=False), settings)
    trained = train_classifier(alone, inputs.embeddings, settings, 0, device="cpu")
    assert trained.classifier.report.examples_used == 0
