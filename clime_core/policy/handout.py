"""Which tasks the annotators should find in their queue now, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clime_core.policy.activity import Activity
from clime_core.policy.cost import PRIORS, Cost, CostModel, Observed
from clime_core.policy.decision import Decision
from clime_core.policy.ledger import Ledger, Rule
from clime_core.policy.policies import Policy
from clime_core.policy.schedule import plan
from clime_core.policy.state import Period, ScheduleState


@dataclass(frozen=True)
class Slot:
    """One place in the queue: the task's key, the decision that put it there, and what the policy saw.

    `released` tasks are out already; those beyond the plan have no state.
    """

    key: str
    activity: Activity
    decision: Decision
    released: bool
    state: ScheduleState | None = None


def cost_models(ledger: Ledger) -> dict[Activity, CostModel]:
    """What tasks cost, learnt from the visits that were finished and came with a time."""
    return {
        a: CostModel.of(
            [
                Observed(entry.seconds, entry.visit.annotator, entry.visit.length)
                for entry in ledger.of_activity(a)
                if not entry.visit.skipped and entry.rule in (Rule.AS_SENT, Rule.CAPPED)
            ],
            PRIORS[a],
        )
        for a in Activity
    }


def schedule_state(
    ledger: Ledger,
    costs: Mapping[Activity, Cost],
    budget: float,
    available: Mapping[Activity, int],
    *,
    salience: float = 1.0,
    history: Sequence[Period] = (),
) -> ScheduleState:
    """What the policy sees: seconds spent, what a task will cost, how many tasks there are; `budget` in seconds.

    `costs` are those of whole tasks, with all visits that one needs.
    """
    return ScheduleState(
        given={a: ledger.spent(a) for a in Activity},
        expected={a: costs[a].expected for a in Activity},
        available=available,
        budget=budget,
        tasks={a: len(ledger.of_activity(a)) for a in Activity},
        salience=salience,
        history=tuple(history),
    )


def hand_out(
    policy: Policy,
    state: ScheduleState,
    released: Mapping[Activity, Sequence[str]],
    waiting: Mapping[Activity, Sequence[str]],
    size: int,
    seed: int,
) -> list[Slot]:
    """The queue of the next `size` tasks. What is available is what the two lists hold, whatever the state says.

    Tasks that are out already (`released`, best first) take the places of their activity before `waiting` ones do, and
    follow at the end where the plan has no place for them: what is out is never taken back. A waiting task is handed
    out only while the time spent and the expected time of those before it stay below the budget.
    """
    queues = {a: [*((k, True) for k in released[a]), *((k, False) for k in waiting[a])] for a in Activity}
    seen = replace(state, available={a: len(queues[a]) for a in Activity})
    slots = []
    for then, decision in plan(policy, seen, seed, size):
        assert decision.activity is not None  # noqa: S101 - plan() ends before the first empty decision
        key, out = queues[decision.activity].pop(0)
        slots.append(Slot(key, decision.activity, decision, out, then))
    rest = Decision(None, "handed out before, now beyond the plan")
    left = [Slot(key, a, rest, True) for a in Activity for key, out in queues[a] if out]
    return slots + left
