"""Several annotators at once: the budget is exceeded by the tasks in hand alone."""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.policies import Share
from clime_core.scheduling.schedule import Schedule, open_schedule

LOT = 3


@dataclass
class Campaign:
    """A campaign on paper: what is out, what annotators have on their screens, what they did, and when.

    What is handed out and when the queue is closed is decided by the schedule alone.
    """

    budget: Budget
    annotators: int
    visits: list[Visit] = field(default_factory=list)
    out: dict[Activity, list[str]] = field(default_factory=lambda: {a: [] for a in Activity})
    in_hand: dict[str, tuple[Activity, str]] = field(default_factory=dict)
    released: int = 0
    clock: float = 1_800_000_000.0

    @property
    def schedule(self) -> Schedule:
        """The scheduler as a round opens it."""
        return open_schedule(Share(), Ledger.of(self.visits), self.budget, 0, annotators=self.annotators)

    @property
    def ledger(self) -> Ledger:
        """The time spent."""
        return self.schedule.ledger

    @property
    def closed(self) -> bool:
        """Whether nothing is served."""
        return self.schedule.spent

    def refill(self) -> None:
        """Hand out what fits, as a round does."""
        schedule = self.schedule
        if schedule.spent:
            return
        waiting = {a: [f"{a}:{self.released + i}" for i in range(20)] for a in Activity}
        for slot in schedule.hand_out(self.out, waiting, LOT * self.annotators):
            if not slot.released:
                self.out[slot.activity].append(slot.item)
        self.released += 20

    def take(self, annotator: str) -> None:
        """The next task, unless the queue is closed or empty, or the annotator is told that their time is used up."""
        own_left = self.budget.left_of(self.ledger, annotator)
        ready = [(a, keys) for a, keys in self.out.items() if keys]
        if not self.closed and own_left > 0 and ready and annotator not in self.in_hand:
            activity, keys = ready[0]
            self.in_hand[annotator] = (activity, keys.pop(0))

    def submit(self, annotator: str, seconds: float) -> None:
        """What is on the screen, after so many seconds of work and some to fetch it."""
        if annotator in self.in_hand:
            activity, key = self.in_hand.pop(annotator)
            self.clock += seconds + 1.0
            self.visits.append(
                Visit(annotator, activity, seconds, at=self.clock, task=key, annotation=len(self.visits))
            )


SECONDS = [0.0, 1.0, 20.0, 60.0, 150.0, 400.0]
minutes = st.sampled_from([0.0, 60.0, 120.0, 300.0, 600.0])


@settings(deadline=None)
@given(minutes, st.one_of(st.none(), minutes), st.integers(0, 2**32))
def test_it_is_exceeded_by_the_tasks_in_hand_alone(whole: float, each: float | None, seed: int) -> None:
    """Whoever takes and submits when: once the time is up only what is on a screen comes in, one task an annotator."""
    campaign, chance = Campaign(Budget(whole, each), annotators=3), np.random.default_rng(seed)
    campaign.refill()
    for _ in range(50):
        annotator = ("ada", "ben", "eve")[chance.integers(3)]
        if chance.random() < 0.5:
            campaign.take(annotator)
        else:
            campaign.submit(annotator, SECONDS[chance.integers(len(SECONDS))])
            campaign.refill()
    for annotator in list(campaign.in_hand):
        campaign.submit(annotator, 300.0)
    entries = campaign.ledger.entries
    last = {entry.visit.annotator: entry.seconds for entry in entries}
    assert campaign.ledger.spent() <= whole + sum(last.values()) + 1e-6
    for name in campaign.ledger.annotators:
        assert campaign.ledger.spent(annotator=name) <= campaign.budget.of(name) + last[name] + 1e-6
    running, over = 0.0, []
    for entry in entries:
        if running >= whole:
            over.append(entry.visit.annotator)
        running += entry.seconds
    assert len(over) == len(set(over)) <= 2


@settings(deadline=None)
@given(minutes, st.integers(1, 3), st.lists(st.sampled_from(SECONDS), min_size=1, max_size=40))
def test_nothing_is_handed_out_once_it_is_spent(whole: float, annotators: int, spent: list[float]) -> None:
    """What is out when the last minute goes stays out and is served to nobody; nothing is added."""
    campaign = Campaign(Budget(whole), annotators)
    campaign.refill()
    for seconds in spent:
        campaign.take("ada")
        campaign.submit("ada", seconds)
        before = {a: list(keys) for a, keys in campaign.out.items()}
        closed = campaign.closed
        campaign.refill()
        assert not closed or campaign.out == before
    if campaign.closed:
        campaign.take("ben")
        assert campaign.in_hand == {}


@settings(deadline=None)
@given(st.integers(1, 15).map(lambda whole: 60.0 * whole), st.integers(1, 3))
def test_it_is_used_up(whole: float, annotators: int) -> None:
    """Annotators who go on find tasks until the time is up, however few fit at once."""
    campaign = Campaign(Budget(whole), annotators)
    campaign.refill()
    for turn in range(60):  # 15 minutes are 23 tasks of 40 s
        name = ["ada", "ben", "eve"][turn % annotators]
        campaign.take(name)
        campaign.submit(name, 40.0)
        campaign.refill()
    assert campaign.closed
    assert whole <= campaign.ledger.spent() <= whole + 40.0


@settings(deadline=None)
@given(st.integers(1, 10).map(lambda whole: 60.0 * whole), st.integers(1, 3), st.lists(st.sampled_from(SECONDS)))
def test_no_more_is_handed_out_than_fits(whole: float, annotators: int, spent: list[float]) -> None:
    """Into an empty queue: a task comes only while those before it are expected to leave time for it."""
    campaign = Campaign(Budget(whole), annotators)
    for seconds in [0.0, *spent]:
        campaign.take("ada")
        campaign.submit("ada", seconds)
        campaign.out = {a: [] for a in Activity}
        schedule = campaign.schedule
        campaign.refill()
        expected = [schedule.costs[a].expected for a, keys in campaign.out.items() for _ in keys]
        assert bool(expected) != schedule.spent
        assert sum(expected) - max(expected, default=0.0) < max(schedule.left, 1e-9)
