"""A forecast: how many tasks the time left is enough for, with its uncertainty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.cost import Cost

N_DRAWS = 400
"""Draws from the posterior of the costs."""

LEVEL = 0.8
"""Probability of the central interval."""


@dataclass(frozen=True)
class Range:
    """A number of tasks: the median and the bounds of the central 80 %."""

    median: int
    low: int
    high: int


@dataclass(frozen=True)
class Forecast:
    """How many tasks of each activity the minutes left are enough for; `tasks` has those that are planned at all."""

    minutes: float
    tasks: Mapping[Activity, Range]

    def __str__(self) -> str:
        if not self.tasks:
            return f"{self.minutes:.0f} minutes left, and no task"
        medians = listed([activity.counted(counts.median) for activity, counts in self.tasks.items()])
        ranges = listed([_between(counts) for counts in self.tasks.values()])
        return f"{self.minutes:.0f} minutes left: about {medians} (8 times of 10 {ranges})"


def forecast(
    order: Sequence[Activity], costs: Mapping[Activity, Cost], seconds: float, draws: int = N_DRAWS, seed: int = 0
) -> Forecast:
    """How much of a planned order fits into the seconds; the task in hand when they are over is finished.

    Each draw takes one mean cost of each activity from its posterior, and adds the noise of each task.
    """
    rng = np.random.default_rng(seed)
    planned = {a: np.array([activity is a for activity in order], dtype=bool) for a in Activity if a in order}
    logs = np.empty((draws, len(order)))
    for activity, mask in planned.items():
        cost = costs[activity]
        mean = cost.mu + cost.doubt * rng.standard_t(cost.df, (draws, 1))
        logs[:, mask] = mean + cost.noise * rng.standard_normal((draws, int(mask.sum())))
    times = np.exp(logs)
    begun = np.cumsum(times, axis=1) - times < seconds
    return Forecast(seconds / 60, {a: _range((begun & mask).sum(axis=1)) for a, mask in planned.items()})


def listed(parts: Sequence[str]) -> str:
    """A list for people: `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _range(counts: NDArray[np.int64]) -> Range:
    low, median, high = np.quantile(counts, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], method="nearest")
    return Range(int(median), int(low), int(high))


def _between(counts: Range) -> str:
    return f"{counts.low} to {counts.high}"
