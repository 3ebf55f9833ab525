"""Predictions in the form that Label Studio takes."""

import math

import pytest

from clime_core.errors import ExchangeError
from ml_backend.label_studio.label_configs import DocumentTag
from ml_backend.label_studio.predictions import document_prediction, order_prediction
from ml_backend.label_studio.task_data import read_document

CATEGORIES = ("a", "b", "c")
CONTROL = DocumentTag("topic", "body", "body")


def test_predicts_the_likeliest_category() -> None:
    """The result reads back as the likeliest category, under the control of the project."""
    prediction = document_prediction((0.2, 0.7, 0.1), CATEGORIES, CONTROL, "v3")
    (result,) = prediction["result"]
    assert (result["from_name"], result["to_name"], result["type"]) == ("topic", "body", "choices")
    assert result["score"] == pytest.approx(0.7)
    assert read_document({}, prediction["result"], CATEGORIES, "topic").label == 1
    assert prediction["model_version"] == "v3"


def test_the_most_uncertain_document_comes_first() -> None:
    """Label Studio serves the lowest score first: 0 for a coin toss, 1 for certainty."""
    scores = [
        document_prediction(p, CATEGORIES, CONTROL, "v")["score"]
        for p in ((1 / 3, 1 / 3, 1 / 3), (0.5, 0.4, 0.1), (1.0, 0.0, 0.0))
    ]
    assert scores[0] == pytest.approx(0.0)
    assert scores[2] == pytest.approx(1.0)
    assert scores == sorted(scores)


def test_words_are_never_marked_beforehand() -> None:
    """A word task gets a place in the queue, and nothing else."""
    assert order_prediction(2, "v") == {"result": [], "score": 2.0, "model_version": "v"}


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_is_a_number(score: float) -> None:
    """Databases disagree about where other scores go."""
    with pytest.raises(ExchangeError, match="finite"):
        order_prediction(score, "v")


def test_probabilities_and_categories_agree() -> None:
    """A model with other categories than the campaign is noticed."""
    with pytest.raises(ExchangeError, match="2 probabilities do not match 3 categories"):
        document_prediction((0.5, 0.5), CATEGORIES, CONTROL, "v")
