"""Tests of examples, their labels and the factors of their losses."""

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases.examples import Example, class_totals, labels_of, loss_weights


def labelled(label: int | None, weight: float = 1.0) -> Example:
    """An example with this label."""
    return Example(Document("d", ("a",), label), Language.SOURCE, weight)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_impossible_weights_are_refused(weight: float) -> None:
    """A weight is a number of 0 or more."""
    with pytest.raises(TrainingError, match="weight"):
        labelled(0, weight)


@pytest.mark.parametrize("label", [None, -1, 2])
def test_labels_outside_the_categories_are_refused(label: int | None) -> None:
    """The error names the document and what was got."""
    with pytest.raises(TrainingError, match=f"'d'.*got {label}"):
        labels_of([labelled(0), labelled(label)], 2)


def test_class_totals_add_weights() -> None:
    """Totals are of weights, and a category without examples has 0."""
    examples = [labelled(0, 0.5), labelled(2, 2.0), labelled(2)]
    assert class_totals(examples, 4).tolist() == [0.5, 0.0, 3.0, 0.0]


def test_balanced_classes_share_the_loss_equally() -> None:
    """Balanced, each class that has examples has the same sum of factors; their mean is 1."""
    examples = [labelled(0), labelled(0), labelled(0, 2.0), labelled(1)]
    factors = loss_weights(examples, 3, "balanced")
    assert factors[:3].sum() == pytest.approx(factors[3])
    assert factors.mean() == pytest.approx(1.0)
    assert factors[2] == pytest.approx(2 * factors[0])


def test_equal_weights_are_one() -> None:
    """Without weights of any kind every factor is 1, whatever the common weight."""
    np.testing.assert_array_equal(loss_weights([labelled(0, 3.0), labelled(1, 3.0)], 2, "none"), [1.0, 1.0])


def test_weights_that_are_all_zero_are_refused() -> None:
    """There would be nothing to learn."""
    with pytest.raises(TrainingError, match="all 2 examples are 0"):
        loss_weights([labelled(0, 0.0), labelled(1, 0.0)], 2, "balanced")
