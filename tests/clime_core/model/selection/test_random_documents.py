"""Tests of the control."""

import numpy as np

from clime_core.model.selection.random_documents import random_documents
from tests.clime_core.model.selection.pools import candidates, drawn_pool


def test_nothing_but_the_seed_counts() -> None:
    """Not the predictions, nor what was asked; documents that join the pool do not change the others' order."""
    first = random_documents(candidates(drawn_pool(40, 2, seed=0), seed=4)).rows.tolist()
    again = random_documents(candidates(drawn_pool(50, 3, seed=1), asked=first[:10], seed=4)).rows.tolist()
    assert [row for row in again if row < 40] == first[10:]
    assert random_documents(candidates(drawn_pool(40, 2), seed=5)).rows.tolist() != first


def test_every_document_is_as_likely_to_be_first() -> None:
    """Over 2,000 seeds, each of four within five standard deviations of its quarter."""
    first = [random_documents(candidates(drawn_pool(4, 2), seed=seed)).rows[0] for seed in range(2000)]
    assert (np.abs(np.bincount(first, minlength=4) - 500) < 5 * np.sqrt(2000 * 3 / 16)).all()
