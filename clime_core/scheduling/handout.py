"""The hand-out: the tasks that annotators should find in their queue now, in order."""

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
    """One place in the queue: the task, the decision that put it there, and the state that the policy saw.

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
    """The queue of the next `size` tasks. The two lists say what is available, whatever the state holds.

    Tasks that are out already (`released`, best first) take the places of their activity before `waiting` ones do, and
    follow at the end where the plan has no place for them: what is out is never taken back. A waiting task is handed
    out only while the time spent and the expected time of those before it stay below the budget.
    """
    queues = {
        a: [*((item, True) for item in released.get(a, ())), *((item, False) for item in waiting.get(a, ()))]
        for a in Activity
    }
    first_state = replace(state, available={a: len(queues[a]) for a in Activity})
    slots = []
    for planned_state, decision in plan(policy, first_state, seed, size):
        assert decision.activity is not None  # noqa: S101 - plan() ends before the first empty decision
        item, is_released = queues[decision.activity].pop(0)
        slots.append(Slot(item, decision.activity, decision, is_released, planned_state))
    beyond = Decision(None, "handed out before, now beyond the plan")
    return slots + [
        Slot(item, a, beyond, released=True) for a in Activity for item, is_released in queues[a] if is_released
    ]
