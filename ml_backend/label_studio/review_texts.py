"""The texts of a review screen: how long ones are cut, and what a task showed when it was released."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clime_core.model.selection.review_settings import ReviewSettings

SHOWN_WORDS = ReviewSettings.words
"""Words of a text that a review screen shows before the rest is opened."""

CHARACTERS_A_WORD = 12
"""A bound for scripts that put no blanks between words: nothing longer than so many characters a word is shown."""

_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class ReleasedText:
    """A text as it was released: the document's id as a string, the part shown, and the part to be opened."""

    id: str
    shown: str
    rest: str


@dataclass(frozen=True)
class ReleasedTexts:
    """What a review screen showed when it was released: the predicted category, and the texts by position."""

    predicted: str
    texts: tuple[ReleasedText, ...]


def review_texts(data: Mapping[str, Any]) -> ReleasedTexts | None:
    """The texts in a task's data, None where it is no review screen."""
    try:
        (entry,) = data["review"]
        texts = [ReleasedText(str(text["id"]), str(text["text"]), str(text["rest"])) for text in entry["texts"]]
        return ReleasedTexts(str(entry["predicted"]), tuple(texts))
    except (KeyError, TypeError, ValueError):
        return None


def cut_text(text: str, words: int = SHOWN_WORDS) -> tuple[str, str]:
    """The first `words` words of a text and the rest, which is empty unless it is a quarter of them or more.

    Words are what stands between blanks. A text of few blanks is cut by its characters, never before a combining mark.
    """
    whole = text.strip()
    ends = [word.end() for word in re.finditer(r"\S+", whole)]
    enough = words + words // 4
    if len(ends) <= enough and len(whole) <= enough * CHARACTERS_A_WORD:
        return whole, ""
    bound = words * CHARACTERS_A_WORD
    fitting = [end for end in ends[:words] if end <= bound]
    place = fitting[-1] if len(fitting) >= max(1, words // 4) else _whole_character(whole, bound)
    return whole[:place], whole[place:].strip()


def _whole_character(text: str, place: int) -> int:
    """The same place, or the next at which no combining mark or joiner begins or ends it."""
    while place < len(text) and (_joined(text[place]) or text[place - 1] in _JOINERS):
        place += 1
    return place


def _joined(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character).startswith("M")
