"""The annotators' queue."""

from hypothesis import given
from hypothesis import strategies as st

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.handout import Slot
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.planning import decide
from clime_core.scheduling.policies import Share
from clime_core.scheduling.schedule import cost_models, open_schedule

D, W = Activity.DOCUMENTS, Activity.WORDS
MANY = {D: [f"d:{i}" for i in range(50)], W: [f"w:{i}" for i in range(50)]}
NOTHING: dict[Activity, list[str]] = {D: [], W: []}


def slots_of(
    released: dict[Activity, list[str]], size: int = 4, budget: float = 3600, visits: tuple[Visit, ...] = ()
) -> list[Slot[str]]:
    """The queue after these visits."""
    return open_schedule(Share(), Ledger.of(visits), Budget(budget), 0).hand_out(released, MANY, size)


def test_an_empty_queue_is_filled_by_share() -> None:
    """Two keywords take about the time of one document."""
    assert [slot.item for slot in slots_of(NOTHING, size=6)] == ["w:0", "d:0", "w:1", "w:2", "d:1", "w:3"]


def test_what_is_out_comes_before_what_waits() -> None:
    """Released tasks take their activity's places, so nothing is handed out twice or taken back."""
    queue = [(slot.item, slot.released) for slot in slots_of({D: ["d:old"], W: ["w:old"]}, size=3)]
    assert queue == [("w:old", True), ("d:old", True), ("w:0", False)]


def test_what_is_out_beyond_the_plan_stays_at_the_end() -> None:
    """A smaller plan takes nothing back."""
    queue = [(slot.item, slot.released) for slot in slots_of({D: ["d:1", "d:2"], W: ["w:1", "w:2", "w:3"]}, size=1)]
    assert queue[0] == ("w:1", True)
    assert {key for key, _ in queue[1:]} == {"d:1", "d:2", "w:2", "w:3"}


def test_every_planned_slot_keeps_what_it_was_decided_from() -> None:
    """Deciding again in that state gives the same."""
    for slot in slots_of(NOTHING, size=8):
        assert slot.state is not None
        assert decide(Share(), slot.state, 0) == slot.decision


def test_slow_annotators_are_handed_out_less() -> None:
    """What tasks really took is what the budget is planned with."""
    slow = tuple(Visit("ada", activity, 150.0) for activity in (D, W) for _ in range(40))
    quick = tuple(Visit("ada", activity, 15.0) for activity in (D, W) for _ in range(40))
    spent = 80 * 150.0
    assert len(slots_of(NOTHING, 50, spent + 600, slow)) < 7
    assert len(slots_of(NOTHING, 50, 80 * 15.0 + 600, quick)) > 20


def test_skips_and_estimates_say_nothing_of_costs() -> None:
    """They cost time, but a task that is done takes longer than one that is skipped."""
    unheard = [Visit("ada", W, None) for _ in range(50)] + [Visit("ada", W, 1.0, skipped=True) for _ in range(50)]
    assert cost_models(Ledger.of(unheard))[W].cost() == cost_models(Ledger.of([]))[W].cost()


@given(budget=st.floats(0, 2_000), spent=st.floats(0, 290), size=st.integers(1, 40))
def test_never_more_than_the_budget_and_one_task(budget: float, spent: float, size: int) -> None:
    """All but the last task handed out fit into what is left, by their expected time."""
    slots = slots_of(NOTHING, size, budget, (Visit("ada", D, spent),))
    assert spent + sum(slot.decision.expected_seconds for slot in slots[:-1]) <= budget or not slots


def test_a_schedule_goes_on_with_what_was_done() -> None:
    """Another ledger and salience; costs, policy and budget stay as they were."""
    visits = [Visit("ada", D, 100.0), Visit("ada", W, 20.0)]
    before = open_schedule(Share(), Ledger.of(visits), Budget(600.0), 3, annotators=2, overlap=2)
    later = before.after(Ledger.of([*visits, Visit("ben", D, 300.0)]), 0.25)
    assert (later.left, before.left) == (180.0, 480.0)
    assert (later.salience, later.costs, later.seed) == (0.25, before.costs, 3)
    assert (later.policy, later.budget, later.annotators, later.overlap) == (before.policy, before.budget, 2, 2)


def test_what_is_out_beyond_the_plan_keeps_its_activity_and_says_so() -> None:
    """It has no state and no expected time: no policy put it there now."""
    slots = slots_of({D: ["a", "b"], W: ["c"]}, size=1)
    rest = [slot for slot in slots if slot.state is None]
    assert [(slot.item, slot.activity, slot.released) for slot in rest] == [("a", D, True), ("b", D, True)]
    assert (slots[-1].decision.activity, slots[-1].decision.expected_seconds) == (None, 0.0)
    assert slots[-1].decision.reason == "handed out before, now beyond the plan"
