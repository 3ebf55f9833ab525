"""Where the minutes went: by activity and annotator, against the budget. All in seconds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Ledger, Rule
from clime_core.scheduling.policies import Share
from clime_core.scheduling.schedule import Schedule

TasksDone = Counter[tuple[str, Activity]]
"""Finished tasks by annotator and activity."""


@dataclass(frozen=True)
class ActivityTime:
    """Seconds and visits of one activity. share: of the time, as wanted; None where the policy has no fixed shares."""

    seconds: float
    share: float | None
    done: int
    skipped: int


@dataclass(frozen=True)
class AnnotatorTime:
    """Seconds and finished tasks of one annotator, by activity and in all.

    budget: what they may take. left: what they may still take. over: what they took beyond their own budget.
    """

    annotator: str
    seconds: Mapping[Activity, float]
    done: Mapping[Activity, int]
    spent: float
    budget: float
    left: float
    over: float


@dataclass(frozen=True)
class Time:
    """Seconds of the campaign. annotators: seconds spent, by name. served: the activities that the policy serves, and
    those on which time was spent.

    estimated, capped and clock: visits whose seconds are estimated, were too many, or were more than the clock allows.
    """

    budget: float
    spent: float
    left: float
    activities: Mapping[Activity, ActivityTime]
    annotators: Mapping[str, float]
    by_annotator: tuple[AnnotatorTime, ...]
    estimated: int
    capped: int
    clock: int
    served: tuple[Activity, ...]


def campaign_time(schedule: Schedule, done: TasksDone) -> Time:
    """The time of everybody."""
    ledger, budget = schedule.ledger, schedule.budget
    return Time(
        budget=budget.seconds,
        spent=ledger.spent(),
        left=budget.left(ledger),
        activities=_activities(schedule),
        annotators={name: ledger.spent(annotator=name) for name in ledger.annotators},
        by_annotator=tuple(annotator_time(schedule, done, name) for name in ledger.annotators),
        estimated=ledger.count(Rule.ESTIMATED),
        capped=ledger.count(Rule.CAPPED),
        clock=ledger.count(Rule.CLOCK),
        served=tuple(a for a in Activity if a in schedule.policy.activities or ledger.spent(a) > 0),
    )


def annotator_time(schedule: Schedule, done: TasksDone, annotator: str) -> AnnotatorTime:
    """The time of one annotator; all zero for one who has not begun."""
    ledger, budget = schedule.ledger, schedule.budget
    return AnnotatorTime(
        annotator=annotator,
        seconds={a: ledger.spent(a, annotator) for a in Activity},
        done={a: done[annotator, a] for a in Activity},
        spent=ledger.spent(annotator=annotator),
        budget=budget.of(annotator),
        left=budget.left_of(ledger, annotator),
        over=budget.over_of(ledger, annotator),
    )


def tasks_done(ledger: Ledger) -> TasksDone:
    """How many tasks each annotator finished; skipped ones are left out."""
    visits = (entry.visit for entry in ledger.entries)
    return Counter((visit.annotator, visit.activity) for visit in visits if not visit.skipped)


def _activities(schedule: Schedule) -> dict[Activity, ActivityTime]:
    visits = Counter((entry.visit.activity, entry.visit.skipped) for entry in schedule.ledger.entries)
    shares = schedule.policy.shares if isinstance(schedule.policy, Share) else {}
    return {
        a: ActivityTime(schedule.ledger.spent(a), shares.get(a), visits[a, False], visits[a, True]) for a in Activity
    }
