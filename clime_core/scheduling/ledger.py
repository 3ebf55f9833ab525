"""The ledger: seconds spent, by annotator, activity and task, each corrected by one rule.

The browser sends with an annotation the seconds that its task was on the screen (`lead_time`), those of earlier visits
that left a draft included. An annotation counts them, but

1. at most `longest` seconds: a tab left open is not work (winsorised; `capped`);
2. at most what the clock allows: the time since the annotator's submission before it, and what that and earlier ones
   left unused, of which at most `longest` seconds are kept. So a task that was begun, left for another and resumed
   counts both of its visits, and two tasks that were open side by side do not count the same minute twice (`clock`);
3. where the annotator submitted the very same task before, at most the time since then: what is sent twice was done
   once (`clock`);
4. where nothing was sent, the usual seconds of such a task, within rules 1 to 3 (`estimated`).

A change is one more submission: what it adds to the seconds counts by the same rules. Skips count like everything else.
Of an annotation that is given twice the state changed last counts.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.cost import PRIORS

MAX_VISIT_SECONDS = 300.0
"""Seconds that one annotation counts at most, unless a campaign says otherwise."""


@dataclass(frozen=True)
class Visit:
    """One annotation or skip.

    seconds: what the browser measured, None where it sent nothing. at: when it was submitted, and updated: when it
    was last changed, in seconds since the epoch; None where there is no clock to check against. task: its key.
    length: tokens of a document, or of the texts that a review screen shows; neighbours under a keyword. annotation:
    its id, None where it has none.
    """

    annotator: str
    activity: Activity
    seconds: float | None
    skipped: bool = False
    at: float | None = None
    task: str = ""
    length: int | None = None
    updated: float | None = None
    annotation: int | None = None

    @property
    def sent(self) -> float | None:
        """The seconds, 0 for a negative number; None for none and for what is no number."""
        return None if self.seconds is None or math.isnan(self.seconds) else max(self.seconds, 0.0)

    @property
    def changed(self) -> float:
        """When it was submitted or changed last; 0 where that is not known."""
        return max(self.at or 0.0, self.updated or 0.0)


class Rule(StrEnum):
    """Which rule gave a visit its seconds."""

    AS_SENT = "as sent"
    CAPPED = "capped"
    CLOCK = "clock"
    ESTIMATED = "estimated"


@dataclass(frozen=True)
class Entry:
    """A visit and the seconds that it counts."""

    visit: Visit
    seconds: float
    rule: Rule


@dataclass(frozen=True)
class Ledger:
    """All visits with their seconds, in the order in which they were submitted."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(
        cls,
        visits: Iterable[Visit],
        longest: float = MAX_VISIT_SECONDS,
        usual: Mapping[Activity, float] | None = None,
        *,
        clock: bool = True,
    ) -> "Ledger":
        """The ledger of these visits, given in any order. `usual`: seconds of a task that came without a time.

        Without the `clock` rules 2 and 3 are left out: programs submit quicker than the seconds that they send.
        """
        estimate = usual if usual is not None else {a: PRIORS[a].mean for a in Activity}
        by_annotator: dict[str, list[Visit]] = defaultdict(list)
        for visit in _distinct(visits):
            by_annotator[visit.annotator].append(visit)
        entries = [e for group in by_annotator.values() for e in _entries(group, longest, estimate, clock=clock)]
        return cls(tuple(sorted(entries, key=lambda entry: _order(entry.visit))))

    def spent(self, activity: Activity | None = None, annotator: str | None = None) -> float:
        """Seconds spent, of one activity or annotator or of all."""
        return math.fsum(
            seconds
            for (name, kind), seconds in self.totals.items()
            if (activity is None or kind is activity) and (annotator is None or name == annotator)
        )

    @cached_property
    def totals(self) -> Mapping[tuple[str, Activity], float]:
        """Seconds by annotator and activity."""
        parts: dict[tuple[str, Activity], list[float]] = defaultdict(list)
        for entry in self.entries:
            parts[entry.visit.annotator, entry.visit.activity].append(entry.seconds)
        return {key: math.fsum(seconds) for key, seconds in parts.items()}

    @property
    def annotators(self) -> list[str]:
        """Their names, sorted."""
        return sorted({annotator for annotator, _ in self.totals})

    def of_activity(self, activity: Activity) -> tuple[Entry, ...]:
        """The entries of one activity."""
        return tuple(entry for entry in self.entries if entry.visit.activity is activity)

    def count(self, rule: Rule) -> int:
        """How many visits got their seconds by a rule."""
        return sum(entry.rule is rule for entry in self.entries)


def _order(visit: Visit) -> tuple[Any, ...]:
    """The order of submission; the same for the same visits, in whatever order they are given."""
    sent = -1.0 if visit.sent is None else visit.sent
    return visit.at or 0.0, visit.annotator, visit.annotation or 0, visit.task, visit.activity, sent, visit.skipped


def _distinct(visits: Iterable[Visit]) -> list[Visit]:
    """Every annotation once, as it was changed last, in the order of submission."""
    without_id, newest = [], dict[int, Visit]()
    for visit in visits:
        if visit.annotation is None:
            without_id.append(visit)
        elif visit.annotation not in newest or _state(newest[visit.annotation]) < _state(visit):
            newest[visit.annotation] = visit
    return sorted([*without_id, *newest.values()], key=_order)


def _state(visit: Visit) -> tuple[Any, ...]:
    """The greatest is the newest state of an annotation."""
    return visit.changed, _order(visit)


def _entries(
    visits: Sequence[Visit], longest: float, usual: Mapping[Activity, float], *, clock: bool
) -> Iterator[Entry]:
    """Those of one annotator's visits, given in the order of submission."""
    claimed = [min(usual[visit.activity] if visit.sent is None else visit.sent, longest) for visit in visits]
    seconds = _allowed(visits, claimed, longest) if clock else claimed
    for visit, claim, counted in zip(visits, claimed, seconds, strict=True):
        yield Entry(visit, counted, _rule(visit, claim, counted))


def _rule(visit: Visit, claim: float, counted: float) -> Rule:
    if visit.sent is None:
        return Rule.ESTIMATED
    if counted < claim:
        return Rule.CLOCK
    return Rule.AS_SENT if counted == visit.sent else Rule.CAPPED


def _allowed(visits: Sequence[Visit], claimed: Sequence[float], longest: float) -> list[float]:
    """The part of the claimed seconds that the clock allows; a visit without a time of submission gets them all."""
    counted = [claimed[i] if visit.at is None else 0.0 for i, visit in enumerate(visits)]
    unused, before = 0.0, None
    of_task: dict[str | int, float] = {}
    for at, i in _moments(visits):
        passed = unused + (longest if before is None else at - before)
        task = visits[i].task or i  # visits of no named task are of different ones
        allowed = min(passed, at - of_task.get(task, -math.inf))
        missing = claimed[i] - counted[i]
        counted[i] = claimed[i] if missing <= allowed else min(counted[i] + allowed, claimed[i])
        unused = min(passed - min(missing, allowed), longest)
        before = of_task[task] = at
    return counted


def _moments(visits: Sequence[Visit]) -> list[tuple[float, int]]:
    """When each of the visits was submitted, and when it was changed last, in order; with its position."""
    timed = [(i, visit.at, visit.changed) for i, visit in enumerate(visits) if visit.at is not None]
    return sorted({(at, i) for i, first, last in timed for at in (first, last)})
