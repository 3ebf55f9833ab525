"""Tests of the documents that a round asks for."""

from dataclasses import replace
from typing import Protocol, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.predictor.predictor import Predictor
from clime_core.model.predictor.predictor_settings import PredictorSettings
from clime_core.model.selection.ensemble import disagreement
from clime_core.model.selection.selection import Selection
from clime_core.round.campaign_round import RankedDocument, RoundInputs, RoundResult, run_round
from clime_core.round.documents import candidates_of, rank_documents
from clime_core.round.round_settings import RoundSettings
from ml_backend.demo.corpus import Demo, DemoSizes, make_demo

QUICK = RoundSettings(ClassifierSettings(epochs=2, filters=5), runs=2, keywords=2, neighbors=1)


@pytest.fixture(scope="module")
def demo() -> Demo:
    """A small demo."""
    return make_demo(0, DemoSizes(train=60, pool=40, test=30, text=200, dim=20))


@pytest.fixture(scope="module")
def inputs(demo: Demo) -> RoundInputs:
    """Three labels, and a document that was asked without an answer."""
    pool = [*demo.pool, Document("strange", ("zzz",))]
    labels = {pool[place].id: category for place, category in ((3, 0), (7, 1), (11, 1))}
    return RoundInputs(demo.embeddings, 2, demo.train, pool, labels, asked_documents=frozenset([pool[5].id]))


@pytest.fixture(scope="module")
def result(inputs: RoundInputs) -> RoundResult:
    """A round, whose documents are ranked in every way below."""
    return run_round(inputs, QUICK, 3, device="cpu")


@pytest.fixture(scope="module")
def each(inputs: RoundInputs, result: RoundResult) -> NDArray[np.float64]:
    """What each of the classifier's networks says of the pool; without marks the vectors are as they came."""
    return result.trained.classifier.predict_each(inputs.embeddings, inputs.pool, Language.TARGET)


def rank(
    inputs: RoundInputs,
    predictor: Predictor,
    probabilities: NDArray[np.float64],
    each: NDArray[np.float64],
    settings: RoundSettings,
    seed: int,
) -> tuple[RankedDocument, ...]:
    """The documents as the settings choose them."""
    candidates = candidates_of(inputs, predictor, probabilities, each, settings, seed)
    return rank_documents(inputs, candidates, settings.selection)


class Ranked(Protocol):
    """The documents of the round, chosen in another way."""

    def __call__(self, selection: Selection, predictor: PredictorSettings = ...) -> tuple[RankedDocument, ...]:
        """By these settings."""


@pytest.fixture(scope="module")
def ranked(inputs: RoundInputs, result: RoundResult, each: NDArray[np.float64]) -> Ranked:
    """See Ranked."""

    def rank_by(selection: Selection, predictor: PredictorSettings = QUICK.predictor) -> tuple[RankedDocument, ...]:
        settings = replace(QUICK, selection=selection, predictor=predictor)
        return rank(inputs, result.predictor, result.probabilities, each, settings, 3)

    return rank_by


@pytest.mark.parametrize("selection", get_args(Selection))
def test_what_was_asked_or_labelled_never_comes(inputs: RoundInputs, ranked: Ranked, selection: Selection) -> None:
    """All others come once, by falling worth."""
    documents = ranked(selection)
    done = {inputs.pool[place].id for place in (3, 5, 7, 11)}
    assert sorted(str(d.id) for d in documents) == sorted(str(d.id) for d in inputs.pool if d.id not in done)
    assert [d.worth for d in documents] == sorted((d.worth for d in documents), reverse=True)


def test_every_way_asks_something_else(result: RoundResult, ranked: Ranked) -> None:
    """But for the three measures of uncertainty, which agree where there are two categories."""
    orders = {name: tuple(d.id for d in ranked(name)) for name in get_args(Selection)}
    assert orders["entropy"] == orders["margin"] == orders["least-confidence"]
    assert len(set(orders.values())) == len(orders) - 2
    assert tuple(d.id for d in result.documents) == orders["entropy"]


def test_disagreement_is_of_the_predictions_of_the_whole_model(
    inputs: RoundInputs, result: RoundResult, each: NDArray[np.float64], ranked: Ranked
) -> None:
    """Network by network, with target model and shares as they are."""
    members = result.predictor.members(each, result.probabilities)
    expected = dict(zip([d.id for d in inputs.pool], disagreement(members), strict=True))
    documents = ranked("ensemble")
    assert [d.worth for d in documents] == [expected[d.id] for d in documents]
    assert documents[0].worth > 0


@pytest.mark.parametrize(("shares", "rare"), [((0.9, 0.1), 1), ((0.1, 0.9), 0)])
def test_known_shares_reach_the_choice(
    inputs: RoundInputs, result: RoundResult, ranked: Ranked, shares: tuple[float, float], rare: int
) -> None:
    """The top is of the category that the campaign says is rare."""
    row = {document.id: place for place, document in enumerate(inputs.pool)}
    documents = ranked("top-and-threshold", PredictorSettings(shares=shares))
    likeliest = sorted((row[d.id] for d in documents), key=lambda r: -result.probabilities[r, rare])
    assert row[documents[0].id] == likeliest[0]


@pytest.mark.parametrize("category", [0, 1])
def test_labels_reach_the_choice(
    inputs: RoundInputs, result: RoundResult, each: NDArray[np.float64], category: int
) -> None:
    """With three labels of a category three documents are asked that are predicted to be of the other."""
    labelled = replace(inputs, labels=dict.fromkeys(inputs.labels, category))
    balanced = replace(QUICK, selection="class-balanced")
    documents = rank(labelled, result.predictor, result.probabilities, each, balanced, 3)
    predicted = dict(zip([d.id for d in inputs.pool], result.probabilities.argmax(axis=1), strict=True))
    assert [predicted[d.id] for d in documents[:3]] == [1 - category] * 3


def test_clusters_are_of_target_vectors_as_they_came(
    inputs: RoundInputs, result: RoundResult, each: NDArray[np.float64], ranked: Ranked
) -> None:
    """What the source language has makes no difference."""
    target = inputs.embeddings.target
    nothing = Embeddings(["zzz"], np.zeros((1, target.dim), dtype=np.float32))
    without_source = replace(inputs, embeddings=BilingualEmbeddings(nothing, target))
    clustered = replace(QUICK, selection="clusters")
    again = rank(without_source, result.predictor, result.probabilities, each, clustered, 3)
    assert again == ranked("clusters")


def test_the_seed_reaches_the_choice(inputs: RoundInputs, result: RoundResult, each: NDArray[np.float64]) -> None:
    """Other documents are drawn with another seed."""
    drawn = replace(QUICK, selection="random")
    orders = [rank(inputs, result.predictor, result.probabilities, each, drawn, s) for s in (0, 1, 1)]
    assert orders[0] != orders[1] == orders[2]


def test_an_empty_pool_has_nothing_to_ask(inputs: RoundInputs, result: RoundResult) -> None:
    """Whatever is chosen by."""
    nothing, none = replace(inputs, pool=(), labels={}), np.zeros((2, 0, 2))
    for selection in get_args(Selection):
        settings = replace(QUICK, selection=selection)
        assert rank(nothing, result.predictor, none[0], none, settings, 0) == ()
