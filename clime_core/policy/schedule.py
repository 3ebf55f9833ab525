"""Which activity comes next, and the plan of the next few tasks.

The rule is `share`: serve the activity with the largest deficit `w_a * T - T_a` in seconds, where T is the time
given out in all and T_a that of the activity. Weights of one half each are A+C of Yuan et al. 2020, section 4.2; all
the weight on one activity is their Active or CLIME.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clime_core.errors import CampaignError
from clime_core.policy.activity import Activity


@dataclass(frozen=True)
class ScheduleState:
    """What the rule sees. Seconds throughout.

    `given` counts time spent and the expected time of tasks already handed out; `available` is how many tasks of
    each activity could still be handed out; `budget` is the whole budget.
    """

    given: Mapping[Activity, float]
    expected: Mapping[Activity, float]
    available: Mapping[Activity, int]
    budget: float

    @property
    def total(self) -> float:
        """Seconds given out in all."""
        return sum(self.given.values())

    def after(self, activity: Activity) -> "ScheduleState":
        """The state once one task of the activity has been handed out."""
        given = {**self.given, activity: self.given[activity] + self.expected[activity]}
        available = {**self.available, activity: self.available[activity] - 1}
        return replace(self, given=given, available=available)


@dataclass(frozen=True)
class Decision:
    """The next activity, why, and how long it should take. `activity` is None when nothing is to be handed out."""

    activity: Activity | None
    reason: str
    expected_seconds: float = 0.0


def check_weights(weights: Mapping[Activity, float]) -> None:
    """Raise CampaignError unless the weights are shares of one whole."""
    if any(weight < 0 for weight in weights.values()) or abs(sum(weights.values()) - 1) > 1e-9:
        shares = ", ".join(f"{activity}={weight}" for activity, weight in weights.items())
        raise CampaignError(f"shares must not be negative and must add up to 1, got {shares}")


def choose(state: ScheduleState, weights: Mapping[Activity, float]) -> Decision:
    """The next activity by deficit; words first where deficits are equal."""
    if state.total >= state.budget:
        return Decision(None, f"the budget of {state.budget / 60:.0f} minutes is given out")
    open_activities = [a for a in Activity if weights[a] > 0 and state.available[a] > 0]
    if not open_activities:
        return Decision(None, "no task is left")
    deficit = {a: weights[a] * state.total - state.given[a] for a in open_activities}
    activity = max(open_activities, key=lambda a: (deficit[a], a is Activity.WORDS))
    expected = state.expected[activity]
    if len(open_activities) == 1 and weights[activity] < 1:
        return Decision(activity, f"no task of {_other(activity)} is left", expected)
    behind = f"{activity} are {max(deficit[activity], 0.0):.0f} s behind their share of {weights[activity]:.0%}"
    return Decision(activity, behind if weights[activity] < 1 else f"only {activity} are served", expected)


def plan(state: ScheduleState, weights: Mapping[Activity, float], most: int) -> list[Decision]:
    """The next decisions in order, at most `most`, each as if those before it had been handed out."""
    decisions: list[Decision] = []
    while len(decisions) < most:
        decision = choose(state, weights)
        if decision.activity is None:
            break
        decisions.append(decision)
        state = state.after(decision.activity)
    return decisions


def _other(activity: Activity) -> Activity:
    return Activity.WORDS if activity is Activity.DOCUMENTS else Activity.DOCUMENTS
