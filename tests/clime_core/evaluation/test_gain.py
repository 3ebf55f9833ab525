"""What a stretch of work gained."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import DocumentId
from clime_core.evaluation.gain import MIN_HELD_OUT, Observation, gain_between, pool_digest, stability

POOL = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
DOCUMENTS: list[DocumentId] = [f"d{i}" for i in range(MIN_HELD_OUT)]


def observed(
    pool: NDArray[np.float64] = POOL, held_out: float | None = None, dev: float | None = None, digest: str = "pool"
) -> Observation:
    """A version with equal losses on enough documents, where it has any."""
    held, developed = ({} if loss is None else dict.fromkeys(DOCUMENTS, loss) for loss in (held_out, dev))
    return Observation(pool, digest, held_out=held, dev=developed)


def test_the_best_measure_that_both_have_is_taken() -> None:
    """A dev set before cross-validation, that before changes of the pool."""
    gain = gain_between(observed(dev=0.7, held_out=0.5), observed(dev=0.4, held_out=0.6))
    assert gain is not None
    assert (gain.measure, gain.n) == ("dev loss", MIN_HELD_OUT)
    assert gain.value == pytest.approx(0.3)
    gain = gain_between(observed(held_out=0.5), observed(dev=0.4, held_out=0.6))
    assert gain is not None
    assert gain.measure == "held-out loss"
    assert gain.value == pytest.approx(-0.1), "a loss that rises is a gain below zero"


def test_only_documents_of_both_versions_are_compared() -> None:
    """Hard documents that were labelled since do not look like a loss."""
    before = Observation(POOL, "pool", held_out=dict.fromkeys(DOCUMENTS, 0.5))
    after = Observation(POOL, "pool", held_out={**observed(held_out=0.4).held_out, "hard": 9.0})
    gain = gain_between(before, after)
    assert gain is not None
    assert gain.value == pytest.approx(0.1)
    assert gain.n == MIN_HELD_OUT


def test_too_few_documents_leave_the_change_of_the_pool() -> None:
    """The mean total variation distance, by hand."""
    few = Observation(POOL, "pool", held_out=dict.fromkeys(DOCUMENTS[1:], 0.5))
    moved = Observation(np.array([[0.8, 0.2], [0.4, 0.6], [0.4, 0.6]]), "pool", held_out=few.held_out)
    gain = gain_between(few, moved)
    assert gain is not None
    assert gain.measure == "change"
    assert gain.value == pytest.approx((0.1 + 0.0 + 0.2) / 3)


@pytest.mark.parametrize(("documents", "measure"), [(9, "change"), (10, "held-out loss")])
def test_ten_documents_are_enough_and_nine_are_not(documents: int, measure: str) -> None:
    """Of those held out both before and after."""
    losses: dict[DocumentId, float] = dict.fromkeys(range(documents), 0.5)
    gain = gain_between(
        Observation(POOL, "pool", {**losses, "before": 0.5}), Observation(POOL, "pool", {**losses, "after": 0.4})
    )
    assert gain is not None
    assert gain.measure == measure


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(observed(), observed(POOL[:2]), id="fewer documents"),
        pytest.param(observed(), observed(digest="other"), id="as many other documents"),
        pytest.param(observed(digest=""), observed(digest=""), id="nobody knows which"),
        pytest.param(observed(POOL[:0]), observed(POOL[:0]), id="no documents"),
    ],
)
def test_another_pool_cannot_be_compared(before: Observation, after: Observation) -> None:
    """None, rather than a number that means nothing."""
    assert gain_between(before, after) is None
    assert stability(before, after) is None


def test_losses_are_compared_whatever_the_pool() -> None:
    """They are of the same documents, which have names of their own."""
    gain = gain_between(observed(held_out=0.5), observed(held_out=0.4, digest="other"))
    assert gain is not None
    assert gain.value == pytest.approx(0.1)


def test_a_pool_of_one_document_has_no_interval() -> None:
    """And so no gain; two have one, that is finite."""
    assert gain_between(observed(POOL[:1]), observed(POOL[1:2])) is None
    gain = gain_between(observed(POOL[:2]), observed(POOL[1:]))
    assert gain is not None
    assert math.isfinite(gain.low)
    assert math.isfinite(gain.high)


def test_a_pool_is_known_by_its_documents_in_their_order() -> None:
    """Ids are told apart wherever they end; 7 and "7" are the same, as everywhere."""
    digests = [pool_digest(ids) for ids in (["a", "b"], ["b", "a"], ["a", "c"], ["ab"], ["a, b"], ["a"], [])]
    assert len(set(digests)) == len(digests)
    assert all(digests)
    assert pool_digest([7, "a"]) == pool_digest(["7", "a"])


def test_the_interval_is_of_the_mean_over_documents() -> None:
    """Plus and minus 1.96 standard errors."""
    drops = np.linspace(-0.2, 0.6, MIN_HELD_OUT)
    after = Observation(POOL, "pool", dev={name: 1 - drop for name, drop in zip(DOCUMENTS, drops, strict=True)})
    gain = gain_between(observed(dev=1.0), after)
    assert gain is not None
    reach = 1.96 * np.std(drops, ddof=1) / math.sqrt(MIN_HELD_OUT)
    assert gain.low == pytest.approx(0.2 - reach)
    assert gain.high == pytest.approx(0.2 + reach)


def test_stability_is_kappa_of_the_predicted_categories() -> None:
    """1 for the same categories, 0 for agreement by chance."""
    assert stability(observed(), observed(POOL * [1.1, 0.9])) == 1.0
    one, other = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0), np.tile([[0.0, 1.0], [1.0, 0.0]], (10, 1))
    assert stability(observed(one), observed(other)) == pytest.approx(0.0)
    assert stability(observed(one[:10]), observed(one[:10])) == 1.0, "one category alone, on which both agree"
