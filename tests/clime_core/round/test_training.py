"""The classifier of a round, trained or taken over."""

from dataclasses import replace

import pytest

from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.model.bases.classifier import ClassifierSettings
from clime_core.round.inputs import RoundInputs
from clime_core.round.round_settings import RoundSettings
from clime_core.round.training import train_classifier, training_examples, training_fingerprint
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
