"""Policies that learn what a second gains."""

import math
import sys
from dataclasses import replace

import numpy as np
import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.planning import decide
from clime_core.scheduling.policies.adaptive import Roi, Thompson
from clime_core.scheduling.policies.policy import Policy
from clime_core.scheduling.rates import Rates, learn_rates
from clime_core.scheduling.state import Period, ScheduleState

D, W, R = Activity
FRESH = ScheduleState({}, {D: 55.0, W: 25.0, R: 60.0}, {D: 999, W: 999}, 1e9, {})


def worked(policy: Policy, rate: dict[Activity, float], periods: int = 20, measure: str = "held-out loss") -> float:
    """The documents' share of the time after so many periods of ten minutes, where a second gains at those rates."""
    state, history = replace(FRESH, available=dict.fromkeys(rate, 999)), list[Period]()
    for _ in range(periods):
        before = state
        while state.total - before.total < 600:
            activity = decide(policy, replace(state, history=tuple(history)), 7).activity
            assert activity is not None
            state = state.after(activity)
        spent = {a: state.given[a] - before.given[a] for a in rate}
        history.append(Period(spent, sum(rate[a] * spent[a] for a in rate), measure))
    return state.given[D] / state.total


@pytest.mark.parametrize("policy", [Roi(), Thompson()])
def test_the_activity_that_gains_gets_more_time(policy: Policy) -> None:
    """And the useless one no less than its floor."""
    floor = policy.floor  # type: ignore[attr-defined]  # both have one
    assert worked(policy, {D: 1e-4, W: 0.0}) > 0.6
    useless = worked(policy, {D: 0.0, W: 1e-4})
    assert floor - 0.05 < useless < 0.4


@pytest.mark.parametrize("policy", [Roi(), Thompson()])
def test_without_observations_the_shares_are_kept(policy: Policy) -> None:
    """Equal gains leave both at about half, and no gain at all too."""
    assert abs(worked(policy, {D: 1e-4, W: 1e-4}) - 0.5) < 0.15
    assert abs(worked(policy, {D: 0.0, W: 0.0}) - 0.5) < 0.2


def test_shares_lean_little_on_one_period() -> None:
    """Shrunk: one good period of documents moves the share by less than a tenth, towards what is less known."""
    rates = learn_rates([Period({D: 300.0, W: 0.0}, 0.05, "change")], 0.9, (D, W))
    assert 0.4 < Roi().shares_now(rates)[D] < 0.5


def test_optimism_tries_what_is_little_known() -> None:
    """Of two activities of equal mean the one that was hardly tried gets more."""
    history = [Period({D: 600.0, W: 1.0}, 0.05, "change") for _ in range(10)]
    rates = learn_rates(history, 1.0, (D, W))
    assert rates.sd[W] > 2 * rates.sd[D]
    assert Roi(optimism=2.0).shares_now(rates)[D] < Roi(optimism=0.0).shares_now(rates)[D]


def test_an_unequal_share_is_where_it_starts() -> None:
    """The odds that were asked for are those without observations."""
    assert Roi(share_documents=0.8).shares_now(learn_rates([], 0.9, (D, W)))[D] == pytest.approx(0.8)
    assert Roi(share_documents=1.0).shares_now(learn_rates([], 0.9, (D, W)))[D] == pytest.approx(0.9), "the floor holds"
    assert Roi(share_documents=0.0).shares_now(learn_rates([], 0.9, (D, W)))[D] == pytest.approx(0.1)


@pytest.mark.parametrize("extreme", [1e6, 1e300, sys.float_info.max])
def test_the_strongest_lean_ends_at_the_floors(extreme: float) -> None:
    """Whatever the strength and the optimism, without overflow; all to one activity stays so but for the floor."""
    gainful = Rates({D: 1e-3, W: 0.0}, {D: 1e-4, W: 1e-4}, 5)
    doubtful = Rates({D: 1e-3, W: 1e-3}, {D: 1e-4, W: 1e5}, 5)
    with np.errstate(all="raise"):
        assert Roi(strength=extreme).shares_now(gainful)[D] == pytest.approx(0.9)
        assert Roi(strength=extreme).shares_now(Rates({D: 0.0, W: 1e-3}, gainful.sd, 5))[D] == pytest.approx(0.1)
        for strength in (1.0, extreme):
            assert Roi(strength=strength, optimism=extreme).shares_now(doubtful)[D] == pytest.approx(0.1)
        assert Roi(strength=0.0, optimism=extreme).shares_now(doubtful)[D] == pytest.approx(0.5)
        assert Roi(share_documents=0, strength=extreme).shares_now(gainful)[D] == pytest.approx(0.1)
        assert Roi(share_documents=1, strength=extreme, optimism=extreme).shares_now(doubtful)[D] == pytest.approx(0.9)


def test_the_odds_are_multiplied_by_what_the_docstring_says() -> None:
    """By hand: 0.25 to 0.75, times exp(2 * ((0.03 + 0.5 * 0.03) - (0.01 + 0.5 * 0.04)) / hypot(0.02, 0.05))."""
    rates = Rates({D: 0.03, W: 0.01}, {D: 0.03, W: 0.04}, 5)
    odds = 0.25 / 0.75 * math.exp(2 * 0.015 / math.hypot(0.02, 0.05))
    assert Roi(share_documents=0.25, strength=2.0, optimism=0.5).shares_now(rates)[D] == pytest.approx(
        odds / (1 + odds)
    )


def test_the_chances_of_thompson(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: deviations of 3 and 4 make one of 5, so that 5 is one deviation: Phi(1) = 0.8413, over the seconds."""
    rates = Rates({D: 7.0, W: 2.0}, {D: 3.0, W: 4.0}, 5)
    monkeypatch.setattr("clime_core.scheduling.policies.adaptive.learn_rates", lambda *_: rates)
    state = replace(FRESH, given={D: 500.0, W: 500.0}, expected={D: 60.0, W: 30.0})
    chances = decide(Thompson(), state, 0).probabilities
    documents, words = 0.8413447461 / 60, 0.1586552539 / 30
    assert chances[D] == pytest.approx(documents / (documents + words))
    assert chances[W] == pytest.approx(words / (documents + words))


def test_the_floor_of_thompson_is_served_first() -> None:
    """However sure it is of the other."""
    sure = tuple(Period({D: 600.0, W: 600.0 * (n % 2)}, 1.0 - (n % 2), "change") for n in range(20))
    state = replace(FRESH, given={D: 900.0, W: 100.0}, history=sure)
    assert decide(Thompson(), state, 0).activity is W
    assert "floor" in decide(Thompson(), state, 0).reason


@pytest.mark.parametrize("policy", [Roi(0.4, share_review=0.3), Thompson(0.4, share_review=0.3)])
@pytest.mark.parametrize("best", Activity)
def test_the_best_of_three_gets_most(policy: Policy, best: Activity) -> None:
    """Whichever it is; what the state has of each is told apart."""
    rate = {a: 1e-4 * (a is best) for a in Activity}
    state, history = replace(FRESH, available=dict.fromkeys(Activity, 9999)), list[Period]()
    for _ in range(20):
        before = state
        while state.total - before.total < 600:
            activity = decide(policy, replace(state, history=tuple(history)), 7).activity
            assert activity is not None
            state = state.after(activity)
        spent = {a: state.given[a] - before.given[a] for a in Activity}
        history.append(Period(spent, sum(rate[a] * spent[a] for a in Activity), "dev loss"))
    assert state.given[best] == max(state.given.values())
    assert min(state.given.values()) > 0.05 * state.total, "none is forgotten"


def test_shares_of_three_add_up_and_keep_their_floors() -> None:
    """Whatever the rates are."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        mean, sd = rng.normal(size=3), rng.exponential(size=3)
        rates = Rates(dict(zip(Activity, mean, strict=True)), dict(zip(Activity, sd, strict=True)), 5)
        shares = Roi(0.2, share_review=0.5, strength=float(rng.exponential(5))).shares_now(rates)
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= 0.1 - 1e-12
