"""What a stretch of work gained."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.policy.gain import ENOUGH, Observation, gain_between, stability

POOL = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
DOCUMENTS: list[DocumentId] = [f"d{i}" for i in range(ENOUGH)]


def observed(pool: NDArray[np.float64] = POOL, held_out: float | None = None, dev: float | None = None) -> Observation:
    """A version with equal losses on enough documents, where it has any."""
    held, developed = ({} if loss is None else dict.fromkeys(DOCUMENTS, loss) for loss in (held_out, dev))
    return Observation(pool, held_out=held, dev=developed)


def test_the_best_measure_that_both_have_is_taken() -> None:
    """A dev set before cross-validation, that before changes of the pool."""
    gain = gain_between(observed(dev=0.7, held_out=0.5), observed(dev=0.4, held_out=0.6))
    assert gain is not None
    assert (gain.measure, gain.n) == ("dev loss", ENOUGH)
    assert gain.value == pytest.approx(0.3)
    gain = gain_between(observed(held_out=0.5), observed(dev=0.4, held_out=0.6))
    assert gain is not None
    assert gain.measure == "held-out loss"
    assert gain.value == pytest.approx(-0.1), "a loss that rises is a gain below zero"


def test_only_documents_of_both_versions_are_compared() -> None:
    """Hard documents that were labelled since do not look like a loss."""
    before = Observation(POOL, held_out=dict.fromkeys(DOCUMENTS, 0.5))
    after = Observation(POOL, held_out={**observed(held_out=0.4).held_out, "hard": 9.0})
    gain = gain_between(before, after)
    assert gain is not None
    assert gain.value == pytest.approx(0.1)
    assert gain.n == ENOUGH


def test_too_few_documents_leave_the_change_of_the_pool() -> None:
    """The mean total variation distance, by hand."""
    few = Observation(POOL, held_out=dict.fromkeys(DOCUMENTS[1:], 0.5))
    moved = Observation(np.array([[0.8, 0.2], [0.4, 0.6], [0.4, 0.6]]), held_out=few.held_out)
    gain = gain_between(few, moved)
    assert gain is not None
    assert gain.measure == "change"
    assert gain.value == pytest.approx((0.1 + 0.0 + 0.2) / 3)


def test_another_pool_cannot_be_compared() -> None:
    """None, rather than a number that means nothing."""
    assert gain_between(observed(), observed(POOL[:2])) is None
    assert stability(POOL, POOL[:2]) is None


def test_the_interval_is_of_the_mean_over_documents() -> None:
    """Plus and minus 1.96 standard errors."""
    drops = np.linspace(-0.2, 0.6, ENOUGH)
    after = Observation(POOL, dev={name: 1 - drop for name, drop in zip(DOCUMENTS, drops, strict=True)})
    gain = gain_between(observed(dev=1.0), after)
    assert gain is not None
    reach = 1.96 * np.std(drops, ddof=1) / math.sqrt(ENOUGH)
    assert gain.low == pytest.approx(0.2 - reach)
    assert gain.high == pytest.approx(0.2 + reach)


def test_stability_is_kappa_of_the_predicted_categories() -> None:
    """1 for the same categories, 0 for agreement by chance."""
    assert stability(POOL, POOL * [1.1, 0.9]) == 1.0
    one, other = np.repeat([[0, 1], [1, 0]], 10, axis=0), np.tile([[0, 1], [1, 0]], (10, 1))
    assert stability(one, other) == pytest.approx(0.0)
    assert stability(one[:10], one[:10]) == 1.0, "one category alone, on which both agree"
