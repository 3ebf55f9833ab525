"""The ledger: seconds spent, by annotator, activity and task, each made sound by one rule.

A visit counts the seconds that the browser sent (`lead_time`), but

1. at most `longest` seconds: a tab left open is not work (winsorised; `capped`);
2. at most what the clock allows: the time since the annotator's submission before it, and what that and earlier ones
   left unused, of which at most `longest` seconds are kept. So a task that was begun, left for another and resumed
   counts both of its visits, and two tasks that were open side by side do not count the same minute twice (`clock`);
3. where the submission before it by that annotator was of the very same task, at most the time since then: a double
   submission sends the same seconds twice (`clock`);
4. where nothing was sent, what such a task usually takes, within 1 to 3 (`estimated`).

An annotation that was changed later may also count the time from its submission to the change. Skips count like
everything else. Of an annotation that is given twice the state changed last counts.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from clime_core.policy.activity import Activity
from clime_core.policy.cost import PRIORS

LONGEST = 300.0
"""Seconds that one visit counts at most, unless a campaign says otherwise."""


@dataclass(frozen=True)
class Visit:
    """One annotation or skip.

    seconds: what the browser measured, None where it sent nothing. at: when it was submitted, and updated: when it
    was last changed, in seconds since the epoch; None where there is no clock to check against. task: its key.
    length: tokens of a document, or neighbours shown under a keyword. annotation: its id, None where it has none.
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
        longest: float = LONGEST,
        usual: Mapping[Activity, float] | None = None,
        *,
        clock: bool = True,
    ) -> "Ledger":
        """The ledger of these visits, given in any order. `usual`: seconds of a task that came without a time.

        Without the `clock` rules 2 and 3 are left out: where programs submit, what was sent is all there is.
        """
        estimate = usual if usual is not None else {a: PRIORS[a].mean for a in Activity}
        by_annotator: dict[str, list[Visit]] = defaultdict(list)
        for visit in _distinct(visits):
            by_annotator[visit.annotator].append(visit)
        entries = [entry for own in by_annotator.values() for entry in _credited(own, longest, estimate, clock)]
        return cls(tuple(sorted(entries, key=lambda entry: _order(entry.visit))))

    def spent(self, activity: Activity | None = None, annotator: str | None = None) -> float:
        """Seconds spent, of one activity or annotator or of all."""
        return math.fsum(
            seconds
            for (who, what), seconds in self.totals.items()
            if (activity is None or what is activity) and (annotator is None or who == annotator)
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


def _order(visit: Visit) -> tuple[float, int, str, float]:
    return visit.at or 0.0, visit.annotation or 0, visit.task, _sent(visit) or 0.0


def _distinct(visits: Iterable[Visit]) -> list[Visit]:
    """Every annotation once, as it was changed last, in the order of submission."""
    nameless, newest = [], dict[int, Visit]()
    for visit in visits:
        if visit.annotation is None:
            nameless.append(visit)
        elif visit.annotation not in newest or _changed(newest[visit.annotation]) <= _changed(visit):
            newest[visit.annotation] = visit
    return sorted([*nameless, *newest.values()], key=_order)


def _changed(visit: Visit) -> float:
    return max(visit.updated or 0.0, visit.at or 0.0)


def _sent(visit: Visit) -> float | None:
    """Seconds as they were sent, None for none and for what is no number."""
    if visit.seconds is None or math.isnan(visit.seconds):
        return None
    return max(visit.seconds, 0.0)


def _credited(
    visits: Iterable[Visit], longest: float, usual: Mapping[Activity, float], clock: bool
) -> Iterable[Entry]:
    """The entries of one annotator's visits, given in the order of submission."""
    unused, before = 0.0, None
    of_task: dict[str, float] = {}
    for visit in visits:
        if visit.at is None or not clock:
            yield _entry(visit, longest, math.inf, usual)
            continue
        passed = longest if before is None else visit.at - before
        allowed = min(unused + passed, visit.at - of_task.get(visit.task, -math.inf))
        entry = _entry(visit, longest, allowed + max(0.0, _changed(visit) - visit.at), usual)
        yield entry
        unused = min(max(unused + passed - entry.seconds, 0.0), longest)
        before, of_task[visit.task] = visit.at, visit.at


def _entry(visit: Visit, longest: float, allowed: float, usual: Mapping[Activity, float]) -> Entry:
    sent = _sent(visit)
    wanted = usual[visit.activity] if sent is None else sent
    seconds = min(wanted, longest, allowed)
    if sent is None:
        return Entry(visit, seconds, Rule.ESTIMATED)
    if seconds == sent:
        return Entry(visit, seconds, Rule.AS_SENT)
    return Entry(visit, seconds, Rule.CLOCK if allowed < longest else Rule.CAPPED)
