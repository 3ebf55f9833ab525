"""Policies that learn from the gains so far. Experimental: docs/experiments.md has their results."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies.fixed import R, Shares, W, most_behind, served, shares_of
from clime_core.scheduling.policies.policy import Choice, Policy, certain, check_amount, check_number
from clime_core.scheduling.rates import Rates, learn_rates
from clime_core.scheduling.state import ScheduleState

NODES = 40
"""Points of the quadrature of a probability."""


class _Adaptive(Policy):
    """Begins with the shares that are wanted, forgets by `discount`, and keeps every activity that it serves alive."""

    experimental: ClassVar[bool] = True
    share_documents: float
    share_review: float
    discount: float
    floor: float

    @property
    def wanted(self) -> Shares:
        """The shares without observations."""
        return shares_of(self.share_documents, self.share_review)

    @property
    def activities(self) -> Collection[Activity]:
        """Those with a share; documents and words have their floor even without."""
        return tuple(a for a, share in self.wanted.items() if share > 0 or a is not R)

    def _check(self) -> None:
        _ = self.wanted
        check_number("discount", self.discount, lambda d: 0 < d <= 1, "above 0 and at most 1")
        most = len(Activity)
        check_number("floor", self.floor, lambda f: 0 <= f < 1 / most, f"from 0 to below 1/{most}")


@dataclass(frozen=True)
class Roi(_Adaptive):
    """Return on investment: shares that lean towards the activities whose seconds gain more.

    Each share is multiplied by exp(strength * r), r the rate of the activity with `optimism` standard deviations on
    top, against the size and doubt of all rates, and then they are made to add up to 1. So without observations the
    shares are as given, and an activity that is little known is tried. No activity with a share gets less than `floor`.
    """

    name: ClassVar[str] = "roi"
    share_documents: float = 0.5
    strength: float = 2.0
    optimism: float = 0.5
    discount: float = 0.9
    floor: float = 0.1
    share_review: float = 0.0

    def __post_init__(self) -> None:
        self._check()
        check_amount("strength", self.strength)
        check_amount("optimism", self.optimism)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """The activity furthest behind its present share."""
        rates = learn_rates(state.history, self.discount, self.activities)
        shares = self.shares_now(rates)
        activity = most_behind(state, shares, open_activities)
        text = ", ".join(f"{a} {shares[a]:.0%}" for a in self.activities)
        return certain(
            activity, f"{_gains_text(rates, self.activities)}: shares are {text}, {activity} {activity.are} behind"
        )

    def shares_now(self, rates: Rates) -> Shares:
        """The share of each activity."""
        wanted = self.wanted
        scale = rates.scale
        gains = {a: rates.mean[a] / scale + self.optimism * (rates.sd[a] / scale) for a in served(wanted)}
        best = max(gains.values())
        leaning = {a: wanted[a] * math.exp(self.strength * (gain - best)) for a, gain in gains.items()}
        whole = sum(leaning.values())
        return _floored({a: leaning.get(a, 0.0) / whole for a in Activity}, self.activities, self.floor)


@dataclass(frozen=True)
class Thompson(_Adaptive):
    """Budgeted Thompson sampling: an activity gets as much of the time as it is likely to gain most a second.

    Rates are per second, so that a dear activity must gain more (Xia et al. 2015). Probabilities are divided by the
    expected seconds of a task, so that dear tasks are drawn less often. Old periods are forgotten by `discount`. An
    activity below its `floor` of the time is served at once.
    """

    name: ClassVar[str] = "thompson"
    share_documents: float = 0.5
    discount: float = 0.9
    floor: float = 0.2
    share_review: float = 0.0

    def __post_init__(self) -> None:
        self._check()

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """By chance, once no activity is below its floor."""
        lacking = min(open_activities, key=lambda a: (state.given[a], a is not W))
        if state.given[lacking] < self.floor * state.total or state.total == 0:
            return certain(lacking, f"{lacking} {lacking.are} below their floor of {self.floor:.0%}")
        rates = learn_rates(state.history, self.discount, self.activities)
        if not rates.periods:
            activity = most_behind(state, self.wanted, open_activities)
            return certain(activity, "nothing was gained yet to learn from: by share")
        best = _best_of(rates, list(open_activities))
        weights = {a: best[a] / state.expected[a] for a in open_activities}
        probabilities = {a: weight / sum(weights.values()) for a, weight in weights.items()}
        text = ", ".join(f"{a} {best[a]:.0%}" for a in best)
        return Choice(probabilities, f"{_gains_text(rates, self.activities)}: probability of gaining most: {text}")


def _floored(shares: Shares, activities: Collection[Activity], floor: float) -> Shares:
    """No share below the floor; what that takes is taken from the others in proportion to what they have above it."""
    raised = {a: max(shares[a], floor) if a in activities else 0.0 for a in shares}
    above = sum(share - floor for share in raised.values() if share > floor)
    excess = sum(raised.values()) - 1
    return {a: s - excess * (s - floor) / above if s > floor and above else s for a, s in raised.items()}


def _best_of(rates: Rates, activities: Sequence[Activity]) -> dict[Activity, float]:
    """The probability that each has the largest rate, of independent normal ones: the integral of its density times
    the others' distribution functions, by Gauss-Hermite quadrature.
    """
    from scipy.special import ndtr

    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    found = {}
    for a in activities:
        values = rates.mean[a] + rates.sd[a] * points
        below = [ndtr((values - rates.mean[b]) / rates.sd[b]) for b in activities if b is not a]
        found[a] = float((weights * np.prod(below, axis=0)).sum())
    return {a: probability / sum(found.values()) for a, probability in found.items()}


def _gains_text(rates: Rates, activities: Collection[Activity]) -> str:
    per_minute = (f"{a} {60 * rates.mean[a]:.2g} ± {60 * rates.sd[a]:.1g}" for a in activities)
    return f"gain a minute from {rates.periods} rounds: {', '.join(per_minute)}"
