"""What the next task will cost: log-normal seconds, shrunk to a prior."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from clime_core.policy.activity import Activity


@dataclass(frozen=True)
class Prior:
    """Median seconds and spread of log seconds before anything was seen; it weighs as much as `weight` visits."""

    median: float
    sigma: float
    weight: float = 5.0


PRIORS = {
    # the released sample feedback: mean 26.6 s, median 22.7 s a keyword
    Activity.WORDS: Prior(median=22.7, sigma=0.5),
    # Yuan et al. 2020, section 4.2: fifty documents in forty to fifty minutes
    Activity.DOCUMENTS: Prior(median=50.0, sigma=0.5),
}


@dataclass(frozen=True)
class Cost:
    """Seconds of one task, log-normal with parameters `mu`, `sigma` of log seconds."""

    mu: float
    sigma: float

    @property
    def expected(self) -> float:
        """The mean, in seconds."""
        return math.exp(self.mu + self.sigma**2 / 2)


def estimate_cost(seconds: Iterable[float], prior: Prior) -> Cost:
    """The cost of an activity from the seconds of its visits: conjugate-style shrinkage of mean and variance."""
    logs = [math.log(max(value, 1.0)) for value in seconds]
    total = prior.weight + len(logs)
    mu = (prior.weight * math.log(prior.median) + sum(logs)) / total
    squares = prior.weight * (prior.sigma**2 + (math.log(prior.median) - mu) ** 2)
    squares += sum((value - mu) ** 2 for value in logs)
    return Cost(mu, math.sqrt(squares / total))
