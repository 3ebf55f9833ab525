"""Errors meant for people.

ClimeError
├── DataError        a file, line or field is not what it should be
├── VocabularyError  a word has no vector where one is needed
├── TrainingError    the labels or settings do not allow a classifier
├── CampaignError    the campaign file or its state does not allow the step
├── SettingsError    a variable of the environment has a wrong value
└── ExchangeError    Label Studio, or an encoder's server, did not do what was asked
"""

from pathlib import Path


class ClimeError(Exception):
    """Something a person can fix. The message says what is wrong, what was got and how to fix it."""


class DataError(ClimeError):
    """A data file, line or field is not what it should be."""

    @classmethod
    def at(cls, path: Path | str, line: int, problem: str) -> "DataError":
        """An error that names the place: `path:line: problem` (lines count from 1)."""
        return cls(f"{path}:{line}: {problem}")


class VocabularyError(ClimeError):
    """A word has no vector where one is needed."""


class TrainingError(ClimeError):
    """The labels or settings do not allow a classifier to be trained."""


class CampaignError(ClimeError):
    """The campaign file or the state of the campaign does not allow the step."""


class SettingsError(ClimeError):
    """A variable of the environment has a wrong value."""


class ExchangeError(ClimeError):
    """Label Studio, or an encoder's server, refused, did not answer, or did something other than it was asked."""
