"""What a classifier learns from: labelled documents of either language, each with a weight."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassWeights


@dataclass(frozen=True)
class Example:
    """A document with its language and its weight in the loss (0 or more; 1 is that of any other example).

    Raises TrainingError where the weight is negative or not a number.
    """

    document: Document
    language: Language
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.weight) and self.weight >= 0):
            raise TrainingError(
                f"document {self.document.id!r}: the weight of an example must be a number of 0 or more, "
                f"got {self.weight!r}"
            )


def labels_of(examples: Sequence[Example], n_categories: int) -> NDArray[np.int64]:
    """The label of each example, (n,) int64. Raises TrainingError where one has none of the categories."""
    for example in examples:
        label = example.document.label
        if label is None or not 0 <= label < n_categories:
            raise TrainingError(
                f"document {example.document.id!r}: its label must be one of the {n_categories} categories, "
                f"0 to {n_categories - 1}, got {label!r}: correct the label or leave the document out"
            )
    return np.array([example.document.label for example in examples], dtype=np.int64)


def class_totals(examples: Sequence[Example], n_categories: int) -> NDArray[np.float64]:
    """Sum of the examples' weights by category, (n_categories,) float64."""
    weights = np.array([example.weight for example in examples], dtype=np.float64)
    totals = np.bincount(labels_of(examples, n_categories), weights, n_categories)
    return np.asarray(totals, dtype=np.float64)


def loss_weights(examples: Sequence[Example], n_categories: int, class_weights: ClassWeights) -> NDArray[np.float64]:
    """The factor of each example's loss, (n,) float64 with mean 1: its own weight, and that of its class.

    `balanced` gives every class that has examples the same share of the loss. Raises TrainingError where all
    weights are zero.
    """
    weights = np.array([example.weight for example in examples], dtype=np.float64)
    if not weights.any():
        raise TrainingError(f"the weights of all {len(examples)} examples are 0: give some a weight above 0")
    if class_weights == "balanced":
        labels = labels_of(examples, n_categories)
        totals = class_totals(examples, n_categories)[labels]
        weights = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
    return np.asarray(weights / weights.mean(), dtype=np.float64)
