"""The annotators' queue."""

from hypothesis import given
from hypothesis import strategies as st

from clime_core.policy.activity import Activity
from clime_core.policy.cost import PRIORS
from clime_core.policy.handout import hand_out
from clime_core.policy.ledger import Ledger, Visit

D, W = Activity.DOCUMENTS, Activity.WORDS
PRIOR = {a: p.median for a, p in PRIORS.items()}
HALF = {D: 0.5, W: 0.5}


def queue_of(
    released: dict[Activity, list[str]], size: int = 4, budget: float = 3600, visits: tuple[Visit, ...] = ()
) -> list[tuple[str, bool]]:
    """Keys and whether they were out already."""
    waiting = {D: [f"d:{i}" for i in range(50)], W: [f"w:{i}" for i in range(50)]}
    slots = hand_out(Ledger.of(visits, PRIOR), HALF, budget, released, waiting, size)
    return [(slot.key, slot.released) for slot in slots]


def test_an_empty_queue_is_filled_by_share() -> None:
    """Two keywords take about the time of one document."""
    keys = [key for key, _ in queue_of({D: [], W: []}, size=6)]
    assert keys == ["w:0", "d:0", "w:1", "w:2", "d:1", "w:3"]


def test_what_is_out_comes_before_what_waits() -> None:
    """Released tasks take their activity's places, so nothing is handed out twice or taken back."""
    queue = queue_of({D: ["d:old"], W: ["w:old"]}, size=3)
    assert queue == [("w:old", True), ("d:old", True), ("w:0", False)]


def test_what_is_out_beyond_the_plan_stays_at_the_end() -> None:
    """A smaller plan takes nothing back."""
    queue = queue_of({D: ["d:1", "d:2"], W: ["w:1", "w:2", "w:3"]}, size=1)
    assert queue[0] == ("w:1", True)
    assert {key for key, _ in queue[1:]} == {"d:1", "d:2", "w:2", "w:3"}


@given(budget=st.floats(0, 2_000), spent=st.floats(0, 290), size=st.integers(1, 40))
def test_never_more_than_the_budget_and_one_task(budget: float, spent: float, size: int) -> None:
    """All but the last task handed out fit into what is left, by their expected time."""
    waiting = {D: [f"d:{i}" for i in range(50)], W: [f"w:{i}" for i in range(50)]}
    ledger = Ledger.of([Visit("ada", D, spent)], PRIOR)
    slots = hand_out(ledger, HALF, budget, {D: [], W: []}, waiting, size)
    assert spent + sum(slot.decision.expected_seconds for slot in slots[:-1]) <= budget or not slots
