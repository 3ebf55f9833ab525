"""Conditions of a run: the four of Yuan et al. 2020, section 4.2, or a policy; and the effort, the time it has."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies import POLICIES, Policy, Share
from clime_core.scheduling.policies.fixed import OnlyDocuments, OnlyReview, OnlyWords
from clime_core.simulation.annotator import Habits

KEYWORD_MARGIN = 1.3
EXTRA_KEYWORDS = 5
"""Keywords are ranked for this many times the median number that the time is enough for, and these more."""

SCREEN_MARGIN = 1.3
EXTRA_SCREENS = 3
LEAST_TEXT_SECONDS = 5.0
"""Review screens are put together for this many times the time, at so few seconds a text, and these more."""


@dataclass(frozen=True)
class Condition:
    """A policy with its name in files and its title in tables; without a policy nothing is asked."""

    name: str
    policy: Policy | None = None
    title: str = ""

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def activities(self) -> Collection[Activity]:
        """The activities that the annotator may be asked for."""
        return self.policy.activities if self.policy is not None else ()

    @property
    def most_words(self) -> float:
        """The part of the time that words are given at most, while there are documents."""
        if Activity.WORDS not in self.activities:
            return 0.0
        return self.policy.shares[Activity.WORDS] if isinstance(self.policy, Share) else 1.0

    @property
    def most_review(self) -> float:
        """The part of the time that review screens are given at most."""
        if Activity.REVIEW not in self.activities:
            return 0.0
        return self.policy.shares[Activity.REVIEW] if isinstance(self.policy, Share) else 1.0


BASE = Condition("base", title="Base")
ACTIVE = Condition("active", OnlyDocuments(), "Active")
CLIME = Condition("clime", OnlyWords(), "CLIME")
BOTH = Condition("a+c", Share(), "A+C")
REVIEW = Condition("review", OnlyReview(), "Review")
DOCUMENTS_AND_REVIEW = Condition("d+r", Share(0.5, share_review=0.5), "D+R")

PAPER_CONDITIONS = (BASE, ACTIVE, CLIME, BOTH)
"""The paper's: nothing, documents, words, half the time each."""

CONDITIONS = {condition.name: condition for condition in (*PAPER_CONDITIONS, REVIEW, DOCUMENTS_AND_REVIEW)}
"""By name: the paper's; review screens alone, and half of the time for documents."""


def policy_conditions(names: Sequence[str]) -> tuple[Condition, ...]:
    """Policies by name with their defaults. Raises CampaignError for an unknown name."""
    unknown = [name for name in names if name not in POLICIES]
    if unknown or not names:
        raise CampaignError(f"policies are some of {', '.join(POLICIES)}, got {', '.join(unknown) or 'none'}")
    return tuple(Condition(name, POLICIES[name](), name) for name in dict.fromkeys(names))


def split_condition(documents: float) -> Condition:
    """That share of the time for documents; all, none and half of it have policies of their own names."""
    policy = {1.0: OnlyDocuments.name, 0.0: OnlyWords.name, Share().share_documents: Share.name}.get(documents)
    if policy is not None:
        return policy_conditions([policy])[0]
    name = f"share-{documents:g}"
    return Condition(name, Share(documents), name)


@dataclass(frozen=True)
class Effort:
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
        """The whole budget in its unit: seconds, or tasks."""
        return self.minutes * 60 if self.minutes is not None else float(self.count or 0)

    def cost(self, seconds: float) -> float:
        """The units that a task of so many seconds uses."""
        return seconds if self.minutes is not None else 1.0

    def until(self, session: int) -> float:
        """The units that may be used by the end of a session; sessions count from 1."""
        return self.units * session / self.sessions

    def keywords(self, condition: Condition, habits: Habits) -> int:
        """How many keywords a round must rank so that a session does not run out of them."""
        in_words = condition.most_words * self.units / self.sessions
        if self.minutes is None:
            return math.ceil(in_words) + 1
        return math.ceil(KEYWORD_MARGIN * in_words / habits.word_seconds) + EXTRA_KEYWORDS

    def screens(self, condition: Condition, texts: int) -> int:
        """How many review screens of so many texts a round must put together."""
        in_review = condition.most_review * self.units / self.sessions
        if self.minutes is None or not in_review:
            return math.ceil(in_review)
        return math.ceil(SCREEN_MARGIN * in_review / (LEAST_TEXT_SECONDS * texts)) + EXTRA_SCREENS

    def __str__(self) -> str:
        """For people: `50 minutes`, `50 tasks in 3 sessions`."""
        size = f"{self.minutes:g} minutes" if self.minutes is not None else f"{self.count} tasks"
        return size if self.sessions == 1 else f"{size} in {self.sessions} sessions"
