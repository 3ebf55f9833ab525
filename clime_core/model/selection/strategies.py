"""The ways to choose documents, by name."""

from typing import Literal, get_args

from clime_core.errors import TrainingError
from clime_core.model.selection.class_balanced import class_balanced
from clime_core.model.selection.clusters import clusters
from clime_core.model.selection.ensemble import ensemble
from clime_core.model.selection.most_uncertain import MostUncertain
from clime_core.model.selection.prior_corrected import prior_corrected
from clime_core.model.selection.random_documents import random_documents
from clime_core.model.selection.ranking import Strategy
from clime_core.model.selection.top_and_threshold import top_and_threshold

Selection = Literal[
    "entropy", "margin", "least-confidence", "top-and-threshold", "class-balanced", "prior-corrected", "clusters",
    "ensemble", "random",
]  # fmt: skip

STRATEGIES: dict[Selection, Strategy] = {
    "entropy": MostUncertain("entropy"),
    "margin": MostUncertain("margin"),
    "least-confidence": MostUncertain("least-confidence"),
    "top-and-threshold": top_and_threshold,
    "class-balanced": class_balanced,
    "prior-corrected": prior_corrected,
    "clusters": clusters,
    "ensemble": ensemble,
    "random": random_documents,
}


def check_selection(name: str) -> None:
    """Raise TrainingError where there is no way to choose of that name."""
    if name not in get_args(Selection):
        raise TrainingError(f"selection is one of {', '.join(get_args(Selection))}, got {name!r}")
