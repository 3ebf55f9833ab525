"""The gain of a second of each activity, learnt from the gain periods so far.

gain_t = sum over activities of rate_a * seconds_a,t + noise, noise of variance v * seconds_t. Older periods count
less: each later one multiplies their weight by `discount`. The prior of the rates is normal about one common
rate, with a spread of the same size, so that few observations leave all activities equal.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.state import Period


@dataclass(frozen=True)
class Rates:
    """Mean and standard deviation of each activity's gain a second; `periods`: how many they were learnt from."""

    mean: Mapping[Activity, float]
    sd: Mapping[Activity, float]
    periods: int

    @property
    def scale(self) -> float:
        """The unit in which differences between rates are compared: the size of the rates and their doubt."""
        return float(np.hypot(np.mean([abs(m) for m in self.mean.values()]), np.linalg.norm(list(self.sd.values()))))


def learn_rates(history: Sequence[Period], discount: float, activities: Collection[Activity]) -> Rates:
    """Of these activities, from the periods of the measure that was used last.

    Equal rates of mean 0 and deviation 1 where there is none.

    Periods of less than a second of work are passed over.
    """
    return _learnt(tuple(history), discount, tuple(activities))


@lru_cache(maxsize=16)
def _learnt(history: tuple[Period, ...], discount: float, activities: tuple[Activity, ...]) -> Rates:
    """Cached, since every decision of a plan needs the same rates."""
    measured = [
        period for period in history if period.measure == history[-1].measure and sum(period.seconds.values()) >= 1
    ]
    if not measured:
        return Rates(dict.fromkeys(activities, 0.0), dict.fromkeys(activities, 1.0), 0)
    seconds = np.array([[period.seconds.get(a, 0.0) for a in activities] for period in measured])
    gains = np.array([period.gain for period in measured])
    totals = seconds.sum(axis=1)
    weight = discount ** np.arange(len(measured) - 1, -1, -1) / totals
    common = float((weight * gains).sum() / (weight * totals).sum())
    per_second = gains / totals
    spread = max(abs(common), float(np.sqrt(np.mean(per_second**2))), 1e-12)
    # the noise of a period: how gains scatter about the common rate, and never less than the rates' own spread, as if
    # one more period had been that far off
    squares = float((weight * (gains - common * totals) ** 2).sum() + spread**2 * float(np.mean(totals)))
    noise = squares / (float((weight * totals).sum()) + 1.0)
    precision = (seconds.T * weight) @ seconds / noise + np.eye(len(activities)) / spread**2
    covariance = np.linalg.inv(precision)
    mean = covariance @ ((seconds.T * weight) @ gains / noise + common / spread**2)
    sd = np.sqrt(np.diag(covariance))
    means, deviations = (dict(zip(activities, values.tolist(), strict=True)) for values in (mean, sd))
    return Rates(means, deviations, len(measured))
