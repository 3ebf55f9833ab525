"""The keywords that annotators judged."""

from typing import Any

from clime_core.data.language import Word
from ml_backend.work.status.standing import Standing

SHOWN = 40


def judged_keywords(standing: Standing) -> list[list[Any]]:
    """Language, form and number of marks of each, the one judged last first, at most 40."""
    last: dict[Word, float] = {}
    marks: dict[Word, int] = {}
    for mark in standing.readings.marks:
        last[mark.keyword] = max(mark.at, last.get(mark.keyword, mark.at))
        marks[mark.keyword] = marks.get(mark.keyword, 0) + 1
    newest = sorted(last, key=lambda word: (-last[word], word))[:SHOWN]
    return [[str(word.language), word.form, marks[word]] for word in newest]
