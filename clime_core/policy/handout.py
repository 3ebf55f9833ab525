"""Which tasks the annotators should find in their queue now, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clime_core.policy.activity import Activity
from clime_core.policy.cost import PRIORS, estimate_cost
from clime_core.policy.ledger import Ledger
from clime_core.policy.schedule import Decision, ScheduleState, check_weights, plan


@dataclass(frozen=True)
class Slot:
    """One place in the queue: the task's key and the decision that put it there. `released` tasks are out already."""

    key: str
    activity: Activity
    decision: Decision
    released: bool


def schedule_state(ledger: Ledger, budget: float, available: Mapping[Activity, int]) -> ScheduleState:
    """What the rule sees: seconds spent, what a task will cost, how many tasks there are."""
    visits = {a: [ledger.seconds(v) for v in ledger.visits if v.activity is a and not v.skipped] for a in Activity}
    return ScheduleState(
        given={a: ledger.spent(a) for a in Activity},
        expected={a: estimate_cost(visits[a], PRIORS[a]).expected for a in Activity},
        available=available,
        budget=budget,
    )


def hand_out(
    ledger: Ledger,
    weights: Mapping[Activity, float],
    budget: float,
    released: Mapping[Activity, Sequence[str]],
    waiting: Mapping[Activity, Sequence[str]],
    size: int,
) -> list[Slot]:
    """The queue of the next `size` tasks; `budget` in seconds.

    Tasks that are out already (`released`, best first) take the places of their activity before `waiting` ones do, and
    follow at the end where the plan has no place for them: what is out is never taken back. A waiting task is handed
    out only while the time spent and the expected time of those before it stay below the budget.

    Raises CampaignError for weights that are no shares.
    """
    check_weights(weights)
    queues = {a: [*((k, True) for k in released[a]), *((k, False) for k in waiting[a])] for a in Activity}
    state = schedule_state(ledger, budget, {a: len(queues[a]) for a in Activity})
    slots = []
    for decision in plan(state, weights, size):
        assert decision.activity is not None  # noqa: S101 - plan() ends before the first empty decision
        key, out = queues[decision.activity].pop(0)
        slots.append(Slot(key, decision.activity, decision, out))
    rest = Decision(None, "handed out before, now beyond the plan")
    left = [Slot(key, a, rest, True) for a in Activity for key, out in queues[a] if out]
    return slots + left
