"""The lines of word2vec text, `word number ... number`, read in two ways that agree.

`parse_line` is the authority on what a line means and on what is wrong with it. `parse_lines` reads many at
once where there is nothing wrong.
"""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clime_core.data.embeddings import Vectors

LINE_END = b" \r\n"

Parsed = tuple[list[str], Vectors]


class BadLineError(ValueError):
    """What is wrong with a line, for the caller to complete with its place."""


def parse_line(line: bytes, dim: int) -> tuple[str, Vectors]:
    """One line: the word and its vector, (dim,) float32.

    Spaces and line breaks at the end are taken off; single spaces separate, and no other character does.
    Raises BadLineError where it is not UTF-8, has no word, too few or many numbers, or one that is no finite
    float32.
    """
    try:
        word, *numbers = line.rstrip(LINE_END).decode("utf-8").split(" ")
    except UnicodeDecodeError as error:
        raise BadLineError(f"not UTF-8 text, got {line[:40]!r}") from error
    if not word:
        raise BadLineError(f"no word at the start of the line, got {line[:40]!r}")
    if len(numbers) != dim:
        raise BadLineError(f"{dim} numbers expected after the word, got {len(numbers)} after {word[:40]!r}")
    try:
        vector = _float32(numbers)
    except pa.ArrowInvalid:
        vector = None
    if vector is None or not np.isfinite(vector).all():
        raise BadLineError(f"finite numbers expected after {word[:40]!r}, got {_first_bad(numbers)!r}")
    return word, vector


def _float32(numbers: list[str]) -> Vectors:
    """Read by the parser that also serves blocks, so that both round alike."""
    values: Vectors = pa.array(numbers, pa.string()).cast(pa.float32()).to_numpy()
    return values


def _first_bad(numbers: list[str]) -> str:
    for number in numbers:
        try:
            if not math.isfinite(_float32([number])[0]):
                return number
        except pa.ArrowInvalid:
            return number
    raise AssertionError("only called where one number is bad")


def parse_lines(lines: list[bytes], dim: int) -> Parsed | None:
    """Many lines at once: their words and vectors, (n_lines, dim) float32; dim at least 1.

    None where `parse_line` would refuse one of them.
    """
    words, rests = [], []
    for line in lines:
        word, _, rest = line.rstrip(LINE_END).partition(b" ")
        words.append(word)
        rests.append(rest)
    try:
        numbers = pc.split_pattern(pa.array(rests, pa.binary()).cast(pa.string()), " ")
        if b"" in words or not np.array_equal(numbers.offsets, np.arange(len(lines) + 1) * dim):
            return None
        vectors = numbers.values.cast(pa.float32()).to_numpy().reshape(len(lines), dim)
        forms = [word.decode("utf-8") for word in words]
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    return (forms, vectors) if np.isfinite(vectors).all() else None
