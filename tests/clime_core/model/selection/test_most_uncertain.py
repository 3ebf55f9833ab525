"""Tests of uncertainty sampling."""

from typing import get_args

import numpy as np
import pytest

from clime_core.model.selection.most_uncertain import MostUncertain
from clime_core.model.selection.uncertainty import Uncertainty, uncertainty
from tests.clime_core.model.selection.pools import candidates, drawn_pool


@pytest.mark.parametrize("measure", get_args(Uncertainty))
def test_the_worth_is_the_measure(measure: Uncertainty) -> None:
    """Of the predictions as they are, and the order is theirs."""
    rows = drawn_pool(20, 3)
    ranking = MostUncertain(measure)(candidates(rows, asked=(4,), bias=[2.0, 0.0, -2.0]))
    np.testing.assert_allclose(ranking.worth, uncertainty(rows, measure)[ranking.rows])


def test_the_measures_differ() -> None:
    """By hand: a close second against a flat rest."""
    rows = [[0.45, 0.44, 0.11], [0.42, 0.29, 0.29]]
    assert MostUncertain("margin")(candidates(rows)).rows.tolist() == [0, 1]
    assert MostUncertain("entropy")(candidates(rows)).rows.tolist() == [1, 0]
    assert MostUncertain("least-confidence")(candidates(rows)).rows.tolist() == [1, 0]
