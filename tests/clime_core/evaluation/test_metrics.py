"""Tests of the evaluation of predictions."""

import numpy as np
import pytest

from clime_core.errors import TrainingError
from clime_core.evaluation.metrics import Metrics, evaluate


def test_two_categories_by_hand() -> None:
    """Accuracy, macro F1 and AUC of four documents, worked by hand."""
    rows = [[0.9, 0.1], [0.4, 0.6], [0.45, 0.55], [0.2, 0.8]]
    found = evaluate(rows, [0, 0, 1, 1])
    assert found.accuracy == 0.75
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    assert found.auc == pytest.approx(0.75)
    assert found.n == 4


def test_perfect_predictions_of_three_categories() -> None:
    """All measures are 1."""
    assert evaluate(np.eye(3)[[0, 1, 2, 1]], [0, 1, 2, 1]) == Metrics(1.0, 1.0, 1.0, 4)


def test_three_categories_average_one_against_the_rest() -> None:
    """One category of three ranked by chance, an AUC of 1/2, costs a sixth of the mean."""
    rows = np.array([[0.6, 0.2, 0.2], [0.55, 0.15, 0.3], [0.5, 0.1, 0.4]])
    found = evaluate(rows, [0, 1, 2])
    assert found.auc == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.macro_f1 == pytest.approx(0.5 / 3)


def test_auc_is_undefined_where_a_category_has_no_document() -> None:
    """None, not a number that means nothing, and no error."""
    assert evaluate([[0.6, 0.4], [0.3, 0.7]], [1, 1]).auc is None
    assert evaluate(np.full((2, 3), 1 / 3), [0, 1]).auc is None
    assert evaluate([[1.0]], [0]).auc is None


@pytest.mark.parametrize(("rows", "labels"), [(np.zeros((0, 2)), []), ([[0.5, 0.5]], [0, 1])])
def test_nothing_to_evaluate_is_refused(rows: object, labels: list[int]) -> None:
    """Documents and labels must be as many, and at least one."""
    with pytest.raises(TrainingError, match="predictions and"):
        evaluate(rows, labels)  # type: ignore[arg-type]
