"""Policies with a fixed rule."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies.policy import Choice, Policy, certain, check_amount, check_share
from clime_core.scheduling.state import ScheduleState

D, W, R = Activity.DOCUMENTS, Activity.WORDS, Activity.REVIEW

Shares = Mapping[Activity, float]
"""The part of the time that each activity should get; they add up to 1."""


def shares_of(share_documents: float, share_review: float) -> Shares:
    """Words get what the others leave. Raises CampaignError for shares out of range."""
    check_share("share_documents", share_documents)
    check_share("share_review", share_review)
    check_share("share_documents + share_review", share_documents + share_review)
    return {D: share_documents, W: 1 - share_documents - share_review, R: share_review}


def served(shares: Shares) -> tuple[Activity, ...]:
    """The activities with a share."""
    return tuple(a for a in Activity if shares[a] > 0)


def deficits(state: ScheduleState, shares: Shares) -> dict[Activity, float]:
    """Seconds that each activity is behind its share of the time given out: w_a T - T_a."""
    return {a: shares[a] * state.total - state.given[a] for a in Activity}


def most_behind(state: ScheduleState, shares: Shares, open_activities: Collection[Activity]) -> Activity:
    """The open activity with the largest deficit; of equals review first, which teaches most a minute, then words."""
    behind = deficits(state, shares)
    return max(open_activities, key=lambda a: (behind[a], a is R, a is W))


@dataclass(frozen=True)
class Share(Policy):
    """Each activity gets its share of the seconds: serve the one that is furthest behind. Words get the rest.

    Documents and words half and half is A+C of Yuan et al. 2020, section 4.2; all to one is their Active or CLIME.
    """

    name: ClassVar[str] = "share"
    share_documents: float = 0.5
    share_review: float = 0.0

    def __post_init__(self) -> None:
        shares_of(self.share_documents, self.share_review)

    @property
    def shares(self) -> Shares:
        """Of each activity."""
        return shares_of(self.share_documents, self.share_review)

    @property
    def activities(self) -> Collection[Activity]:
        """Those with a share."""
        return served(self.shares)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """The activity furthest behind."""
        shares = self.shares
        activity = most_behind(state, shares, open_activities)
        behind = max(deficits(state, shares)[activity], 0.0)
        return certain(
            activity, f"{activity} {activity.are} {behind:.0f} s behind their share of {shares[activity]:.0%}"
        )


@dataclass(frozen=True)
class Alternate(Policy):
    """A keyword, a document, a keyword: equal counts, however long they take."""

    name: ClassVar[str] = "alternate"
    activities: ClassVar[Collection[Activity]] = (D, W)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """The activity with fewer tasks so far."""
        activity = min(open_activities, key=lambda a: (state.tasks[a], a is not W))
        return certain(activity, f"{state.tasks[D]} documents and {state.tasks[W]} keywords so far: {activity} next")


@dataclass(frozen=True)
class _Only(Policy):
    """One activity alone."""

    activity: ClassVar[Activity]

    @property
    def activities(self) -> Collection[Activity]:
        """The only one."""
        return (self.activity,)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:  # noqa: ARG002 - there is nothing to weigh
        """The only one."""
        return certain(self.activity, f"only {self.activity} {self.activity.are} served")


@dataclass(frozen=True)
class OnlyDocuments(_Only):
    """Documents alone: active learning as it is usually done."""

    name: ClassVar[str] = "documents"
    activity: ClassVar[Activity] = D


@dataclass(frozen=True)
class OnlyWords(_Only):
    """Keywords alone: CLIME as published."""

    name: ClassVar[str] = "words"
    activity: ClassVar[Activity] = W


@dataclass(frozen=True)
class OnlyReview(_Only):
    """Review screens alone."""

    name: ClassVar[str] = "review"
    activity: ClassVar[Activity] = R


@dataclass(frozen=True)
class WordsFirst(Policy):
    """Keywords while they are salient and for so many minutes, then documents.

    least_salience: of the next keyword, as a part of the most salient one's.
    """

    name: ClassVar[str] = "words-first"
    activities: ClassVar[Collection[Activity]] = (D, W)
    words_minutes: float = 15.0
    least_salience: float = 0.2

    def __post_init__(self) -> None:
        check_amount("words_minutes", self.words_minutes)
        check_share("least_salience", self.least_salience)

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:  # noqa: ARG002 - both are open
        """Words until their time is over."""
        spent = state.given[W] / 60
        if spent >= self.words_minutes:
            return certain(D, f"the first {self.words_minutes:g} minutes went to words")
        if state.salience < self.least_salience:
            return certain(D, f"the next keyword has {state.salience:.0%} of the salience of the first")
        return certain(W, f"words come first: {spent:.1f} of {self.words_minutes:g} minutes")
