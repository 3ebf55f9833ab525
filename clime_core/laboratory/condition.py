"""The four conditions of Yuan et al. 2020, section 4.2, and the time that a run may take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clime_core.errors import CampaignError
from clime_core.laboratory.annotator import Habits
from clime_core.policy.activity import Activity

SPARE = 1.3
"""Keywords are ranked for this many times the median number that the time is enough for, and a few more."""


class Condition(StrEnum):
    """What the annotator's time goes to: nothing, documents, words, or half to each."""

    BASE = "base"
    ACTIVE = "active"
    CLIME = "clime"
    BOTH = "a+c"

    @property
    def shares(self) -> Mapping[Activity, float]:
        """The share of the time for each activity; all nothing for `base`."""
        documents = {Condition.ACTIVE: 1.0, Condition.BOTH: 0.5}.get(self, 0.0)
        words = {Condition.CLIME: 1.0, Condition.BOTH: 0.5}.get(self, 0.0)
        return {Activity.DOCUMENTS: documents, Activity.WORDS: words}


@dataclass(frozen=True)
class Budget:
    """Minutes of work, or a count of tasks (the paper's equal counts), in equal sessions with a round after each.

    Raises CampaignError unless exactly one of both is given, above 0, and for less than one session.
    """

    minutes: float | None = None
    count: int | None = None
    sessions: int = 1

    def __post_init__(self) -> None:
        given = [value for value in (self.minutes, self.count) if value is not None]
        if len(given) != 1 or not given[0] > 0:
            raise CampaignError(
                f"a budget is either minutes or a count of tasks, above 0, got minutes {self.minutes}, "
                f"count {self.count}: give one of them"
            )
        if self.sessions < 1:
            raise CampaignError(f"sessions must be at least 1, got {self.sessions}")

    @property
    def units(self) -> float:
        """The whole budget in what it is measured in: seconds, or tasks."""
        return self.minutes * 60 if self.minutes is not None else float(self.count or 0)

    def cost(self, seconds: float) -> float:
        """What a task that took so many seconds uses of it."""
        return seconds if self.minutes is not None else 1.0

    def until(self, session: int) -> float:
        """What may be used by the end of a session, which count from 1."""
        return self.units * session / self.sessions

    def keywords(self, condition: Condition, habits: Habits) -> int:
        """How many keywords a round must rank so that a session does not run out of them."""
        in_words = condition.shares[Activity.WORDS] * self.units / self.sessions
        if self.minutes is None:
            return math.ceil(in_words) + 1
        return math.ceil(SPARE * in_words / habits.word_seconds) + 5

    def __str__(self) -> str:
        """For people: `50 minutes`, `50 tasks in 3 sessions`."""
        size = f"{self.minutes:g} minutes" if self.minutes is not None else f"{self.count} tasks"
        return size if self.sessions == 1 else f"{size} in {self.sessions} sessions"
