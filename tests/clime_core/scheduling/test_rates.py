"""What a second of each activity gains."""

import numpy as np
import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.rates import learn_rates
from clime_core.scheduling.state import Period

D, W, R = Activity


def test_rates_are_found_again() -> None:
    """Many periods of varied work lead to the rates that made them, within their doubt."""
    rng = np.random.default_rng(0)
    history = []
    for _ in range(200):
        d, w = rng.uniform(0, 300, 2)
        history.append(Period({D: d, W: w}, 2e-4 * d + 5e-5 * w + rng.normal(0, 1e-3), "dev loss"))
    rates = learn_rates(history, 1.0, (D, W))
    assert rates.mean[D] == pytest.approx(2e-4, rel=0.1)
    assert rates.mean[W] == pytest.approx(5e-5, rel=0.3)
    assert abs(rates.mean[D] - 2e-4) < 4 * rates.sd[D]


def test_one_period_tells_the_activities_apart_hardly() -> None:
    """Both are shrunk to the common rate."""
    rates = learn_rates([Period({D: 100.0, W: 0.0}, 0.1, "change")], 0.9, (D, W))
    assert rates.mean[W] == pytest.approx(1e-3, rel=0.01), "nothing is known of words but the common rate"
    assert rates.sd[D] < rates.sd[W]


def test_old_periods_are_forgotten() -> None:
    """With a discount the latest periods decide."""
    before = [Period({D: 100.0, W: 0.0}, 0.1, "change"), Period({D: 0.0, W: 100.0}, 0.0, "change")] * 10
    after = [Period({D: 100.0, W: 0.0}, 0.0, "change"), Period({D: 0.0, W: 100.0}, 0.1, "change")] * 5
    discounted, plain = learn_rates(before + after, 0.7, (D, W)), learn_rates(before + after, 1.0, (D, W))
    assert discounted.mean[W] > discounted.mean[D]
    assert plain.mean[W] < plain.mean[D]


def test_gains_of_different_measures_are_never_mixed() -> None:
    """Only periods of the measure used last count; periods without work never do."""
    history = [Period({D: 100.0, W: 0.0}, 9.0, "change"), Period({D: 100.0, W: 100.0}, 0.1, "held-out loss")]
    assert learn_rates(history, 0.9, (D, W)).periods == 1
    assert learn_rates(history, 0.9, (D, W)).mean[D] < 0.01
    idle = Period({D: 0.0, W: 0.0}, 1.0, "held-out loss")
    assert learn_rates([*history, idle], 0.9, (D, W)) == learn_rates([*history], 0.9, (D, W))


def test_nothing_is_known_before_the_first_period() -> None:
    """Equal rates, and much doubt."""
    rates = learn_rates([], 0.9, (D, W))
    assert (rates.mean[D], rates.mean[W], rates.periods) == (0.0, 0.0, 0)
    assert learn_rates([Period({D: 60.0, W: 60.0}, 0.0, "change")], 0.9, (D, W)).scale > 0


def test_only_activities_that_are_served_have_a_rate() -> None:
    """What was done of another one before says nothing about them."""
    history = [Period({D: 100.0, W: 50.0, R: 300.0}, 0.1, "change")]
    assert set(learn_rates(history, 0.9, (D, R)).mean) == {D, R}
    assert set(learn_rates([], 0.9, (R,)).sd) == {R}
