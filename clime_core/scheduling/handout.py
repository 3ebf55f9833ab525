"""Which tasks the annotators should find in their queue now, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.planning import plan
from clime_core.scheduling.policies import Policy
from clime_core.scheduling.state import ScheduleState

Item = TypeVar("Item")


@dataclass(frozen=True)
class Slot(Generic[Item]):
    """One place in the queue: the task, the decision that put it there, and what the policy saw.

    `released` tasks are out already; those beyond the plan have no state.
    """

    item: Item
    activity: Activity
    decision: Decision
    released: bool
    state: ScheduleState | None = None


def hand_out(
    policy: Policy,
    state: ScheduleState,
    released: Mapping[Activity, Sequence[Item]],
    waiting: Mapping[Activity, Sequence[Item]],
    size: int,
    seed: int,
) -> list[Slot[Item]]:
    """The queue of the next `size` tasks. What is available is what the two lists hold, whatever the state says.

    Tasks that are out already (`released`, best first) take the places of their activity before `waiting` ones do, and
    follow at the end where the plan has no place for them: what is out is never taken back. A waiting task is handed
    out only while the time spent and the expected time of those before it stay below the budget.
    """
    queues = {a: [*((i, True) for i in released[a]), *((i, False) for i in waiting[a])] for a in Activity}
    seen = replace(state, available={a: len(queues[a]) for a in Activity})
    slots = []
    for then, decision in plan(policy, seen, seed, size):
        assert decision.activity is not None  # noqa: S101 - plan() ends before the first empty decision
        item, out = queues[decision.activity].pop(0)
        slots.append(Slot(item, decision.activity, decision, out, then))
    rest = Decision(None, "handed out before, now beyond the plan")
    return slots + [Slot(item, a, rest, released=True) for a in Activity for item, out in queues[a] if out]
