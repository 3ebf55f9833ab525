"""Tests of categories in turn."""

import numpy as np

from clime_core.model.selection.class_balanced import class_balanced
from tests.clime_core.model.selection.pools import candidates, drawn_pool, odds

ROWS = odds(0.49, 0.47, 0.3, 0.2, 0.6, 0.75, 0.45)
"""Predicted as the first category 0, 1, 6, 2, 3 by falling entropy; as the second 4, 5."""


def test_by_hand() -> None:
    """The categories in turn; when one is used up the other goes on."""
    assert class_balanced(candidates(ROWS)).rows.tolist() == [0, 4, 1, 5, 6, 2, 3]


def test_labels_so_far_count() -> None:
    """As they were given, not as was predicted: two of the first category let the second catch up."""
    assert class_balanced(candidates(ROWS, labels={3: 0, 4: 0})).rows.tolist() == [5, 0, 1, 6, 2]
    assert class_balanced(candidates(ROWS, labels={3: 1, 4: 1})).rows.tolist() == [0, 1, 6, 5, 2]


def test_questions_without_an_answer_do_not_count() -> None:
    """A skipped document says nothing of a category."""
    assert class_balanced(candidates(ROWS, asked=(0, 1, 6))).rows.tolist() == [4, 2, 5, 3]


def test_many_categories_are_balanced_in_every_prefix() -> None:
    """Where each has enough documents, counts differ by at most one."""
    rows = drawn_pool(400, 7)
    predicted = rows.argmax(axis=1)
    asked = predicted[class_balanced(candidates(rows)).rows]
    for n in range(1, 7 * np.bincount(predicted).min()):
        counts = np.bincount(asked[:n], minlength=7)
        assert counts.max() - counts.min() <= 1
