"""Plans: decisions in a row, each with random numbers of its own, so that any can be made again from a log."""

import numpy as np

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.policies import Policy
from clime_core.scheduling.state import ScheduleState


def decide(policy: Policy, state: ScheduleState, seed: int) -> Decision:
    """The policy's decision in that state. Chance depends only on the seed and the number of tasks handed out."""
    done = [state.tasks[a] for a in Activity if a in policy.activities]
    return policy.choose(state, np.random.default_rng([seed % 2**63, *done]))


def plan(policy: Policy, state: ScheduleState, seed: int, most: int) -> list[tuple[ScheduleState, Decision]]:
    """The next decisions in order, at most `most`, each as if those before it had been handed out, and its state."""
    decisions: list[tuple[ScheduleState, Decision]] = []
    while len(decisions) < most:
        decision = decide(policy, state, seed)
        if decision.activity is None:
            break
        decisions.append((state, decision))
        state = state.after(decision.activity)
    return decisions
