"""Tests of half top-scored, half at the threshold."""

import numpy as np
import pytest

from clime_core.model.selection.top_and_threshold import top_and_threshold
from tests.clime_core.model.selection.pools import candidates, drawn_pool, odds

SKEWED = odds(0.02, 0.54, 0.9, 0.1, 0.45, 0.7, 0.35, 0.05)
"""The second category is predicted of three: 2, 5, 1 from the top, and 1, 4, 6, 5 from the threshold."""


def test_by_hand() -> None:
    """Top, threshold, top, threshold; what one half has taken the other passes over."""
    assert top_and_threshold(candidates(SKEWED)).rows.tolist() == [2, 1, 5, 4, 6, 3, 7, 0]


def test_the_rare_category_is_the_top() -> None:
    """Turned round, the other category is the rare one, and the same documents are asked; of equal ones the second."""
    assert top_and_threshold(candidates(SKEWED[:, ::-1])).rows.tolist() == [2, 1, 5, 4, 6, 3, 7, 0]
    assert top_and_threshold(candidates(odds(0.9, 0.4, 0.8, 0.3))).rows[0] == 0


def test_known_shares_say_what_is_rare() -> None:
    """Though the predictions say something else."""
    assert top_and_threshold(candidates(SKEWED, shares=(0.2, 0.8))).rows[0] == 0


def test_labels_count_for_what_is_rare() -> None:
    """Documents that were predicted otherwise."""
    labels = {7: 1, 0: 1, 3: 1}
    assert top_and_threshold(candidates(SKEWED, labels=labels, asked=(5,))).rows[0] == 6


def test_turns_go_on_where_they_were() -> None:
    """Asked one at a time, with a new ranking before each, the documents are those that are asked at once."""
    rows, shares = drawn_pool(200, 2, sharpness=3.0), (0.6, 0.4)
    asked: list[int] = []
    for _ in range(20):
        asked.append(int(top_and_threshold(candidates(rows, asked=asked, shares=shares)).rows[0]))
    assert asked == top_and_threshold(candidates(rows, shares=shares)).rows[:20].tolist()


@pytest.mark.parametrize("n_asked", [0, 1, 2, 3])
def test_every_prefix_is_half_and_half(n_asked: int) -> None:
    """Within one; counted where the two halves have nothing in common."""
    top, threshold = [0.95 + i / 1000 for i in range(10)], [0.5 + i / 1000 for i in range(10)]
    rows = odds(*top, *threshold, *[0.01] * 30)
    ranking = top_and_threshold(candidates(rows, asked=range(49, 49 - n_asked, -1))).rows[:16]
    tops = np.cumsum(ranking < 10)
    assert (np.abs(2 * tops - np.arange(1, 17)) <= 1).all()
    assert (ranking[0] < 10) == (n_asked % 2 == 0)


def test_more_categories_take_turns_at_the_top() -> None:
    """All but the commonest, the rarest first, with one at the threshold after each."""
    rows = [[0.8, 0.1, 0.1]] * 6 + [[0.1, 0.9, 0.0], [0.2, 0.8, 0.0], [0.0, 0.0, 1.0]]
    rows += [[0.4, 0.3, 0.3], [0.4, 0.36, 0.24], [0.5, 0.3, 0.2]]
    assert top_and_threshold(candidates(rows)).rows[:7].tolist() == [8, 10, 6, 9, 11, 7, 0]
