"""The sentence frames and words of the demo, read from the folder `data` beside this module."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Frame = tuple[str, str]
"""One sentence with slots: English, Spanish."""

Pair = tuple[str, str]
"""A word: English, Spanish."""

NounEntry = tuple[str, str, str]
"""A noun: English, Spanish, and the gender of the Spanish word, `m` or `f`."""


@dataclass(frozen=True)
class Frames:
    """The frames by what they tell. `topics` are those of documents that are not about health."""

    openers: tuple[Frame, ...]
    health: tuple[Frame, ...]
    general: tuple[Frame, ...]
    border_health: tuple[Frame, ...]
    border_other: tuple[Frame, ...]
    topics: Mapping[str, tuple[Frame, ...]]


@dataclass(frozen=True)
class Lexicon:
    """The words. `nouns`, `plurals` and `plain` are by slot; `plain` words take no article."""

    general_slots: tuple[str, ...]
    function_words: tuple[Pair, ...]
    frame_words: tuple[Pair, ...]
    nouns: Mapping[str, tuple[NounEntry, ...]]
    plurals: Mapping[str, tuple[NounEntry, ...]]
    plain: Mapping[str, tuple[Pair, ...]]


@cache
def frames() -> Frames:
    """The frames of `frames.toml`, in its order."""
    table = _read("frames.toml")
    topics = {topic: _rows(rows) for topic, rows in table.pop("topics").items()}
    return Frames(**{name: _rows(rows) for name, rows in table.items()}, topics=topics)


@cache
def lexicon() -> Lexicon:
    """The words of `lexicon.toml`, in its order."""
    table = _read("lexicon.toml")
    return Lexicon(
        general_slots=tuple(table["general_slots"]),
        function_words=_rows(table["function_words"]),
        frame_words=_rows(table["frame_words"]),
        nouns=_by_slot(table["nouns"]),
        plurals=_by_slot(table["plurals"]),
        plain=_by_slot(table["plain"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("ml_backend.demo").joinpath("data", name).read_text(encoding="utf-8"))


def _by_slot(table: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    return {slot: _rows(rows) for slot, rows in table.items()}


def _rows(rows: Iterable[Iterable[str]]) -> tuple[Any, ...]:
    return tuple(tuple(row) for row in rows)
