"""Policies that learn from the gains so far. Experimental: docs/experiments.md has their results."""

from collections.abc import Collection
from dataclasses import dataclass
from math import hypot
from typing import ClassVar

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies.fixed import most_behind
from clime_core.scheduling.policies.policy import Choice, Policy, certain, check_amount, check_number, check_share
from clime_core.scheduling.rates import Rates, learn_rates
from clime_core.scheduling.state import ScheduleState

D, W = Activity.DOCUMENTS, Activity.WORDS


def _check(share_documents: float, discount: float, floor: float) -> None:
    check_share("share_documents", share_documents)
    check_number("discount", discount, lambda d: 0 < d <= 1, "above 0 and at most 1")
    check_number("floor", floor, lambda f: 0 <= f < 0.5, "from 0 to below 0.5")


@dataclass(frozen=True)
class Roi(Policy):
    """Return on investment: shares that lean towards the activity whose seconds gain more.

    The odds of the shares are multiplied by exp(strength * d), d in about [-1, 1] the difference of the two rates,
    each with `optimism` standard deviations on top, against their size and doubt. So without observations the shares
    are as given, and an activity that is little known is tried. No activity gets less than `floor` of the time.
    """

    name: ClassVar[str] = "roi"
    experimental: ClassVar[bool] = True
    share_documents: float = 0.5
    strength: float = 2.0
    optimism: float = 0.5
    discount: float = 0.9
    floor: float = 0.1

    def __post_init__(self) -> None:
        _check(self.share_documents, self.discount, self.floor)
        check_amount("strength", self.strength)
        check_amount("optimism", self.optimism)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """The activity furthest behind its present share."""
        rates = learn_rates(state.history, self.discount)
        share = self.share_now(rates)
        activity = most_behind(state, share, open_activities)
        return certain(activity, f"{_gains_text(rates)}: documents get {share:.0%} of the time, {activity} are behind")

    def share_now(self, rates: Rates) -> float:
        """The documents' share of the time."""
        means, doubts = ((values[D] - values[W]) / rates.scale for values in (rates.mean, rates.sd))
        share = float(self.share_documents)
        if 0 < share < 1:  # all to one activity is infinite odds, which no observation moves
            from scipy.special import expit, logit  # the campaign file is checked without it: half a second

            share = float(expit(logit(share) + self.strength * (means + self.optimism * doubts)))
        return min(max(share, self.floor), 1 - self.floor)


@dataclass(frozen=True)
class Thompson(Policy):
    """Budgeted Thompson sampling: an activity gets as much of the time as it is likely to gain more a second.

    Rates are per second, so that a dear activity must gain more (Xia et al. 2015). Probabilities are divided by the
    expected seconds of a task, so that dear tasks are drawn less often. Old periods are forgotten by `discount`. An
    activity below its `floor` of the time is served at once.
    """

    name: ClassVar[str] = "thompson"
    experimental: ClassVar[bool] = True
    share_documents: float = 0.5
    discount: float = 0.9
    floor: float = 0.2

    def __post_init__(self) -> None:
        _check(self.share_documents, self.discount, self.floor)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """By chance, once no activity is below its floor."""
        lacking = min(open_activities, key=lambda a: (state.given[a], a is not W))
        if state.given[lacking] < self.floor * state.total or state.total == 0:
            return certain(lacking, f"{lacking} are below their floor of {self.floor:.0%}")
        rates = learn_rates(state.history, self.discount)
        if not rates.periods:
            activity = most_behind(state, self.share_documents, open_activities)
            return certain(activity, "nothing was gained yet to learn from: by share")
        from scipy.special import ndtr

        better = float(ndtr((rates.mean[D] - rates.mean[W]) / hypot(rates.sd[D], rates.sd[W])))
        weights = {D: better / state.expected[D], W: (1 - better) / state.expected[W]}
        probabilities = {a: weight / sum(weights.values()) for a, weight in weights.items()}
        return Choice(probabilities, f"{_gains_text(rates)}: documents gain more with probability {better:.0%}")


def _gains_text(rates: Rates) -> str:
    per_minute = (f"{a} {60 * rates.mean[a]:.2g} ± {60 * rates.sd[a]:.1g}" for a in Activity)
    return f"gain a minute from {rates.periods} rounds: {', '.join(per_minute)}"
