"""The coefficients of a fitted logistic regression, one row for each category."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

UNSEEN_SCORE = -30.0
"""How far the score of a category without examples lies below the lowest bias: it is never predicted."""


def rows_of(model: LogisticRegression) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights (n_classes, n_features) and bias (n_classes,) in the order of `classes_`, of the model's own dtype.

    Of two classes scikit-learn keeps one row, the score of the second over the first: each class gets half of it.
    """
    if len(model.classes_) != 2:
        return model.coef_, model.intercept_
    weights = np.concatenate([-model.coef_ / 2, model.coef_ / 2])
    return weights, np.concatenate([-model.intercept_ / 2, model.intercept_ / 2])


def rows_of_all(model: LogisticRegression, n_categories: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (n_categories, n_features) and bias (n_categories,); a category without examples is never predicted."""
    rows, bias_of_classes = rows_of(model)
    weights = np.zeros((n_categories, rows.shape[1]))
    bias = np.full(n_categories, float(bias_of_classes.min()) + UNSEEN_SCORE)
    weights[model.classes_], bias[model.classes_] = rows, bias_of_classes
    return weights, bias
