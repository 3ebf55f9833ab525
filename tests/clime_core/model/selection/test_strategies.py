"""What every way to choose documents must do."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clime_core.model.selection.candidates import Candidates
from clime_core.model.selection.ranking import Ranking
from clime_core.model.selection.selection import Selection
from clime_core.model.selection.strategies import STRATEGIES
from tests.clime_core.model.selection.pools import candidates, drawn_pool

every_strategy = pytest.mark.parametrize("name", get_args(Selection))


def ranked(name: Selection, pool: Candidates) -> Ranking:
    """What the strategy says, after what must hold of any ranking was looked at."""
    ranking = STRATEGIES[name](pool)
    assert sorted(ranking.rows.tolist()) == np.flatnonzero(pool.open).tolist()
    assert ranking.worth.shape == ranking.rows.shape
    assert np.isfinite(ranking.worth).all()
    assert ((ranking.worth >= 0) & (ranking.worth <= 1)).all()
    assert (np.diff(ranking.worth) <= 0).all()
    return ranking


def test_the_registry_has_every_name_and_no_other() -> None:
    """What a campaign file may say is what there is."""
    assert tuple(STRATEGIES) == get_args(Selection)


@every_strategy
@settings(deadline=None)  # a first k-means takes its time
@given(data=st.data(), n=st.integers(0, 25), k=st.integers(1, 7), sharpness=st.sampled_from([0.0, 1.0, 1000.0]))
def test_open_documents_come_once_each_by_falling_worth(
    name: Selection, data: st.DataObject, n: int, k: int, sharpness: float
) -> None:
    """Whatever was asked and labelled, for any number of documents and categories, probabilities of 0 and 1 too."""
    places = st.integers(0, n - 1) if n else st.nothing()
    asked = data.draw(st.sets(places), label="asked") if n else set()
    labels = data.draw(st.dictionaries(places, st.integers(0, k - 1)), label="labels") if n else {}
    bias = data.draw(st.lists(st.floats(-3, 3), min_size=k, max_size=k), label="bias")
    ranked(name, candidates(drawn_pool(n, k, n, sharpness), asked=asked, labels=labels, bias=bias))


@every_strategy
@pytest.mark.parametrize("k", [2, 7])
def test_equal_seeds_give_equal_rankings(name: Selection, k: int) -> None:
    """All is a function of what is looked at."""
    one, two = (ranked(name, candidates(drawn_pool(80, k), asked=range(9), seed=5)) for _ in range(2))
    assert (one.rows.tolist(), one.worth.tolist()) == (two.rows.tolist(), two.worth.tolist())


@every_strategy
@pytest.mark.parametrize("seed", [-1, 2**80])
def test_any_whole_number_is_a_seed(name: Selection, seed: int) -> None:
    """Campaign files may say any."""
    ranked(name, candidates(drawn_pool(10, 2), seed=seed))


@every_strategy
@pytest.mark.parametrize("k", [2, 7])
@pytest.mark.parametrize("saturated", [False, True])
def test_equal_documents_come_in_the_order_of_the_pool(name: Selection, k: int, saturated: bool) -> None:
    """Of documents that are alike in everything the first comes first; random draws for each are no such thing."""
    row = np.eye(k)[0] if saturated else np.full(k, 1 / k)
    pool = candidates(np.tile(row, (60, 1)), asked=(3, 7), vectors=np.ones((60, 4)), seed=2)
    rows = ranked(name, pool).rows.tolist()
    assert (rows == sorted(rows)) == (name != "random")


@every_strategy
def test_the_pool_is_not_changed(name: Selection) -> None:
    """A strategy looks, and nothing more."""
    rows, labels = drawn_pool(30, 3), {4: 1, 5: 2}
    pool = candidates(rows.copy(), labels=labels)
    STRATEGIES[name](pool)
    np.testing.assert_array_equal(pool.probabilities, rows)
    assert (labels, int(pool.open.sum())) == ({4: 1, 5: 2}, 28)


@every_strategy
def test_a_large_pool(name: Selection) -> None:
    """5,000 documents in seven categories."""
    rng = np.random.default_rng(0)
    pool = candidates(drawn_pool(5000, 7), vectors=rng.normal(size=(5000, 30)), asked=range(100))
    assert len(ranked(name, pool).rows) == 4900
