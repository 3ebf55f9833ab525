"""Bilingual dictionaries as text: MUSE's and VecMap's `source target` lines, and tab-separated ones with a score."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from clime_core.data.stream import text_lines, writing
from clime_core.errors import DataError

Pair = tuple[str, str]
Pairs = Sequence[Pair]


class Entry(NamedTuple):
    """A word and a translation; `score` is what the file says of how sure it is, None where it says nothing."""

    source: str
    target: str
    score: float | None

    @property
    def pair(self) -> Pair:
        """Without the score."""
        return self.source, self.target


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The entries of a dictionary, in file order; a word may have several lines. Plain or `.gz`.

    A line with a tab is `source<TAB>target`, whose words may hold spaces; a number in its third column is the
    score, and what else follows is not read. A line without a tab is two words with white space between, as
    MUSE and VecMap write them. Blank lines are not read. Raises DataError naming path:line.
    """
    return tuple(_entry(path, number, line) for number, line in text_lines(path) if line.strip())


def read_dictionary(path: Path) -> tuple[Pair, ...]:
    """The pairs of `read_entries`."""
    return tuple(entry.pair for entry in read_entries(path))


def write_dictionary(path: Path, pairs: Iterable[Pair]) -> None:
    """Write MUSE's format, a line `source target` each; gzip where the name ends in `.gz`.

    Raises DataError for a pair that does not fit it.
    """
    with writing(path) as stream:
        for pair in pairs:
            if not fits_muse(pair):
                raise DataError(f"{path}: words without white space are expected, got {pair!r}; leave the pair out")
            stream.write(f"{pair[0]} {pair[1]}\n".encode())


def fits_muse(pair: Pair) -> bool:
    """Whether MUSE's format can carry the pair: a word that is empty or holds white space would be read otherwise."""
    return all(word.split() == [word] for word in pair)


def _entry(path: Path, number: int, line: str) -> Entry:
    """One line of a dictionary."""
    tabbed = "\t" in line
    fields = [field.strip() for field in line.split("\t")] if tabbed else line.split()
    complete = len(fields) >= 2 and all(fields[:2]) if tabbed else len(fields) == 2
    if not complete:
        fix = "write two words, with a tab between them where one holds a space"
        raise DataError.at(path, number, f"a pair is source<TAB>target or source target, got {line!r}: {fix}")
    return Entry(fields[0], fields[1], _score(fields[2]) if len(fields) > 2 else None)


def _score(text: str) -> float | None:
    """A finite number, or None where the column holds something else."""
    try:
        score = float(text)
    except ValueError:
        return None
    return score if math.isfinite(score) else None
