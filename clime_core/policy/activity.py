"""The two ways to spend an annotator's time."""

from enum import StrEnum


class Activity(StrEnum):
    """Labelling documents, or judging the neighbours of words."""

    DOCUMENTS = "documents"
    WORDS = "words"
