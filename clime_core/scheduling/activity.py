"""The two ways to spend an annotator's time."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Value = TypeVar("Value")


class Activity(StrEnum):
    """Labelling documents, or judging the neighbours of words."""

    DOCUMENTS = "documents"
    WORDS = "words"


def named(values: Mapping[Activity, Value]) -> dict[str, Value]:
    """The same by plain names, for JSON."""
    return {str(activity): value for activity, value in values.items()}
