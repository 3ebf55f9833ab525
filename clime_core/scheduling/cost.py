"""The cost of a task: log-normal seconds by activity, annotator and length, shrunk to a prior.

log s = intercept + slope * z + (of the annotator) + noise, z = log((1 + length) / (1 + usual length)). The prior is
normal-inverse-gamma, so that the posterior has a closed form (Gelman et al. 2013, Bayesian Data Analysis, section
14.8); every annotator's own part is shrunk to none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clime_core.scheduling.activity import Activity

MIN_SECONDS = 1.0
"""Shorter visits count as this long, so that their logarithm is bounded."""


@dataclass(frozen=True)
class Prior:
    """The prior of an activity, before any task was done.

    mean: seconds of a task. sigma: of the noise of log seconds. slope: how log seconds grow with log length.
    weight: tasks that the mean and the noise are worth. annotator, slope_sd: spread of the annotators' own parts and
    of the slope, in units of sigma.
    """

    mean: float
    sigma: float = 0.5
    slope: float = 0.3
    weight: float = 5.0
    annotator: float = 0.6
    slope_sd: float = 0.6

    @property
    def mu(self) -> float:
        """Log of the median, such that the mean, with all doubt about it, is `mean`."""
        return math.log(self.mean) - self.sigma**2 * (1 + 1 / self.weight + self.annotator**2) / 2


PRIORS = {
    # the released sample feedback: mean 26.6 s a keyword; Yuan et al. 2020, section 4.2, suppose 30
    Activity.WORDS: Prior(mean=25.0),
    # Yuan et al. 2020, section 4.2: fifty documents in forty to fifty minutes
    Activity.DOCUMENTS: Prior(mean=55.0),
    # eight texts of 25 words, read at 238 words a minute (Brysbaert 2019), a decision of 1.35 s about each (the mental
    # operator of Card, Moran and Newell 1980); one of five is corrected in 1.3 s, pointing and a click (likewise)
    Activity.REVIEW: Prior(mean=63.0),
}


@dataclass(frozen=True)
class Observed:
    """The seconds of one finished task, by whom, and its length if known."""

    seconds: float
    annotator: str = ""
    length: int | None = None


@dataclass(frozen=True)
class Cost:
    """Seconds of one task to come: log seconds are Student-t about `mu` with `df` degrees of freedom.

    `noise` is the scale of one task about the mean of its kind, `doubt` the scale of that mean.
    """

    mu: float
    noise: float
    doubt: float
    df: float

    @property
    def scale(self) -> float:
        """Of one task, in log seconds."""
        return math.hypot(self.noise, self.doubt)

    @property
    def expected(self) -> float:
        """The mean in seconds, of the log-normal with these parameters (a log-t has none)."""
        return math.exp(self.mu + self.scale**2 / 2)

    def times(self, visits: int) -> "Cost":
        """Of that many visits to one task together: a log-normal of the same mean and variance (Fenton 1960).

        The doubt about the mean of all tasks is common to the visits, and stays.
        """
        noise = math.sqrt(math.log1p(math.expm1(self.noise**2) / visits))
        return Cost(self.mu + math.log(visits) + (self.noise**2 - noise**2) / 2, noise, self.doubt, self.df)

    def interval(self, level: float = 0.8) -> tuple[float, float]:
        """The central interval of one task's seconds."""
        from scipy.special import stdtrit  # half a second, which commands that only change a budget do without

        reach = float(stdtrit(self.df, (1 + level) / 2)) * self.scale
        return math.exp(self.mu - reach), math.exp(self.mu + reach)


@dataclass(frozen=True, eq=False)
class CostModel:
    """The posterior of one activity. weights (2 + annotators,), covariance (same, squared) in units of noise^2.

    `spread` is that of annotators who were not seen, in units of noise.
    """

    annotators: tuple[str, ...]
    usual_length: float | None
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise: float
    df: float
    spread: float

    @classmethod
    def of(cls, seen: Sequence[Observed], prior: Prior) -> "CostModel":
        """From the finished tasks of an activity, skipped and estimated ones left out by the caller."""
        annotators = tuple(sorted({task.annotator for task in seen}))
        lengths = [task.length for task in seen if task.length is not None]
        usual = float(np.median(lengths)) if lengths else None
        rows = np.array([_row(task.annotator, task.length, annotators, usual) for task in seen])
        design = rows.reshape(len(seen), 2 + len(annotators))
        logs = np.log(np.maximum([task.seconds for task in seen], MIN_SECONDS))
        precision = np.diag([prior.weight, prior.slope_sd**-2, *[prior.annotator**-2] * len(annotators)])
        centre = np.array([prior.mu, prior.slope, *[0.0] * len(annotators)])
        posterior_precision = precision + design.T @ design
        weights = np.linalg.solve(posterior_precision, precision @ centre + design.T @ logs)
        df = prior.weight + len(seen)
        squares = prior.weight * prior.sigma**2 + logs @ logs + centre @ precision @ centre
        squares -= weights @ posterior_precision @ weights
        noise = math.sqrt(max(float(squares), 1e-6) / df)
        return cls(annotators, usual, weights, np.linalg.inv(posterior_precision), noise, df, prior.annotator)

    def cost(self, annotator: str | None = None, length: int | None = None) -> Cost:
        """Of a task of that length for that annotator; of any task, or any annotator, where none is given."""
        row = np.array(_row(annotator, length, self.annotators, self.usual_length))
        known = annotator in self.annotators or (annotator is None and self.annotators)
        doubt = self.noise * math.hypot(math.sqrt(float(row @ self.covariance @ row)), 0.0 if known else self.spread)
        return Cost(float(row @ self.weights), self.noise, doubt, self.df)


def _row(annotator: str | None, length: int | None, annotators: Sequence[str], usual: float | None) -> list[float]:
    """A row of the design matrix: 1, z, and the annotators as indicators; without an annotator, their mean."""
    z = 0.0 if length is None or usual is None else math.log((1 + length) / (1 + usual))
    if annotator is None and annotators:
        indicators = [1 / len(annotators)] * len(annotators)
    else:
        indicators = [float(annotator == name) for name in annotators]
    return [1.0, z, *indicators]
