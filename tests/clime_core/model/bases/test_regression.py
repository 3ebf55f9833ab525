"""Tests of the coefficients of logistic regression."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from clime_core.model.bases.regression import rows_of


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_rows_predict_as_the_model_does(n_classes: int) -> None:
    """The softmax of the scores is what scikit-learn predicts, of two classes and of more."""
    draw = np.random.default_rng(0)
    features, classes = draw.normal(size=(60, 4)), np.arange(60) % n_classes
    model = LogisticRegression().fit(features, classes)
    weights, bias = rows_of(model)
    assert weights.shape == (n_classes, 4)
    np.testing.assert_allclose(softmax(features @ weights.T + bias, axis=1), model.predict_proba(features), atol=1e-12)
