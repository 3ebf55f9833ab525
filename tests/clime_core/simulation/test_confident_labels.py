"""What a machine is surest of."""

import numpy as np

from clime_core.simulation.confident_labels import ConfidentLabels


def test_categories_take_turns_by_their_shares() -> None:
    """Of any first ten, three are of the category with a share of 0.3, its most probable first."""
    rng = np.random.default_rng(1)
    positive = np.sort(rng.random(200))
    found = ConfidentLabels.of(np.stack([1 - positive, positive], axis=1), list(range(200)), (0.7, 0.3))
    for first in (10, 20, 40):
        assert sum(found.labels[document] for document in found.order[:first]) == round(0.3 * first)
    ones = [document for document in found.order if found.labels[document] == 1]
    assert ones == list(range(199, 199 - len(ones), -1))
    assert len(ones) == 60


def test_without_shares_the_predictions_own_count() -> None:
    """A category that is never predicted gets no turn; all documents are in the order once."""
    rows = np.array([[0.9, 0.05, 0.05], [0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1]])
    found = ConfidentLabels.of(rows, ["a", "b", "c", "d"], None)
    assert found.labels == {"a": 0, "b": 0, "c": 1, "d": 0}
    assert sorted(found.order) == ["a", "b", "c", "d"]
    assert [one for one in found.order if one != "c"] == ["a", "d", "b"]
