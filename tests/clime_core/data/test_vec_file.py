"""Files of word vectors are read, checked and written."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clime_core.data import vec_file
from clime_core.data.embeddings import Embeddings, Vectors
from clime_core.data.vec_file import read_vec, vec_text, write_vec
from clime_core.errors import DataError


def _file(folder: Path, content: str | bytes, name: str = "x.vec") -> Path:
    path = folder / name
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def test_reads_words_and_vectors_in_order(tmp_path: Path) -> None:
    """Words and float32 vectors come in file order, and the report says what was there."""
    embeddings, report = read_vec(_file(tmp_path, "3 2\nhaus 1 2\nሰብ -.5 1e-3\n# 0 0\n"))
    assert embeddings.words == ("haus", "ሰብ", "#")
    assert embeddings.vectors.dtype == np.float32
    np.testing.assert_array_equal(embeddings.vectors, np.array([[1, 2], [-0.5, 1e-3], [0, 0]], np.float32))
    assert report == vec_file.VecReport(3, 2, duplicates=0, skipped=0, first_problems=(), stated_words=3)


def test_gzip_and_odd_line_ends(tmp_path: Path) -> None:
    """Compression, CRLF, spaces at the ends, a byte order mark, no last line break: all harmless."""
    path = _file(tmp_path, "\ufeff2 2 \r\na 1 2 \r\nb 3 4", "x.vec.gz")
    embeddings, _ = read_vec(path)
    assert embeddings.words == ("a", "b")
    np.testing.assert_array_equal(embeddings.vectors, [[1, 2], [3, 4]])


def test_a_file_without_header(tmp_path: Path) -> None:
    """Without a header the first line gives the dimension, and the report says that none was there."""
    embeddings, report = read_vec(_file(tmp_path, "a 1 2\nb 3 4\n"))
    assert embeddings.words == ("a", "b")
    np.testing.assert_array_equal(embeddings.vectors, [[1, 2], [3, 4]])
    assert report.stated_words is None


def test_the_first_of_repeated_words_wins(tmp_path: Path) -> None:
    """A repeated word keeps its first vector, later rows are not shifted, and repetitions are counted."""
    embeddings, report = read_vec(_file(tmp_path, "4 1\na 1\nb 2\na 3\nc 4\n"))
    assert embeddings.words == ("a", "b", "c")
    assert embeddings.vectors.ravel().tolist() == [1, 2, 4]
    assert report.duplicates == 1


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        ("3 2\na 1 2\nb 1\nc 1 2\n", 3, "2 numbers expected after the word, got 1"),
        ("2 2\na 1 2\nb 1 nan\n", 3, "got 'nan'"),
        ("2 2\na 1 2\n 1 2\n", 3, "no word"),
        (b"2 2\na 1 2\n\xff 1 2\n", 3, "not UTF-8"),
        ("a 1 2\nb 1 2 3\n", 2, "got 3"),
        ("3 2\na 1 2\nb 1 2\n", 1, "the header promises 3 words, got 2"),
        ("1 2\na 1 2\nb 1 2\n", 1, "the header promises 1 words, got 2"),
    ],
)
def test_bad_lines_are_refused_by_place(tmp_path: Path, content: str | bytes, place: int, problem: str) -> None:
    """The error names the file, the line, what is wrong and how to fix it."""
    path = _file(tmp_path, content)
    with pytest.raises(DataError, match=r"(fix|copy)") as caught:
        read_vec(path)
    assert str(caught.value).startswith(f"{path}:{place}: ")
    assert problem in str(caught.value)


def test_bad_lines_are_skipped_on_request(tmp_path: Path) -> None:
    """Skipped lines are counted, the first few kept in the report, and the good ones between them read."""
    bad = "".join(f"bad{row} 1\n" for row in range(8))
    embeddings, report = read_vec(_file(tmp_path, f"20 2\na 1 2\n{bad}b 3 4\n"), on_bad="skip")
    assert embeddings.words == ("a", "b")
    np.testing.assert_array_equal(embeddings.vectors, [[1, 2], [3, 4]])
    assert report.skipped == 8
    assert report.first_problems[0] == "line 1: the header promises 20 words, got 10 lines after it"
    assert report.first_problems[1].startswith("line 3: 2 numbers expected")
    assert len(report.first_problems) == 6


def test_max_words_stops_reading(tmp_path: Path) -> None:
    """Only the first words are kept, repetitions not among them, and what follows is not looked at."""
    path = _file(tmp_path, "9 1\na 1\na 2\nb 3\nc 4\nrubbish\n")
    embeddings, report = read_vec(path, max_words=2)
    assert embeddings.words == ("a", "b")
    assert embeddings.vectors.ravel().tolist() == [1, 3]
    assert (report.words, report.duplicates, report.skipped) == (2, 1, 0)
    with pytest.raises(DataError, match="got 0"):
        read_vec(path, max_words=0)


def test_blocks_join_seamlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small blocks give the same words, vectors, counts and line numbers as one."""
    lines = [f"w{row % 40} {row} {row / 7}\n" for row in range(50)]
    lines[45] = "bad 1\n"
    path = _file(tmp_path, "50 2\n" + "".join(lines))
    whole, report = read_vec(path, on_bad="skip")
    monkeypatch.setattr(vec_file, "BLOCK_BYTES", 30)
    calls: list[tuple[str, int, int]] = []
    parts, part_report = read_vec(path, on_bad="skip", progress=lambda *call: calls.append(call))
    assert part_report == report
    assert (report.duplicates, report.first_problems[0].split(":")[0]) == (9, "line 47")
    assert parts.words == whole.words
    np.testing.assert_array_equal(parts.vectors, whole.vectors)
    assert len(calls) > 5
    assert calls[-1] == ("reading vectors", 40, 50)


@pytest.mark.parametrize("content", ["", "0 3\n", "word\n", "5 0\n", "\n"])
def test_files_without_vectors_are_refused(tmp_path: Path, content: str) -> None:
    """A file without any vector is an error, even when bad lines are skipped."""
    with pytest.raises(DataError, match=r"x\.vec"):
        read_vec(_file(tmp_path, content), on_bad="skip")


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A missing file, a folder, and gzip data that is cut off or no gzip at all are named."""
    whole = gzip.compress(b"2 2\na 1 2\nb 3 4\n")
    (tmp_path / "cut.vec.gz").write_bytes(whole[:-9])
    (tmp_path / "text.vec.gz").write_bytes(b"2 2\na 1 2\nb 3 4\n")
    for name in ("missing.vec", ".", "cut.vec.gz", "text.vec.gz"):
        with pytest.raises(DataError, match=name):
            read_vec(tmp_path / name)


words = st.lists(
    st.text(st.characters(exclude_characters=" \n", exclude_categories=["Cs"]), min_size=1),
    min_size=1,
    max_size=8,
    unique=True,
)


@given(words=words, dim=st.integers(1, 4), data=st.data(), suffix=st.sampled_from([".vec", ".vec.gz"]))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], dim: int, data: st.DataObject, suffix: str
) -> None:
    """Any word without a space or line break, and any finite float32, survive bit for bit."""
    finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
    vectors = data.draw(arrays(np.float32, (len(words), dim), elements=finite))
    path = tmp_path_factory.mktemp("vec") / f"x{suffix}"
    write_vec(path, Embeddings(words, vectors))
    embeddings, report = read_vec(path)
    assert embeddings.words == tuple(words)
    assert embeddings.vectors.tobytes() == vectors.tobytes()
    assert report.stated_words == len(words)


def test_writing_reports_and_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told by rows, an older file is replaced, and nothing else is left in the folder."""
    monkeypatch.setattr(vec_file, "ROWS_WRITTEN_AT_ONCE", 2)
    path = _file(tmp_path, "old")
    calls: list[tuple[str, int, int]] = []
    embeddings = Embeddings(["a", "b", "c"], np.eye(3, dtype=np.float32))
    write_vec(path, embeddings, lambda *call: calls.append(call))
    assert calls == [("writing vectors", 2, 3), ("writing vectors", 3, 3)]
    assert path.read_text() == "3 3\na 1 0 0\nb 0 1 0\nc 0 0 1\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("words", "vectors"),
    [
        (["a b"], np.ones((1, 2), np.float32)),
        (["a\n"], np.ones((1, 2), np.float32)),
        ([""], np.ones((1, 2), np.float32)),
        (["\ud800"], np.ones((1, 2), np.float32)),
        (["a", "a"], np.ones((2, 2), np.float32)),
        ([], np.ones((0, 2), np.float32)),
        (["a"], np.ones((1, 0), np.float32)),
        (["a"], np.ones((1, 2))),
        (["a"], np.array([[np.nan, 1]], np.float32)),
    ],
)
def test_what_cannot_be_read_back_is_not_written(tmp_path: Path, words: list[str], vectors: Vectors) -> None:
    """Words and vectors that would not come back are refused, and the older file stays."""
    path = _file(tmp_path, "old")
    with pytest.raises(DataError, match="got"):
        write_vec(path, Embeddings(words, vectors))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(DataError, match="cannot write"):
        write_vec(tmp_path / "missing" / "x.vec", Embeddings(["a"], np.ones((1, 1), np.float32)))


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_text_in_pieces_is_the_file(tmp_path: Path, rows: int) -> None:
    """Whatever the number of rows at once; each piece says how many rows are done by then."""
    embeddings = Embeddings(["a", "ሓኪም", "c"], np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32))
    write_vec(tmp_path / "whole.vec", embeddings)
    done, pieces = zip(*vec_text(embeddings, rows), strict=True)
    assert b"".join(pieces) == (tmp_path / "whole.vec").read_bytes()
    assert done == (0, *(min(n, 3) for n in range(rows, 3 + rows, rows)))
