"""One line and many lines of word2vec text mean the same."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clime_core.data.vec_lines import BadLineError, parse_line, parse_lines

DIM = 2
GOOD_NUMBERS = ["0", "-0", "1.", ".5", "-.0380", "1e5", "1E-3", "0.1", "3.4028235e38", "1e-45", "1e-60"]
BAD_NUMBERS = [
    "",
    "x",
    "1e",
    "1_0",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e40",
    "1\t",
    "0x1",
    "1,5",
    "١",
    "1\x00",
]
WORDS = [
    "word",
    "ኣብ",
    "a\u00a0b",
    "a\u2028b",
    '"',
    "#",
    "'",
    "NULL",
    "a\rb",
    "a\tb",
    "\ufeff",
    "1",
    "a\x00b",
    "\\",
]

numbers = st.one_of(st.sampled_from(GOOD_NUMBERS), st.floats(width=32, allow_nan=False).map(str))
good_lines = st.builds(
    lambda word, values, end: f"{word} {' '.join(values)}{end}".encode(),
    st.one_of(st.sampled_from(WORDS), st.text("ab'\u0301ሀ\u00a0", min_size=1)),
    st.lists(numbers, min_size=DIM, max_size=DIM),
    st.sampled_from(["\n", " \n", "\r\n", " \r\n", "  \n", ""]),
)
odd_lines = st.one_of(
    good_lines,
    st.builds(
        lambda word, values, gap: f"{word}{gap}{gap.join(values)}\n".encode(),
        st.sampled_from(["", *WORDS]),
        st.lists(st.sampled_from(GOOD_NUMBERS + BAD_NUMBERS), max_size=DIM + 1),
        st.sampled_from([" ", " ", "  ", "\t"]),
    ),
    st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")),
)


def _one_by_one(lines: list[bytes]) -> tuple[list[str], list[bytes]] | None:
    try:
        parsed = [parse_line(line, DIM) for line in lines]
    except BadLineError:
        return None
    return [word for word, _ in parsed], [vector.tobytes() for _, vector in parsed]


@given(st.lists(st.one_of(good_lines, odd_lines), min_size=1, max_size=6))
@example([b"a 1 2\n", b"\n"])
@example([b"\xff 1 2\n"])
@example([b"a \xff 2\n"])
@example([b" 1 2\n"])
@example([b"a 1 2 3\n", b"b 1\n"])
def test_many_lines_are_read_as_one_by_one(lines: list[bytes]) -> None:
    """Whatever the lines hold, reading them together gives the same bits, or nothing where one is refused."""
    together = parse_lines(lines, DIM)
    expected = _one_by_one(lines)
    assert (together is None) == (expected is None)
    if together is not None:
        assert (together[0], [vector.tobytes() for vector in together[1]]) == expected


@given(st.lists(good_lines, min_size=1, max_size=6))
def test_lines_without_a_fault_are_read_together(lines: list[bytes]) -> None:
    """Unusual words, numbers and line ends do not keep lines from being read together."""
    if all(np.isfinite(float(number)) for line in lines for number in line.decode().rstrip().split(" ")[1:]):
        assert parse_lines(lines, DIM) is not None


@pytest.mark.parametrize("number", [number for number in BAD_NUMBERS if number])
def test_a_bad_number_is_named(number: str) -> None:
    """The message shows the number that cannot be read, and the word before it."""
    with pytest.raises(BadLineError) as caught:
        parse_line(f"word 0.5 {number} \n".encode(), DIM)
    assert "'word'" in str(caught.value)
    assert repr(number) in str(caught.value)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"word 1\n", "2 numbers expected after the word, got 1"),
        (b"word 1 2 3\n", "2 numbers expected after the word, got 3"),
        (b"two words 1 2\n", "got 3 after 'two'"),
        (b" 1 2\n", "no word"),
        (b"\n", "no word"),
        (b"\xff 1 2\n", "not UTF-8"),
    ],
)
def test_a_bad_line_says_why(line: bytes, problem: str) -> None:
    """Each way a line can be wrong has its own words."""
    with pytest.raises(BadLineError, match=problem):
        parse_line(line, DIM)


def test_numbers_are_rounded_once() -> None:
    """A decimal just above the middle of two float32 goes up, though as a float64 it would be the middle
    itself.
    """
    middle = "1.00000005960464477539062500000001"
    word_and_vector = parse_lines([f"a {middle} 0\n".encode()], DIM)
    assert word_and_vector is not None
    assert word_and_vector[1][0, 0] == np.nextafter(np.float32(1), np.float32(2))
