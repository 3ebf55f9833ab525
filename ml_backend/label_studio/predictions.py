"""Predictions in Label Studio's format: a document's likely category, and scores that order tasks."""

import math
from collections.abc import Sequence
from typing import Any

from clime_core.errors import ExchangeError
from clime_core.model.selection.uncertainty import uncertainty
from ml_backend.label_studio.label_configs import DocumentTag


def document_prediction(
    probabilities: Sequence[float], categories: Sequence[str], tag: DocumentTag, model_version: str
) -> dict[str, Any]:
    """The likeliest category. `probabilities` (n_categories,) sum to 1; the score is 1 - normalised entropy.

    Label Studio serves the lowest score first: the most uncertain document. Raises ExchangeError where
    probabilities and categories are not of one length.
    """
    if len(probabilities) != len(categories):
        raise ExchangeError(f"{len(probabilities)} probabilities do not match {len(categories)} categories; retrain")
    best = max(range(len(categories)), key=lambda index: probabilities[index])
    result = {
        "from_name": tag.from_name,
        "to_name": tag.to_name,
        "type": "choices",
        "value": {"choices": [categories[best]]},
        "score": float(probabilities[best]),
    }
    (entropy,) = uncertainty([probabilities])
    return {"result": [result], "score": 1.0 - float(entropy), "model_version": model_version}


def order_prediction(score: float, model_version: str) -> dict[str, Any]:
    """A place in the queue and nothing pre-filled: word tasks, and documents to be labelled without bias.

    Raises ExchangeError for a score that is not a finite number, which databases would sort differently.
    """
    if not math.isfinite(score):
        raise ExchangeError(f"a score must be a finite number, got {score!r}; give every task a rank")
    return {"result": [], "score": float(score), "model_version": model_version}
