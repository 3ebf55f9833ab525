"""Decisions: of each policy, late in a campaign with 5,000 visits and 50 stretches of work, and what a refill costs.

A decision is the state made from the ledger and the choice. A refill is the whole of what a round does when it tops the
queue up: the ledger from the visits, what tasks cost, and the plan of the next tasks.
"""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from clime_core.policy.activity import Activity
from clime_core.policy.handout import Slot, cost_models, hand_out, schedule_state
from clime_core.policy.ledger import Ledger, Visit
from clime_core.policy.policies import POLICIES, Policy
from clime_core.policy.schedule import decide
from clime_core.policy.state import Period, ScheduleState

VISITS, PERIODS, ANNOTATORS, QUEUE, WAITING, REPEATS = 5000, 50, 4, 8, 500, 50
DECISION_MS = 5.0
D, W = Activity.DOCUMENTS, Activity.WORDS


def visits() -> list[Visit]:
    """Keywords and documents in turn, of some annotators, a minute apart."""
    rng = np.random.default_rng(0)
    seconds = rng.lognormal(3.5, 0.5, VISITS).tolist()
    lengths = rng.integers(5, 300, VISITS).tolist()
    return [
        Visit(
            f"annotator {i % ANNOTATORS}",
            (W, D)[i % 2],
            seconds[i],
            at=60.0 * i,
            task=f"t:{i}",
            length=lengths[i],
            annotation=i,
        )
        for i in range(VISITS)
    ]


def history() -> tuple[Period, ...]:
    """Stretches of three minutes with gains about nothing."""
    rng = np.random.default_rng(1)
    share = rng.random(PERIODS).tolist()
    gains = rng.normal(0.001, 0.01, PERIODS).tolist()
    return tuple(
        Period({D: 180 * s, W: 180 * (1 - s)}, gain, "held-out loss") for s, gain in zip(share, gains, strict=True)
    )


def milliseconds(what: Callable[[], object]) -> float:
    """The median of many calls."""
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        what()
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def state_of(ledger: Ledger, past: tuple[Period, ...]) -> ScheduleState:
    """What the policy sees."""
    costs = {a: model.cost() for a, model in cost_models(ledger).items()}
    return schedule_state(ledger, costs, 1e9, dict.fromkeys(Activity, WAITING), salience=0.5, history=past)


def refill(policy: Policy, given: list[Visit], past: tuple[Period, ...]) -> list[Slot]:
    """All that is done from the visits to the next tasks."""
    state = state_of(Ledger.of(given), past)
    waiting = {a: [f"{a}:{i}" for i in range(WAITING)] for a in Activity}
    return hand_out(policy, state, {a: [] for a in Activity}, waiting, QUEUE, 0)


def main() -> None:
    """Print one table."""
    given, past = visits(), history()
    ledger = Ledger.of(given)
    costs = {a: model.cost() for a, model in cost_models(ledger).items()}

    def decision(policy: Policy) -> object:
        left = dict.fromkeys(Activity, WAITING)
        return decide(policy, schedule_state(ledger, costs, 1e9, left, salience=0.5, history=past), 0)

    print(f"{'what, ms':44}{'ours':>9}{'bar':>7}")
    for name, kind in POLICIES.items():
        taken = milliseconds(partial(decision, kind()))
        verdict = f"{DECISION_MS:7.0f} {'pass' if taken < DECISION_MS else 'FAIL'}"
        print(f"{f'a decision of {name}':44}{taken:9.2f}{verdict}")
    parts: dict[str, Callable[[], object]] = {
        f"the ledger of {VISITS} visits": lambda: Ledger.of(given),
        "what tasks cost": lambda: cost_models(ledger),
        **{
            f"a refill of {QUEUE} tasks by {name}": partial(refill, POLICIES[name](), given, past)
            for name in ("share", "roi", "thompson")
        },
    }
    for what, call in parts.items():
        print(f"{what:44}{milliseconds(call):9.2f}{'-':>7}")


if __name__ == "__main__":
    main()
