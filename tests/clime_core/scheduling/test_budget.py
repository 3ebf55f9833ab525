"""The time that a campaign and its annotators may take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.ledger import Ledger, Visit

NAMES = ["ada", "ben", "eve"]
minutes = st.integers(0, 40).map(lambda whole: 60.0 * whole)
budgets = st.builds(
    Budget, minutes, each=st.one_of(st.none(), minutes), own=st.dictionaries(st.sampled_from(NAMES), minutes)
)
spendings = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 2_000))


def ledger_of(spent: dict[str, float]) -> Ledger:
    """What each annotator spent, in one visit."""
    return Ledger.of([Visit(name, Activity.WORDS, seconds) for name, seconds in spent.items()], longest=1e6)


@given(budgets, spendings, st.integers(1, 4))
def test_what_is_left_agrees(budget: Budget, spent: dict[str, float], annotators: int) -> None:
    """Nobody has more than the campaign, all together no more than it and no less than any of them."""
    ledger = ledger_of(spent)
    each = [budget.left_of(ledger, name) for name in ledger.annotators]
    together = budget.left_together(ledger, annotators)
    assert all(0 <= left <= budget.left(ledger) for left in each)
    assert max(each, default=0.0) <= together <= budget.left(ledger)
    assert budget.spent(ledger, annotators) == (together == 0)
    assert together <= budget.left_together(ledger, annotators + 1)


@given(budgets, spendings, st.sampled_from(NAMES), st.floats(0, 2_000))
def test_work_never_leaves_more(budget: Budget, spent: dict[str, float], name: str, more: float) -> None:
    """Whatever an annotator adds, neither the campaign nor anybody has more time than before."""
    before, after = ledger_of(spent), ledger_of({**spent, name: spent.get(name, 0.0) + more})
    assert budget.left(after) <= budget.left(before)
    assert all(budget.left_of(after, who) <= budget.left_of(before, who) for who in NAMES)


def test_own_minutes_go_before_those_of_everybody() -> None:
    """A named annotator has their own budget, the others the common one, nobody more than the campaign."""
    budget = Budget(1_000, each=600, own={"ada": 300, "ben": 5_000})
    assert [budget.of(name) for name in NAMES] == [300, 1_000, 600]
    assert Budget(1_000).of("ada") == 1_000


def test_time_beyond_the_own_budget_is_counted() -> None:
    """Work after the own time is up counts, and is shown as so much over it; without one nothing is over."""
    ledger = ledger_of({"ada": 400, "ben": 100})
    budget = Budget(1_000, own={"ada": 300, "ben": 300})
    assert [budget.over_of(ledger, name) for name in NAMES] == [100, 0, 0]
    assert budget.left_of(ledger, "ada") == 0
    assert budget.left(ledger) == 500
    assert Budget(100).over_of(ledger, "ada") == 0


@pytest.mark.parametrize(
    ("spent", "annotators", "over"),
    [
        ({"ada": 600}, 1, True),
        ({"ada": 599}, 1, False),
        ({"ada": 600}, 2, False),
        ({"ada": 600, "ben": 599}, 2, False),
        ({"ada": 600, "ben": 600}, 2, True),
        ({"ada": 700, "ben": 600, "eve": 100}, 2, False),
        ({"ada": 900, "ben": 600, "eve": 500}, 4, True),
    ],
)
def test_it_is_spent_when_nobody_may_go_on(spent: dict[str, float], annotators: int, over: bool) -> None:
    """While one of the annotators, come or still to come, has time left, the queue stays open; or the campaign ends."""
    assert Budget(2_000, each=600).spent(ledger_of(spent), annotators) is over


def test_who_has_no_time_at_all_is_not_waited_for() -> None:
    """A person with 0 minutes takes no other's place."""
    budget = Budget(2_000, each=600, own={"lead": 0})
    assert not budget.spent(ledger_of({"ada": 600}), 2)
    assert budget.left_together(ledger_of({"ada": 600, "lead": 5}), 2) == 600, "somebody else may come"
    assert budget.spent(ledger_of({"ada": 600, "lead": 5}), 1)


def test_those_to_come_have_their_own_minutes() -> None:
    """Who is named and has not begun is expected before strangers are."""
    budget = Budget(2_000, each=600, own={"ben": 100})
    assert budget.left_together(ledger_of({"ada": 500}), 1) == 100
    assert budget.left_together(ledger_of({"ada": 500}), 2) == 200
    assert budget.left_together(ledger_of({"ada": 500}), 3) == 800


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seconds": -1.0}, "the budget of the campaign must be 0 or more seconds, got -1.0"),
        ({"seconds": 1.0, "each": -2.0}, "the budget of each annotator .*, got -2.0"),
        ({"seconds": 1.0, "own": {"ada": float("nan")}}, "the budget of ada .*, got nan"),
    ],
)
def test_less_than_nothing_is_refused(fields: dict[str, float], message: str) -> None:
    """The message says whose budget it is."""
    with pytest.raises(CampaignError, match=message):
        Budget(**fields)  # type: ignore[arg-type]  # what is wrong on purpose


def test_what_was_taken_beyond_an_own_budget_is_counted() -> None:
    """By the annotator's own, or that of each; nothing where there is neither."""
    ledger = ledger_of({"ada": 100.0, "ben": 100.0})
    budget = Budget(1_000.0, 70.0, {"ada": 90.0})
    assert (budget.over_of(ledger, "ada"), budget.over_of(ledger, "ben")) == (10.0, 30.0)
    assert budget.over_of(ledger, "eve") == 0.0
    assert Budget(50.0).over_of(ledger, "ada") == 0.0


def test_a_budget_is_spent_when_its_one_annotator_has_no_time() -> None:
    """Unless the campaign says that more work: one is what is meant where nothing is said."""
    ledger, budget = ledger_of({"ada": 60.0}), Budget(600.0, 60.0)
    assert budget.spent(ledger)
    assert (budget.spent(ledger, 1), budget.spent(ledger, 2)) == (True, False)
    assert (budget.left_together(ledger), budget.limit(ledger)) == (0.0, 60.0)
