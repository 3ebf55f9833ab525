"""Tests of the measures of uncertainty."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.errors import TrainingError
from clime_core.model.selection.uncertainty import Uncertainty, uncertainty

MEASURES: tuple[Uncertainty, ...] = get_args(Uncertainty)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("n_categories", [2, 3, 7])
def test_ends_of_the_scale(measure: Uncertainty, n_categories: int) -> None:
    """A certain document has 0, one with equal probabilities 1."""
    rows = np.stack([np.eye(n_categories)[1], np.full(n_categories, 1 / n_categories)])
    np.testing.assert_allclose(uncertainty(rows, measure), [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("measure", MEASURES)
def test_one_category_is_never_uncertain(measure: Uncertainty) -> None:
    """Where there is nothing to choose the measure is 0."""
    assert uncertainty([[1.0], [1.0]], measure).tolist() == [0.0, 0.0]


def test_known_values() -> None:
    """Worked by hand for probabilities of 1/2, 1/4, 1/4."""
    row = [[0.5, 0.25, 0.25]]
    assert uncertainty(row, "entropy")[0] == pytest.approx(1.5 / np.log2(3))
    assert uncertainty(row, "margin")[0] == pytest.approx(0.75)
    assert uncertainty(row, "least-confidence")[0] == pytest.approx(0.75)


@pytest.mark.parametrize("measure", MEASURES)
@given(weights=st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda found: sum(found) > 1e-6))
def test_always_between_zero_and_one(measure: Uncertainty, weights: list[float]) -> None:
    """Any distribution has a finite uncertainty in [0, 1], whatever the order of the categories."""
    row = np.array([weights]) / sum(weights)
    value = uncertainty(row, measure)[0]
    assert 0.0 <= value <= 1.0
    assert uncertainty(row[:, ::-1], measure)[0] == pytest.approx(value)


@pytest.mark.parametrize("measure", MEASURES)
def test_two_categories_are_ordered_by_closeness_to_one_half(measure: Uncertainty) -> None:
    """All measures agree on the order for two categories."""
    found = uncertainty([[0.5, 0.5], [0.4, 0.6], [0.8, 0.2], [0.0, 1.0]], measure)
    assert (np.diff(found) < 0).all()


def test_unknown_measures_are_refused() -> None:
    """The error lists the measures."""
    with pytest.raises(TrainingError, match="entropy, margin, least-confidence"):
        uncertainty([[0.5, 0.5]], "surprise")  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", MEASURES)
def test_no_documents_have_no_uncertainties(measure: Uncertainty) -> None:
    """An empty pool is fine."""
    assert uncertainty(np.zeros((0, 2)), measure).shape == (0,)
