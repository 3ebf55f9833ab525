"""Tests of what the settings of a predictor refuse."""

import pytest

from clime_core.errors import TrainingError
from clime_core.model.predictor.predictor_settings import PredictorSettings, check_shares


@pytest.mark.parametrize("shares", [[1.0], [0.5, 0.6], [1.0, 0.0], [0.5, 0.25, 0.25], [0.5, float("nan")]])
def test_impossible_shares_are_refused(shares: list[float]) -> None:
    """The error says how many numbers are needed and what was got."""
    with pytest.raises(TrainingError, match="shares must be 2 numbers"):
        check_shares(shares, 2)


def test_shares_may_be_off_by_rounding() -> None:
    """Three thirds, written with seven digits, are shares of three categories."""
    check_shares([0.3333333, 0.3333333, 0.3333333], 3)


def test_only_shares_in_numbers_are_held_against_the_categories() -> None:
    """Shares that are named fit any number of categories; two numbers do not fit three."""
    PredictorSettings(shares="as predicted").check(3)
    with pytest.raises(TrainingError, match="shares must be 3 numbers"):
        PredictorSettings(shares=(0.5, 0.5)).check(3)
