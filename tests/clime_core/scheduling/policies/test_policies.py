"""What every policy keeps to: one suite over all of them."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.planning import decide, plan
from clime_core.scheduling.policies import POLICIES, Policy, policy_of
from clime_core.scheduling.state import Period, ScheduleState

D, W, R = Activity

ALIKE = tuple(Period({D: 100.0, W: 100.0}, 0.01, "change") for _ in range(3))
THREE = ScheduleState({D: 900.0, W: 900.0}, {D: 55.0, W: 25.0, R: 60.0}, {D: 99, W: 99, R: 99}, 9e9, {}, 1.0, ALIKE)
"""After three periods that do not tell the activities apart."""

every_policy = pytest.mark.parametrize("name", POLICIES)
seconds = st.floats(0, 5_000)
periods = st.builds(
    lambda d, w, r, gain, measure: Period({D: d, W: w, R: r}, gain, measure),
    st.floats(0, 600),
    st.floats(0, 600),
    st.floats(0, 600),
    st.floats(-1, 1),
    st.sampled_from(["held-out loss", "change"]),
)
states = st.builds(
    lambda given, expected, available, tasks, budget, salience, history: ScheduleState(
        dict(zip(Activity, given, strict=True)),
        dict(zip(Activity, expected, strict=True)),
        dict(zip(Activity, available, strict=True)),
        budget,
        dict(zip(Activity, tasks, strict=True)),
        salience,
        tuple(history),
    ),
    st.tuples(seconds, seconds, seconds),
    st.tuples(st.floats(1, 300), st.floats(1, 300), st.floats(1, 300)),
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)),
    seconds,
    st.floats(0, 1),
    st.lists(periods, max_size=6),
)


def made(name: str) -> Policy:
    """The policy with its default values."""
    return policy_of({"name": name})


@every_policy
@given(state=states, seed=st.integers(0, 2**31))
def test_a_decision_is_of_an_open_activity_within_the_budget(name: str, state: ScheduleState, seed: int) -> None:
    """Nothing once the budget is given out, nothing that is not there, and always a reason and its probabilities."""
    decision = decide(made(name), state, seed)
    assert decision.reason
    if decision.activity is None:
        served = made(name).activities
        assert state.total >= state.budget or not any(state.available[a] for a in served)
        return
    assert state.total < state.budget
    assert state.available[decision.activity] > 0
    assert decision.activity in made(name).activities
    assert decision.expected_seconds == state.expected[decision.activity]
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in decision.probabilities.values())
    assert decision.probabilities[decision.activity] > 0


@every_policy
@given(state=states, seed=st.integers(0, 2**31))
def test_a_decision_can_be_made_again_from_what_is_logged(name: str, state: ScheduleState, seed: int) -> None:
    """Policy and state go through JSON and come back to the same decision."""
    policy = policy_of(json.loads(json.dumps(made(name).as_json())))
    again = ScheduleState.from_json(json.loads(json.dumps(state.as_json())))
    assert (policy, again) == (made(name), state)
    assert decide(policy, again, seed) == decide(made(name), state, seed)


@every_policy
@given(state=states)
def test_a_plan_ends_with_the_budget_or_the_tasks(name: str, state: ScheduleState) -> None:
    """All but the last task of a plan fit into the budget, and none is planned twice."""
    decisions = plan(made(name), state, 0, 30)
    planned = {a: sum(decision.activity is a for _, decision in decisions) for a in Activity}
    assert all(planned[a] <= state.available[a] for a in Activity)
    if decisions:
        assert state.total + sum(decision.expected_seconds for _, decision in decisions[:-1]) < state.budget


@every_policy
def test_what_is_left_is_served_when_the_other_is_used_up(name: str) -> None:
    """A policy that serves both never stops while one has tasks."""
    policy = made(name)
    base = ScheduleState({D: 600.0, W: 600.0}, {D: 55.0, W: 25.0}, {D: 3, W: 3}, 7_200.0, {D: 11, W: 24})
    for gone, left in ((D, W), (W, D)):
        decision = decide(policy, replace(base, available={**base.available, gone: 0}), 0)
        assert decision.activity is (left if left in policy.activities else None)


def test_values_that_make_no_sense_are_refused_by_name() -> None:
    """A wrong name or value says what was got."""
    with pytest.raises(CampaignError, match=r"one of share, alternate.*got .shares."):
        policy_of({"name": "shares"})
    with pytest.raises(CampaignError, match=r"policy share: .*minutes"):
        policy_of({"name": "share", "minutes": 3})
    with pytest.raises(CampaignError, match=r"share_documents must be a number from 0 to 1, got 1\.5"):
        policy_of({"name": "share", "share_documents": 1.5})
    with pytest.raises(CampaignError, match="floor"):
        policy_of({"name": "thompson", "floor": 0.6})
    with pytest.raises(CampaignError, match="discount"):
        policy_of({"name": "roi", "discount": 0})
    with pytest.raises(CampaignError, match="words_minutes"):
        policy_of({"name": "words-first", "words_minutes": -1})
    with pytest.raises(CampaignError, match="least_salience"):
        policy_of({"name": "words-first", "least_salience": 2})


@pytest.mark.parametrize("wrong", ["half", True, None, [0.3], 0.3j, math.nan, math.inf, -math.inf, 10**400, -0.01])
@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name in POLICIES for field in made(name).as_json() if field != "name"]
)
def test_every_value_is_a_number_in_its_range(name: str, field: str, wrong: object) -> None:
    """Whatever a file can hold is refused by the field's name when the policy is made, not in the middle of a round."""
    with pytest.raises(CampaignError, match=rf"^{field} must be a number .*, got {re.escape(repr(wrong))}"):
        policy_of({"name": name, field: wrong})


@pytest.mark.parametrize("name", [None, 3, True, ["roi"], {"name": "roi"}])
def test_a_name_that_is_no_text_is_refused(name: object) -> None:
    """Also where it cannot be looked up."""
    with pytest.raises(CampaignError, match=rf"one of share, .*, got {re.escape(repr(name))}"):
        policy_of({"name": name})


@every_policy
@pytest.mark.parametrize("seed", [-1, -(2**63), 2**63 - 1])
def test_any_seed_of_a_campaign_will_do(name: str, seed: int) -> None:
    """Negative ones decide too, the same at every call."""
    decisions = [decide(made(name), THREE, seed) for _ in range(2)]
    assert decisions[0] == decisions[1]
    assert decisions[0].activity is not None


def test_seeds_that_differ_draw_differently() -> None:
    """A negative seed is neither 0 nor its opposite."""
    states = [replace(THREE, tasks={D: n, W: 0}) for n in range(100)]
    drawn = {seed: tuple(decide(made("thompson"), state, seed).activity for state in states) for seed in (-1, 0, 1)}
    assert len(set(drawn.values())) == 3


def test_chance_depends_on_seed_and_tasks_alone() -> None:
    """Thompson sampling draws anew with every task, and the same for the same."""
    policy, state = made("thompson"), THREE
    drawn = [decide(policy, replace(state, tasks={D: n, W: 0}), 0).activity for n in range(200)]
    assert drawn == [decide(policy, replace(state, tasks={D: n, W: 0}), 0).activity for n in range(200)]
    assert 60 <= sum(activity is D for activity in drawn) <= 140
    assert drawn != [decide(policy, replace(state, tasks={D: n, W: 0}), 1).activity for n in range(200)]
    assert np.random.default_rng([0, 1, 0]).random() != np.random.default_rng([0, 0, 1]).random()
