"""The ways to choose documents, by name."""

from clime_core.model.selection.class_balanced import class_balanced
from clime_core.model.selection.clusters import clusters
from clime_core.model.selection.ensemble import ensemble
from clime_core.model.selection.most_uncertain import MostUncertain
from clime_core.model.selection.prior_corrected import prior_corrected
from clime_core.model.selection.random_documents import random_documents
from clime_core.model.selection.ranking import Strategy
from clime_core.model.selection.selection import Selection
from clime_core.model.selection.top_and_threshold import top_and_threshold

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
