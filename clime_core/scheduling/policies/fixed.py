"""Policies with a fixed rule."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.policies.policy import Choice, Policy, certain, check_amount, check_share
from clime_core.scheduling.state import ScheduleState

D, W = Activity.DOCUMENTS, Activity.WORDS


def deficits(state: ScheduleState, share_documents: float) -> dict[Activity, float]:
    """Seconds that each activity is behind its share of the time given out: w_a T - T_a."""
    shares = {D: share_documents, W: 1 - share_documents}
    return {a: shares[a] * state.total - state.given[a] for a in Activity}


def most_behind(state: ScheduleState, share_documents: float, open_activities: Collection[Activity]) -> Activity:
    """The open activity with the largest deficit; words where both are equal."""
    behind = deficits(state, share_documents)
    return max(open_activities, key=lambda a: (behind[a], a is W))


@dataclass(frozen=True)
class Share(Policy):
    """Each activity gets its share of the seconds: serve the one that is furthest behind.

    Half and half is A+C of Yuan et al. 2020, section 4.2; all to one activity is their Active or CLIME.
    """

    name: ClassVar[str] = "share"
    share_documents: float = 0.5

    def __post_init__(self) -> None:
        check_share("share_documents", self.share_documents)

    @property
    def activities(self) -> Collection[Activity]:
        """Those with a share."""
        return {1.0: (D,), 0.0: (W,)}.get(float(self.share_documents), tuple(Activity))

    def weigh(self, state: ScheduleState, open_activities: Collection[Activity]) -> Choice:
        """The activity furthest behind."""
        activity = most_behind(state, self.share_documents, open_activities)
        share = self.share_documents if activity is D else 1 - self.share_documents
        behind = max(deficits(state, self.share_documents)[activity], 0.0)
        return certain(activity, f"{activity} are {behind:.0f} s behind their share of {share:.0%}")


@dataclass(frozen=True)
class Alternate(Policy):
    """A keyword, a document, a keyword: equal counts, however long they take."""

    name: ClassVar[str] = "alternate"

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
        return certain(self.activity, f"only {self.activity} are served")


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
class WordsFirst(Policy):
    """Keywords while they are salient and for so many minutes, then documents.

    least_salience: of the next keyword, as a part of the most salient one's.
    """

    name: ClassVar[str] = "words-first"
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
