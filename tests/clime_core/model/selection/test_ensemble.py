"""Tests of disagreement between networks."""

from dataclasses import replace

import numpy as np
import pytest

from clime_core.errors import TrainingError
from clime_core.model.selection.ensemble import disagreement, ensemble
from tests.clime_core.model.selection.pools import candidates, drawn_pool, odds


def test_by_hand() -> None:
    """Opposite certainties are 1, equal opinions 0, however uncertain."""
    members = np.stack([odds(0.0, 0.5, 0.9, 0.0), odds(1.0, 0.5, 0.9, 0.5)])
    half_sure = -0.25 * np.log2(0.25) - 0.75 * np.log2(0.75) - 0.5
    np.testing.assert_allclose(disagreement(members), [1, 0, 0, half_sure], atol=1e-12)


@pytest.mark.parametrize(("m", "k"), [(2, 2), (3, 7), (5, 3)])
def test_it_is_the_mean_divergence_from_the_mean(m: int, k: int) -> None:
    """The same information, written as Kullback-Leibler divergences, network by network."""
    members = np.stack([drawn_pool(10, k, seed) for seed in range(m)])
    mean = members.mean(axis=0)
    expected = [
        sum((one[i] * np.log(one[i] / mean[i])).sum() for one in members) / m / np.log(min(m, k)) for i in range(10)
    ]
    np.testing.assert_allclose(disagreement(members), expected, atol=1e-12)


def test_where_networks_disagree_comes_before_where_all_are_unsure() -> None:
    """Which plain entropy does not tell apart."""
    members = np.stack([odds(0.5, 0.1, 0.9), odds(0.5, 0.9, 0.8)])
    pool = candidates(members.mean(axis=0), members=members)
    assert ensemble(pool).rows.tolist() == [1, 2, 0]


@pytest.mark.parametrize("members", [None, np.ones((1, 4, 2)) / 2])
def test_one_network_cannot_disagree(members: np.ndarray | None) -> None:  # type: ignore[type-arg]  # of floats
    """The error says what to set."""
    pool = replace(candidates(np.ones((4, 2)) / 2), read_members=lambda: members)
    with pytest.raises(TrainingError, match="set runs to 2 or more"):
        ensemble(pool)
