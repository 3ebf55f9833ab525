"""Seconds spent."""

import math
from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.cost import PRIORS
from clime_core.scheduling.ledger import MAX_VISIT_SECONDS, Ledger, Rule, Visit

D, W = Activity.DOCUMENTS, Activity.WORDS
START = 1_800_000_000.0
"""Seconds since the epoch, as large as they are today."""

whole = st.integers(0, 3_000).map(float)
sent = st.one_of(st.none(), st.floats(allow_infinity=True, allow_nan=True), st.floats(0, 400))


@st.composite
def visits(draw: st.DrawFn, least: int = 0) -> list[Visit]:
    """Up to twelve annotations by two people of four tasks, some changed later, with whatever the browser sent."""
    some = []
    for number in range(draw(st.integers(least, 12))):
        at = START + draw(whole)
        later = draw(st.one_of(st.none(), whole))
        some.append(
            Visit(
                annotator=draw(st.sampled_from(["ada", "ben"])),
                activity=draw(st.sampled_from(Activity)),
                seconds=draw(sent),
                skipped=draw(st.booleans()),
                at=at,
                task=draw(st.sampled_from(["d:1", "d:2", "w:en:ill", "w:en:flu"])),
                updated=None if later is None else at + later,
                annotation=number,
            )
        )
    return some


def ada(seconds: float | None, at: float, task: str = "", updated: float | None = None) -> Visit:
    """A visit of Ada's, `at` seconds after the start."""
    return Visit("ada", W, seconds, at=START + at, task=task or str(at), updated=updated and START + updated)


FULL = ada(300, 0, "full")
"""A visit that leaves nothing unused of the time before it."""


def counted(*own: Visit) -> list[tuple[float, Rule]]:
    """The seconds of each visit and the rule that gave them."""
    return [(round(entry.seconds, 3), entry.rule) for entry in Ledger.of(own).entries]


@given(visits())
def test_every_entry_is_within_bounds(some: list[Visit]) -> None:
    """Never negative, never more than the longest, never more than what was sent, always finite."""
    for entry in Ledger.of(some).entries:
        assert 0 <= entry.seconds <= MAX_VISIT_SECONDS
        if entry.rule is not Rule.ESTIMATED:
            assert entry.visit.seconds is not None
            assert entry.seconds <= max(entry.visit.seconds, 0)


@given(visits())
def test_sums_agree(some: list[Visit]) -> None:
    """Entries, the whole, annotators and activities are the same seconds, and every annotation has one entry."""
    ledger = Ledger.of(some)
    whole_sum = sum(entry.seconds for entry in ledger.entries)
    assert len(ledger.entries) == len(some)
    assert sum(ledger.count(rule) for rule in Rule) == len(some)
    assert ledger.spent() == pytest.approx(whole_sum)
    assert sum(ledger.spent(annotator=name) for name in ledger.annotators) == pytest.approx(whole_sum)
    assert sum(ledger.spent(activity) for activity in Activity) == pytest.approx(whole_sum)
    both = [ledger.spent(activity, name) for activity in Activity for name in ledger.annotators]
    assert sum(both) == pytest.approx(whole_sum)
    assert sum(e.seconds for a in Activity for e in ledger.of_activity(a)) == pytest.approx(whole_sum)


@given(st.data(), visits())
def test_neither_order_nor_repetition_matters(data: st.DataObject, some: list[Visit]) -> None:
    """Annotations that are read again, in any order, are counted once."""
    again = data.draw(st.permutations([*some, *data.draw(st.lists(st.sampled_from(some)))] if some else []))
    assert Ledger.of(again) == Ledger.of(some)


@given(st.data(), visits(least=1))
def test_earlier_states_count_nothing(data: st.DataObject, some: list[Visit]) -> None:
    """Of an annotation that was changed only what it says now counts, whatever states are read beside it."""
    changed = [replace(visit, updated=visit.changed + 1.0) for visit in some]
    earlier = data.draw(st.lists(st.sampled_from(some)))
    assert Ledger.of(data.draw(st.permutations([*changed, *earlier]))) == Ledger.of(changed)


@given(visits())
def test_no_more_than_the_wall_clock(some: list[Visit]) -> None:
    """Nobody spends more than from their first submission to their last or last change, and one visit before that."""
    ledger = Ledger.of(some)
    for name in ledger.annotators:
        own = [visit for visit in some if visit.annotator == name]
        passed = max(visit.changed for visit in own) - min(visit.at or 0.0 for visit in own)
        assert ledger.spent(annotator=name) <= passed + MAX_VISIT_SECONDS + 1e-5


@given(visits(), visits(least=1))
def test_what_comes_later_changes_nothing_before(some: list[Visit], later: list[Visit]) -> None:
    """New submissions leave the entries of the earlier ones as they were."""
    end = max((visit.changed for visit in some), default=START) - START
    moved = [
        replace(visit, at=(visit.at or 0) + end, updated=visit.updated and visit.updated + end, annotation=100 + i)
        for i, visit in enumerate(later)
    ]
    before = Ledger.of(some).entries
    after = {entry.visit: entry for entry in Ledger.of([*some, *moved]).entries}
    assert [after[entry.visit] for entry in before] == list(before)


@given(st.lists(st.tuples(st.floats(0, MAX_VISIT_SECONDS), st.floats(0.001, 60)), min_size=1, max_size=20))
def test_honest_times_count_as_sent(worked: list[tuple[float, float]]) -> None:
    """Whoever does one task after the other, each within the longest, is credited every second."""
    ends = accumulate(seconds + pause for seconds, pause in worked)
    own = [ada(seconds, end) for (seconds, _), end in zip(worked, ends, strict=True)]
    ledger = Ledger.of(own)
    assert [entry.seconds for entry in ledger.entries] == [visit.seconds for visit in own]
    assert ledger.count(Rule.AS_SENT) == len(own)


@given(visits(least=1), st.floats(0, 400), st.floats(0, 50), st.floats(0, 2_000))
def test_a_task_done_again_adds_no_more_than_the_time_since(
    some: list[Visit], seconds: float, delay: float, idle: float
) -> None:
    """A double submission adds at most the time between the two, however idle its annotator was before."""
    end = max(visit.changed for visit in some) + idle
    first = Visit("ada", D, 60.0, at=end, task="d:9", annotation=100)
    second = replace(first, seconds=seconds, at=end + delay, annotation=101)
    once, twice = Ledger.of([*some, first]), Ledger.of([*some, first, second])
    assert twice.spent() - once.spent() <= delay + 1e-5


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param([ada(9_000, 0)], [(300, Rule.CAPPED)], id="a tab left open"),
        pytest.param([ada(math.inf, 0)], [(300, Rule.CAPPED)], id="without an end"),
        pytest.param([ada(-5, 0)], [(0, Rule.AS_SENT)], id="less than nothing"),
        pytest.param(
            # 15 s on a, 20 s on b, back to a for 10 s, 10 s on c
            [FULL, ada(20, 35, "b"), ada(25, 45, "a"), ada(10, 55, "c")],
            [(300, Rule.AS_SENT), (20, Rule.AS_SENT), (25, Rule.AS_SENT), (10, Rule.AS_SENT)],
            id="a task that was left and resumed",
        ),
        pytest.param(
            [FULL, ada(60, 60, "a"), ada(60, 62, "b")],
            [(300, Rule.AS_SENT), (60, Rule.AS_SENT), (2, Rule.CLOCK)],
            id="two tasks side by side",
        ),
        pytest.param(
            [FULL, ada(60, 10_000, "a"), ada(500, 10_001, "b"), ada(120, 10_010, "c")],
            [(300, Rule.AS_SENT), (60, Rule.AS_SENT), (300, Rule.CAPPED), (10, Rule.CLOCK)],
            id="of a long pause five minutes are kept",
        ),
        pytest.param(
            [ada(30, 0, "a"), ada(30, 1, "a"), ada(31, 500, "a")],
            [(30, Rule.AS_SENT), (1, Rule.CLOCK), (31, Rule.AS_SENT)],
            id="sent twice, and done again much later",
        ),
        pytest.param(
            # 20 s on b, changed 15 s later; c was open all the time
            [FULL, ada(35, 20, "b", updated=35), ada(60, 60, "c")],
            [(300, Rule.AS_SENT), (35, Rule.AS_SENT), (25, Rule.CLOCK)],
            id="a change, and another task beside it",
        ),
        pytest.param(
            [FULL, ada(50, 20, "b", updated=35)],
            [(300, Rule.AS_SENT), (35, Rule.CLOCK)],
            id="a change that claims too much",
        ),
    ],
)
def test_cases_worked_by_hand(own: list[Visit], expected: list[tuple[float, Rule]]) -> None:
    """What the rules give, by hand."""
    assert counted(*own) == expected


@pytest.mark.parametrize("nothing", [None, math.nan])
def test_what_came_without_a_time_is_estimated(nothing: float | None) -> None:
    """It counts what such a task usually takes, as far as the clock allows, and is marked as an estimate."""
    assert counted(ada(nothing, 0)) == [(PRIORS[W].mean, Rule.ESTIMATED)]
    assert counted(FULL, ada(nothing, 10)) == [(300, Rule.AS_SENT), (10, Rule.ESTIMATED)]
    assert Ledger.of([ada(nothing, 0)], usual={W: 40.0}).spent() == 40.0


def test_without_a_clock_what_was_sent_counts() -> None:
    """Programs submit within milliseconds half a minute of work; the longest visit still bounds it."""
    quick = [ada(30, 0, "a"), ada(30, 0.01, "a"), ada(30, 0.02, "b", updated=0.03), ada(900, 0.04)]
    assert Ledger.of(quick, clock=False).spent() == 90 + MAX_VISIT_SECONDS
    assert Ledger.of([replace(visit, at=None, updated=None) for visit in quick]).spent() == 90 + MAX_VISIT_SECONDS
    assert Ledger.of(quick).spent() < MAX_VISIT_SECONDS + 1


def test_the_longest_visit_is_the_campaigns_choice() -> None:
    """Another longest caps at other seconds, and keeps as many of a pause."""
    assert counted_with(60, ada(70, 0, "a"), ada(50, 500, "b"), ada(60, 501, "c"), ada(60, 502, "d")) == [60, 50, 60, 2]


def counted_with(longest: float, *own: Visit) -> list[float]:
    """The seconds of each visit with another longest."""
    return [round(entry.seconds, 3) for entry in Ledger.of(own, longest).entries]


def test_visits_of_no_named_task_are_of_different_ones() -> None:
    """Only what is known to be the same task counts as sent twice."""
    nameless = [Visit("ada", W, 30.0, at=START + second) for second in (0, 1)]
    assert Ledger.of(nameless).spent() == 60.0


def test_skips_cost_time() -> None:
    """Reading a task before skipping it is work."""
    assert Ledger.of([replace(ada(12, 0), skipped=True)]).spent() == 12.0
