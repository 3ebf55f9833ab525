"""Which texts stand together on a review screen."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.errors import TrainingError
from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.review_settings import ReviewSettings
from clime_core.model.selection.screens import Screen, compose
from clime_core.model.selection.selection import Selection
from clime_core.model.selection.strategies import STRATEGIES

EIGHT = ReviewSettings(screens=20, texts=8)


def pool(n: int, k: int = 3, seed: int = 0, copies: int = 1) -> Candidates:
    """So many documents, each there `copies` times, all but every seventh open; two networks for what needs them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(k), size=n)
    vectors = np.tile(rng.normal(size=(-(-n // copies), 6)), (copies, 1))[:n]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    is_open = np.arange(n) % 7 != 6
    return Candidates(
        probabilities, np.zeros(k), is_open, {}, None, seed, lambda: vectors, lambda: np.stack([probabilities] * 2)
    )


def composed(candidates: Candidates, settings: ReviewSettings = EIGHT) -> list[Screen]:
    """The screens by the settings' own selection."""
    return compose(STRATEGIES[settings.selection](candidates), candidates, settings)


@pytest.mark.parametrize("selection", get_args(Selection))
@given(n=st.integers(0, 60), k=st.integers(2, 5), seed=st.integers(0, 99), texts=st.integers(2, 12))
def test_a_screen_is_of_one_predicted_category(selection: Selection, n: int, k: int, seed: int, texts: int) -> None:
    """Whatever the selection: open documents, each at most once, never more than fit."""
    candidates = pool(n, k, seed)
    screens = composed(candidates, ReviewSettings(screens=9, texts=texts, selection=selection))
    rows = [row for screen in screens for row in screen.rows]
    assert len(rows) == len(set(rows))
    assert candidates.open[rows].all()
    assert len(screens) <= 9
    for screen in screens:
        assert 2 <= len(screen.rows) <= texts
        assert (candidates.probabilities[list(screen.rows)].argmax(axis=1) == screen.category).all()


@given(seed=st.integers(0, 99), copies=st.integers(2, 4))
def test_texts_that_are_alike_are_never_together(seed: int, copies: int) -> None:
    """Copies go to different screens."""
    candidates = pool(60, 2, seed, copies)
    vectors = candidates.read_vectors()
    for screen in composed(candidates):
        alike = vectors[list(screen.rows)] @ vectors[list(screen.rows)].T
        np.fill_diagonal(alike, 0)
        assert alike.max() <= EIGHT.alike


def test_the_best_documents_come_first() -> None:
    """The first screen is full of the best of the category that fills first, in order."""
    candidates = pool(100, 2)
    ranking = STRATEGIES["entropy"](candidates)
    first = compose(ranking, candidates, replace(EIGHT, selection="entropy", alike=1.0))[0]
    predicted = candidates.probabilities.argmax(axis=1)
    assert list(first.rows) == [row for row in ranking.rows.tolist() if predicted[row] == first.category][:8]


def test_nothing_is_left_out_while_it_fits() -> None:
    """Every open document is on a screen, but for one that would stand alone; no screen where none is wanted."""
    candidates = pool(50, 2)
    rows = {row for screen in composed(candidates) for row in screen.rows}
    assert len(rows) >= candidates.open.sum() - 2
    assert composed(candidates, replace(EIGHT, screens=0)) == []
    assert len(composed(candidates, replace(EIGHT, screens=3))) == 3


@pytest.mark.parametrize(
    ("field", "value"), [("screens", -1), ("texts", 1), ("texts", 13), ("alike", 0), ("words", 0), ("selection", "x")]
)
def test_settings_out_of_range_are_named(field: str, value: object) -> None:
    """With what was got."""
    with pytest.raises(TrainingError, match=f"{field}.*{value}"):
        ReviewSettings(**{field: value})  # type: ignore[arg-type]  # on purpose
