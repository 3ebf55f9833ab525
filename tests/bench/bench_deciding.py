"""Decisions: of each policy, late in a campaign with 5,000 visits and 50 gain periods, and what a refill costs.

A decision is the state made from the ledger and the choice. A refill is the whole of what a round does when it tops the
queue up: the ledger from the visits, what tasks cost, and the plan of the next tasks.
"""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.handout import Slot
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.policies import POLICIES, Policy
from clime_core.scheduling.schedule import Schedule, cost_models, open_schedule
from clime_core.scheduling.state import Period

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


def schedule_of(policy: Policy, ledger: Ledger, past: tuple[Period, ...]) -> Schedule:
    """A campaign with time for everything."""
    return open_schedule(policy, ledger, Budget(1e9), 0, history=past, salience=0.5)


def refill(policy: Policy, given: list[Visit], past: tuple[Period, ...]) -> list[Slot[str]]:
    """All that is done from the visits to the next tasks."""
    waiting = {a: [f"{a}:{i}" for i in range(WAITING)] for a in Activity}
    return schedule_of(policy, Ledger.of(given), past).hand_out({a: [] for a in Activity}, waiting, QUEUE)


def main() -> None:
    """Print one table."""
    given, past = visits(), history()
    ledger = Ledger.of(given)

    def decision(schedule: Schedule) -> object:
        return schedule.next(dict.fromkeys(Activity, WAITING))

    print(f"{'what, ms':44}{'ours':>9}{'bar':>7}")
    for name, kind in POLICIES.items():
        taken = milliseconds(partial(decision, schedule_of(kind(), ledger, past)))
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
