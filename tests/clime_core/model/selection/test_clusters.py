"""Tests of diversity by clusters."""

import numpy as np

from clime_core.model.selection.clusters import clusters
from tests.clime_core.model.selection.pools import candidates, odds

BLOB = np.repeat([0, 1, 2], [12, 3, 3])
"""Eighteen documents make three clusters: one of many documents, two of few."""

VECTORS = np.eye(3)[BLOB] + np.random.default_rng(0).normal(size=(18, 3)) * 0.01
UNSURE = np.where(BLOB == 0, 0.5, 0.9) + np.linspace(0, 0.01, 18)


def asked_blobs(n: int, **more: object) -> list[int]:
    """Of which blobs the first documents are."""
    pool = candidates(odds(*UNSURE), vectors=VECTORS, **more)  # type: ignore[arg-type]  # what each test gives
    return [int(blob) for blob in BLOB[clusters(pool).rows[:n]]]


def test_every_cluster_has_its_turn() -> None:
    """Though the twelve most uncertain documents are all in one; when the small ones are used up it goes on alone."""
    asked = asked_blobs(18)
    assert [sorted(asked[i : i + 3]) for i in (0, 3, 6)] == [[0, 1, 2]] * 3
    assert asked[9:] == [0] * 9


def test_the_most_uncertain_of_a_cluster_comes_first() -> None:
    """And of three that are due the most uncertain."""
    rows = clusters(candidates(odds(*UNSURE), vectors=VECTORS)).rows
    assert rows[:3].tolist() == [0, 12, 15]
    assert [row for row in rows.tolist() if BLOB[row] == 0] == list(range(12))


def test_what_was_asked_counts() -> None:
    """Two questions to the large cluster and one to another: first the third, and the large one last."""
    assert asked_blobs(5, asked=(0, 1, 12)) == [2, 1, 2, 0, 1]


def test_asked_one_at_a_time() -> None:
    """The clusters stay the same between rankings, whatever the predictions become."""
    asked: list[int] = []
    rng = np.random.default_rng(1)
    for _ in range(9):
        pool = candidates(odds(*rng.random(18)), vectors=VECTORS, asked=asked, seed=3)
        asked.append(int(clusters(pool).rows[0]))
    assert np.bincount(BLOB[asked]).tolist() == [3, 3, 3]


def test_documents_that_are_all_alike_are_one_cluster() -> None:
    """Then it is plain entropy."""
    pool = candidates(odds(0.9, 0.5, 0.7, 0.6, 0.8, 0.99, 0.01, 0.3), vectors=np.zeros((8, 3)))
    assert clusters(pool).rows.tolist() == [1, 3, 2, 7, 4, 0, 5, 6]
