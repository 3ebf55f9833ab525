"""What a task will cost."""

import math

import numpy as np
import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.cost import PRIORS, CostModel, Observed, Prior

PRIOR = PRIORS[Activity.DOCUMENTS]


def drawn(
    rng: np.random.Generator, n: int, mu: float, sigma: float, slope: float = 0.0, **own: float
) -> list[Observed]:
    """Visits by the annotators in turn, of documents of 10 to 400 tokens, the usual one of 100."""
    names = list(own) or ["ada"]
    lengths = np.exp(rng.uniform(np.log(25), np.log(400), n)).round().astype(int)
    z = np.log((1 + lengths) / (1 + np.median(lengths)))
    who = [names[i % len(names)] for i in range(n)]
    logs = mu + slope * z + np.array([own.get(name, 0.0) for name in who]) + rng.normal(0, sigma, n)
    return [Observed(math.exp(s), name, int(k)) for s, name, k in zip(logs, who, lengths, strict=True)]


def as_least_squares(seen: list[Observed], prior: Prior) -> tuple[dict[str, float], float]:
    """The same posterior mean by ordinary least squares with the prior as further rows; and the noise."""
    names = sorted({task.annotator for task in seen})
    lengths = [task.length for task in seen]
    usual = float(np.median([k for k in lengths if k is not None]))
    columns = ["mean", "slope", *names]
    rows, values = [], []
    for task in seen:
        assert task.length is not None
        z = math.log(1 + task.length) - math.log(1 + usual)
        rows.append([1.0, z, *(float(name == task.annotator) for name in names)])
        values.append(math.log(task.seconds))
    believed = [(prior.mu, 1 / math.sqrt(prior.weight)), (prior.slope, prior.slope_sd)]
    for i, (centre, sd) in enumerate([*believed, *[(0.0, prior.annotator)] * len(names)]):
        rows.append([float(i == j) / sd for j in range(len(columns))])
        values.append(centre / sd)
    fitted, *_ = np.linalg.lstsq(np.array(rows), np.array(values), rcond=None)
    residual = float(((np.array(rows) @ fitted - np.array(values)) ** 2).sum())
    noise = math.sqrt((residual + prior.weight * prior.sigma**2) / (prior.weight + len(seen)))
    return dict(zip(columns, fitted, strict=True)), noise


@pytest.mark.parametrize("activity", list(Activity))
def test_without_data_the_prior_speaks(activity: Activity) -> None:
    """The mean and the noise are the prior's, whoever is asked about and however long the task."""
    prior = PRIORS[activity]
    for cost in (CostModel.of([], prior).cost(), CostModel.of([], prior).cost("ada", 300)):
        assert cost.expected == pytest.approx(prior.mean)
        assert cost.noise == pytest.approx(prior.sigma)


def test_the_posterior_is_that_of_least_squares_with_the_prior_as_rows() -> None:
    """The closed form agrees with another way to the same numbers."""
    seen = drawn(np.random.default_rng(1), 30, 4.2, 0.4, 0.5, ada=0.3, ben=-0.3)
    fitted, noise = as_least_squares(seen, PRIOR)
    model = CostModel.of(seen, PRIOR)
    usual = model.usual_length
    assert usual is not None
    for name in ("ada", "ben"):
        for length in (20, 100, 300):
            z = math.log((1 + length) / (1 + usual))
            expected = fitted["mean"] + fitted["slope"] * z + fitted[name]
            assert model.cost(name, length).mu == pytest.approx(expected)
    assert model.noise == pytest.approx(noise)


def test_known_parameters_are_recovered() -> None:
    """From 4,000 drawn visits: mean, slope, noise and what each annotator adds, within a twentieth."""
    seen = drawn(np.random.default_rng(0), 4_000, 4.0, 0.4, 0.7, ada=0.5, ben=-0.5)
    model = CostModel.of(seen, PRIOR)
    middle = int(model.usual_length or 0)
    assert model.cost("ada", middle).mu - model.cost("ben", middle).mu == pytest.approx(1.0, abs=0.05)
    assert model.cost(None, middle).mu == pytest.approx(4.0, abs=0.05)
    steeper = model.cost("ada", 300).mu - model.cost("ada", 30).mu
    assert steeper / math.log(301 / 31) == pytest.approx(0.7, abs=0.05)
    assert model.noise == pytest.approx(0.4, abs=0.02)
    assert model.cost("ada", middle).expected == pytest.approx(math.exp(4.5 + 0.4**2 / 2), rel=0.05)


def test_few_visits_are_shrunk_to_the_prior() -> None:
    """One quick visit moves the estimate, but not all the way; fifty move it nearly there."""
    costs = [CostModel.of([Observed(10.0, "ada")] * n, PRIOR).cost("ada").mu for n in (0, 1, 50)]
    assert costs[0] > costs[1] > costs[2] > math.log(10.0)
    assert costs[0] - costs[1] < (costs[0] - math.log(10.0)) / 2
    assert costs[2] - math.log(10.0) < 0.1


def test_annotators_are_shrunk_to_the_common_mean() -> None:
    """Somebody seen once is taken for nearly as quick as the others; somebody unknown for the common mean."""
    usual = [Observed(50.0, name) for name in ("ada", "ben") for _ in range(20)]
    once, often = (CostModel.of([*usual, *[Observed(200.0, "eve")] * n], PRIOR) for n in (1, 40))
    seldom = once.cost("eve").mu - once.cost("ada").mu
    known = often.cost("eve").mu - often.cost("ada").mu
    assert 0 < seldom < math.log(200 / 50) / 2
    assert known == pytest.approx(math.log(200 / 50), rel=0.1)
    stranger = often.cost("stranger")
    assert often.cost("ada").mu < stranger.mu < often.cost("eve").mu
    assert stranger.doubt > often.cost("ada").doubt


def test_longer_documents_cost_more() -> None:
    """By the prior alone, and more so where the data say it; without a length the usual one is meant."""
    flat = CostModel.of([Observed(60.0, "ada", 100)], PRIOR)
    steep = CostModel.of(drawn(np.random.default_rng(2), 200, 4.0, 0.3, 1.0), PRIOR)
    for model in (flat, steep):
        assert model.cost("ada", 300).expected > model.cost("ada", 100).expected > model.cost("ada", 20).expected
    assert flat.cost("ada").mu == flat.cost("ada", 100).mu
    growth = [math.log(m.cost("ada", 300).expected / m.cost("ada", 30).expected) for m in (flat, steep)]
    assert growth[0] < growth[1]


@pytest.mark.parametrize("n", [0, 3, 30])
def test_the_interval_holds_four_of_five(n: int) -> None:
    """Of campaigns drawn from the prior, the next task falls into the 80 % interval in about 80 % of them."""
    rng, inside, campaigns = np.random.default_rng(n), 0, 1_000
    for _ in range(campaigns):
        noise = PRIOR.sigma * math.sqrt(PRIOR.weight / rng.chisquare(PRIOR.weight))
        mu = rng.normal(PRIOR.mu, noise / math.sqrt(PRIOR.weight))
        slope = rng.normal(PRIOR.slope, noise * PRIOR.slope_sd)
        ada = rng.normal(0, noise * PRIOR.annotator)
        *seen, ahead = drawn(rng, n + 1, mu, noise, slope, ada=ada)
        low, high = CostModel.of(seen, PRIOR).cost("ada", ahead.length).interval(0.8)
        inside += low <= ahead.seconds <= high
    assert inside / campaigns == pytest.approx(0.8, abs=0.04)


def test_doubt_and_interval_shrink_with_data() -> None:
    """More of the same visits leave less doubt about their mean, and wider levels are wider."""
    few, many = (CostModel.of([Observed(50.0, "ada")] * n, PRIOR).cost("ada") for n in (2, 200))
    assert many.doubt < few.doubt
    low, high = few.interval(0.8)
    lower, higher = few.interval(0.95)
    assert lower < low < math.exp(few.mu) < high < higher


def test_zero_seconds_do_no_harm() -> None:
    """Clicks quicker than a second count as one second."""
    assert math.isfinite(CostModel.of([Observed(0.0), Observed(0.0)], PRIORS[Activity.WORDS]).cost().expected)


def test_several_visits_to_one_task_cost_as_much_as_their_sum() -> None:
    """Mean and spread of the sum of independent log-normal visits, and one visit is itself."""
    cost = CostModel.of([Observed(30.0)] * 4, PRIORS[Activity.WORDS]).cost()
    assert cost.times(1).mu == pytest.approx(cost.mu)
    assert cost.times(1).noise == pytest.approx(cost.noise)
    summed = np.random.default_rng(0).lognormal(cost.mu, cost.noise, (200_000, 3)).sum(axis=1)
    three = cost.times(3)
    assert np.exp(three.mu + three.noise**2 / 2) == pytest.approx(summed.mean(), rel=0.01)
    assert np.exp(three.mu) * np.exp(1.2816 * three.noise) == pytest.approx(np.quantile(summed, 0.9), rel=0.03)
