"""The two languages of a campaign, and a word, which always belongs to one of them."""

from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """Which side of the pair: the resource-rich source or the low-resource target."""

    SOURCE = "src"
    TARGET = "tgt"


class Word(NamedTuple):
    """A word type. The language is part of the key, so homographs of the two languages never collide."""

    language: Language
    form: str
