"""Marks: what annotators said about a keyword and a word."""

from dataclasses import dataclass

from clime_core.data.language import Word


@dataclass(frozen=True)
class Mark:
    """One judgement: for this classification task, `word` is (dis)similar to `keyword`.

    `added` says that the annotator brought the word in; `at` is the time in seconds since the epoch.
    """

    annotator: str
    keyword: Word
    word: Word
    similar: bool
    added: bool = False
    at: float = 0.0
