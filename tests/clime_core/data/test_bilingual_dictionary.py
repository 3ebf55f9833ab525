"""Dictionaries in the formats of MUSE, VecMap and tables with tabs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.bilingual_dictionary import (
    Entry,
    fits_muse,
    read_dictionary,
    read_entries,
    write_dictionary,
)
from clime_core.errors import DataError

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), min_size=1).filter(
    lambda word: word.split() == [word]
)


def written(folder: Path, text: str) -> Path:
    """A dictionary file."""
    path = folder / "dictionary.tsv"
    path.write_bytes(text.encode())
    return path


def test_tabs_separate_and_words_may_hold_spaces(tmp_path: Path) -> None:
    """Further columns and blank lines are not read, line ends and the byte order mark are taken off."""
    path = written(tmp_path, "\ufeffhouse\tcasa\r\n\nice cream\thelado\t0.7\n")
    assert read_dictionary(path) == (("house", "casa"), ("ice cream", "helado"))


def test_white_space_separates_where_there_is_no_tab(tmp_path: Path) -> None:
    """MUSE has one space, VecMap too; several do no harm, and a file may mix both forms."""
    path = written(tmp_path, "house casa\n dog   perro \ngood morning\tbuenos días\n")
    assert read_dictionary(path) == (("house", "casa"), ("dog", "perro"), ("good morning", "buenos días"))


def test_scores_are_numbers_in_the_third_column(tmp_path: Path) -> None:
    """Anything else there is no score."""
    path = written(tmp_path, "a\tb\t0.25\nc\td\nc\te\tnoun\nf\tg\tnan\n")
    assert read_entries(path) == (
        Entry("a", "b", 0.25),
        Entry("c", "d", None),
        Entry("c", "e", None),
        Entry("f", "g", None),
    )


@pytest.mark.parametrize("line", ["house", "house\t", "\tcasa", "ice cream helado", "a b 0.7"])
def test_malformed_lines_are_named(tmp_path: Path, line: str) -> None:
    """The error gives path and line and what stood there."""
    path = written(tmp_path, f"a\tb\n{line}\n")
    with pytest.raises(DataError) as caught:
        read_dictionary(path)
    assert f"{path}:2:" in str(caught.value)
    assert repr(line) in str(caught.value)


def test_unreadable_dictionaries_are_named(tmp_path: Path) -> None:
    """A missing file and one that is not UTF-8."""
    with pytest.raises(DataError, match="cannot read"):
        read_dictionary(tmp_path / "none.txt")
    path = tmp_path / "dictionary.tsv"
    path.write_bytes(b"a\t\xff\n")
    with pytest.raises(DataError, match=":1: not UTF-8"):
        read_dictionary(path)


@given(pairs=st.lists(st.tuples(words, words)))
def test_muse_files_come_back(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]) -> None:
    """What is written is read, plain and packed."""
    folder = tmp_path_factory.mktemp("muse")
    for name in ("pairs.txt", "pairs.txt.gz"):
        write_dictionary(folder / name, pairs)
        assert list(read_dictionary(folder / name)) == pairs
    assert (folder / "pairs.txt").read_text(encoding="utf-8") == "".join(f"{a} {b}\n" for a, b in pairs)


@pytest.mark.parametrize("word", ["", "ice cream", "a\tb", "a\u00a0b", "\n"])
def test_words_that_the_format_cannot_carry_are_refused(tmp_path: Path, word: str) -> None:
    """Nothing is left behind of the file."""
    path = tmp_path / "pairs.txt"
    assert not fits_muse(("a", word))
    with pytest.raises(DataError, match="without white space"):
        write_dictionary(path, [("a", "b"), ("c", word)])
    assert not path.exists()
