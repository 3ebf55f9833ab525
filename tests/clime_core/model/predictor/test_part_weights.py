"""Weights of the parts by held-out labels."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.model.predictor.part_weights import MIN_WEIGHT, part_weights

K = 4


def parts(n: int, *knows: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Scores of n documents by parts that know their labels so well, in standard deviations, and the labels."""
    rng = np.random.default_rng(0)
    labels = rng.integers(K, size=n)
    truth = np.eye(K)[labels] - 1 / K
    scores = [know * truth + rng.standard_normal((n, K)) for know in knows]
    return np.stack(scores, axis=1), labels


def test_without_labels_the_prior_holds() -> None:
    """Also where it is 0: then the least weight."""
    assert part_weights(np.zeros((0, 2, K)), [], [1.0, 2.0]).tolist() == [1.0, 2.0]
    assert part_weights([], [], [1.0, 0.0]).tolist() == [1.0, MIN_WEIGHT]


def test_a_part_that_knows_nothing_loses_its_say() -> None:
    """And one that knows keeps it."""
    weights = part_weights(*parts(300, 0.0, 1.0), [1.0, 1.0])
    assert weights[0] < 0.3
    assert weights[1] > 0.9


def test_few_labels_change_little() -> None:
    """The prior is worth a number of labels."""
    few, many = (part_weights(*parts(n, 0.0, 1.0), [1.0, 1.0])[0] for n in (4, 300))
    assert many < few
    assert few > 0.6


def test_they_are_those_of_least_penalised_log_loss() -> None:
    """No point of a grid is better."""
    scores, labels = parts(60, 1.0, 2.0)

    def loss(first: float, second: float) -> float:
        logits = first * scores[:, 0] + second * scores[:, 1]
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-logs[np.arange(60), labels].sum() + 10 * ((first - 1) ** 2 + (second - 1) ** 2))

    best = part_weights(scores, labels, [1.0, 1.0])
    grid = np.linspace(MIN_WEIGHT, 2.5, 60)
    assert loss(*best) <= min(loss(a, b) for a in grid for b in grid) + 1e-6


@pytest.mark.parametrize("knows", [(-3.0, 0.0), (0.0, -3.0)])
def test_no_part_is_turned_round(knows: tuple[float, float]) -> None:
    """A part that is worse than chance gets the least weight."""
    assert part_weights(*parts(300, *knows), [1.0, 1.0]).min() == MIN_WEIGHT
