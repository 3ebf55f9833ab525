"""What policies learn from in the laboratory."""

import math

import numpy as np
import pytest

from clime_core.laboratory.stretches import Stretches
from clime_core.policy.activity import Activity
from clime_core.policy.gain import PERIOD_SECONDS, Observation
from clime_core.policy.ledger import Ledger, Visit

D, W = Activity.DOCUMENTS, Activity.WORDS


def ledger(**seconds: float) -> Ledger:
    """One visit of each activity."""
    return Ledger.of([Visit("a", Activity(name), spent) for name, spent in seconds.items()], longest=math.inf)


def seen(*health: float) -> Observation:
    """Predictions of a pool."""
    return Observation(np.array([[1 - p, p] for p in health]), "pool")


def test_a_stretch_is_over_after_enough_work() -> None:
    """Counted from the end of the one before."""
    stretches = Stretches(seen(0.5, 0.5))
    assert not stretches.is_over(ledger(words=PERIOD_SECONDS - 1))
    assert stretches.is_over(ledger(words=PERIOD_SECONDS))
    stretches.close(ledger(words=PERIOD_SECONDS), seen(0.5, 0.7))
    assert not stretches.is_over(ledger(words=PERIOD_SECONDS, documents=PERIOD_SECONDS - 1))
    assert stretches.is_over(ledger(words=PERIOD_SECONDS, documents=PERIOD_SECONDS))


def test_a_closed_stretch_has_its_own_seconds_and_gain() -> None:
    """By hand: predictions moved by 0.2 of one of two documents, then by 0.3 of both."""
    stretches = Stretches(seen(0.5, 0.5))
    stretches.close(ledger(words=200.0), seen(0.5, 0.7))
    stretches.close(ledger(words=230.0, documents=170.0), seen(0.8, 0.4))
    first, second = stretches.periods
    assert (first.seconds, second.seconds) == ({W: 200.0, D: 0.0}, {W: 30.0, D: 170.0})
    assert [first.gain, second.gain] == pytest.approx([0.1, 0.3])
    assert {first.measure, second.measure} == {"change"}


def test_a_gain_that_cannot_be_told_is_left_out() -> None:
    """Another pool; the next stretch begins all the same."""
    stretches = Stretches(seen(0.5))
    stretches.close(ledger(words=200.0), seen(0.5, 0.7))
    assert stretches.periods == []
    assert not stretches.is_over(ledger(words=201.0))
