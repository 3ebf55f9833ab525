"""The ways to spend an annotator's time. What a way costs, shows and teaches is looked up by its activity."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

Value = TypeVar("Value")


class Activity(StrEnum):
    """Labelling documents, judging the neighbours of words, or reviewing the predicted category of several texts."""

    DOCUMENTS = "documents"
    WORDS = "words"
    REVIEW = "review"

    @property
    def task(self) -> str:
        """What one task of it is called."""
        return _TASKS[self]

    @property
    def are(self) -> str:
        """The verb that goes with its name."""
        return "is" if self is Activity.REVIEW else "are"

    def counted(self, number: int) -> str:
        """So many of its tasks, for people."""
        return f"{number} {self.task}{'' if number == 1 else 's'}"


_TASKS = {Activity.DOCUMENTS: "document", Activity.WORDS: "keyword", Activity.REVIEW: "review screen"}


def named(values: Mapping[Activity, Value]) -> dict[str, Value]:
    """The same by plain names, for JSON."""
    return {str(activity): value for activity, value in values.items()}


def by_activity(values: Mapping[str, Any]) -> dict[Activity, Any]:
    """What `named` gave, with 0 for an activity that came later. Raises KeyError for one that is unknown."""
    if unknown := values.keys() - set(Activity):
        raise KeyError(f"there is no activity {', '.join(sorted(unknown))}")
    return {activity: values.get(activity, 0) for activity in Activity}
