"""Gain periods: when one is closed, and what it gained."""

import numpy as np
import pytest

from clime_core.evaluation.gain import PERIOD_SECONDS, Observation
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.gain_period import OpenPeriod, advance
from clime_core.scheduling.ledger import Ledger, Visit

D, W, R = Activity


def ledger(documents: int, words: int) -> Ledger:
    """So many tasks of thirty seconds."""
    return Ledger.of([Visit("ada", a, 30.0) for a, n in ((D, documents), (W, words)) for _ in range(n)])


def observation(share: float, loss: float, pool: str = "pool") -> Observation:
    """A version that gives the first category this probability, and twelve documents this loss."""
    return Observation(np.tile([share, 1 - share], (4, 1)), pool, held_out=dict.fromkeys(range(12), loss))


def test_the_first_version_opens_a_period() -> None:
    """Nothing is closed by it, and it begins with what was spent by then."""
    opened, closed = advance(None, ledger(2, 1), observation(0.6, 0.7))
    assert closed is None
    assert opened.began == {D: 60.0, W: 30.0, R: 0.0}


def test_a_version_that_comes_early_leaves_the_period_open() -> None:
    """The gain of little work cannot be measured."""
    first, _ = advance(None, ledger(0, 0), observation(0.6, 0.7))
    assert PERIOD_SECONDS > 4 * 30
    assert not first.is_long_enough(ledger(1, 3))
    assert advance(first, ledger(1, 3), observation(0.9, 0.9)) == (first, None)


def test_a_period_that_is_long_enough_is_closed_and_the_next_opened() -> None:
    """Its gain counts from its beginning, not from the version before."""
    first, _ = advance(None, ledger(1, 0), observation(0.6, 0.7))
    assert first.is_long_enough(ledger(4, 4))
    following, closed = advance(first, ledger(4, 4), observation(0.4, 0.5))
    assert closed is not None
    assert closed.seconds == {D: 90.0, W: 120.0, R: 0.0}
    assert closed.gain is not None
    assert (closed.gain.measure, round(closed.gain.value, 9)) == ("held-out loss", 0.2)
    assert closed.stability == 0.0
    assert not following.is_long_enough(ledger(4, 5))


@pytest.mark.parametrize(("pool", "stability"), [("pool", 1.0), ("other", None), ("", None)])
def test_only_the_same_pool_has_a_stability(pool: str, stability: float | None) -> None:
    """Not one whose documents were exchanged, nor one that is not known; losses are of documents by name."""
    closed = OpenPeriod({D: 0.0, W: 0.0}, observation(0.6, 0.7, pool)).close(ledger(6, 6), observation(0.6, 0.5))
    assert closed.stability == stability
    assert closed.gain is not None
    assert closed.gain.measure == "held-out loss"


def test_policies_learn_from_measured_gains_alone() -> None:
    """Two versions that cannot be compared say nothing."""
    before, after = Observation(np.ones((4, 1)), "one"), Observation(np.ones((4, 1)), "two")
    assert OpenPeriod({D: 0.0, W: 0.0}, before).close(ledger(6, 6), after).measured is None
    measured = OpenPeriod({D: 0.0, W: 0.0}, observation(0.6, 0.7)).close(ledger(6, 6), observation(0.6, 0.5)).measured
    assert measured is not None
    assert (measured.seconds, round(measured.gain, 9)) == ({D: 180.0, W: 180.0, R: 0.0}, 0.2)


def test_a_period_is_long_enough_to_the_second() -> None:
    """Of work since it began, not of all work."""
    first, _ = advance(None, ledger(1, 0), observation(0.6, 0.7))
    spent = [Visit("ada", D, 30.0), Visit("ada", W, PERIOD_SECONDS - 1.0)]
    assert not first.is_long_enough(Ledger.of(spent, longest=2 * PERIOD_SECONDS))
    assert first.is_long_enough(Ledger.of([*spent, Visit("ada", W, 1.0)], longest=2 * PERIOD_SECONDS))
