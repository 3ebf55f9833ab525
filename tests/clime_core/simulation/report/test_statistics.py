"""Intervals and t-tests against plain loops and hand-worked examples."""

import numpy as np
import pytest
from scipy.stats import t as student

from clime_core.errors import DataError
from clime_core.simulation.report.statistics import bootstrap_interval, one_sample_t


def by_loops(values: list[list[float]], draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """The same bootstrap, one draw at a time."""
    means = []
    for _ in range(draws):
        chosen = [values[int(rng.integers(len(values)))] for _ in values]
        means.append(np.mean([np.mean(rng.choice(row, size=len(row))) for row in chosen]))
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def test_the_interval_is_that_of_plain_loops() -> None:
    """Also where settings have different numbers of seeds: each weighs the same."""
    rng = np.random.default_rng(0)
    values = [rng.normal(mean, 1, size=n).tolist() for mean, n in ((0, 10), (3, 4), (1, 7), (2, 10))]
    found = bootstrap_interval(values, draws=20_000)
    low, high = by_loops(values, 20_000, np.random.default_rng(1))
    assert found.mean == pytest.approx(np.mean([np.mean(row) for row in values]))
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.06)
    assert (found.settings, found.n) == (4, 31)


def test_one_setting_is_a_bootstrap_over_its_seeds() -> None:
    """Close to the normal interval of many values; equal calls give equal bounds."""
    values = np.random.default_rng(2).normal(5, 2, size=400)
    found = bootstrap_interval([values.tolist()])
    half = 1.96 * values.std() / 20
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.04)
    assert found == bootstrap_interval([values.tolist()])


def test_a_single_value_has_no_width() -> None:
    """Nothing varies."""
    found = bootstrap_interval([[2.5]])
    assert (found.mean, found.low, found.high) == (2.5, 2.5, 2.5)


@pytest.mark.parametrize("values", [[], [[1.0], []]])
def test_a_setting_without_values_is_refused(values: list[list[float]]) -> None:
    """Rather than a silent nan."""
    with pytest.raises(DataError, match="at least one value"):
        bootstrap_interval(values)


def test_the_t_test_is_the_textbooks() -> None:
    """t = (mean - reference) / (s / root n), two-sided, n - 1 degrees of freedom."""
    sample = [81.0, 83.0, 80.0, 84.0, 82.0]
    found = one_sample_t(sample, 80.0)
    assert found is not None
    t = (82 - 80) / (np.sqrt(2.5) / np.sqrt(5))
    assert found.df == 4
    assert found.t == pytest.approx(t)
    assert found.p == pytest.approx(2 * student.sf(t, 4))


@pytest.mark.parametrize("sample", [[], [1.0], [2.0, 2.0, 2.0]])
def test_no_test_without_spread(sample: list[float]) -> None:
    """One value, or equal ones, have no standard error."""
    assert one_sample_t(sample, 1.0) is None
