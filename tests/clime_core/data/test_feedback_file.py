"""Feedback files of the authors' interface are read and written."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.embeddings import Embeddings
from clime_core.data.feedback_file import read_feedback, write_feedback
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.errors import DataError

HEADER = "keyword,timestamp,pos1,pos2,neg1,neg2,new1,new2"


def _src(form: str) -> Word:
    return Word(Language.SOURCE, form)


def _tgt(form: str) -> Word:
    return Word(Language.TARGET, form)


def _vocabulary(*forms: str) -> Embeddings:
    return Embeddings(forms, np.ones((len(forms), 1), np.float32))


SOURCE = _vocabulary("flu", "ill", "bank", "it's")
TARGET = _vocabulary("gripe", "ill", "banko")


def _file(folder: Path, *lines: str, name: str = "7.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_reads_a_row_of_the_authors_interface(tmp_path: Path) -> None:
    """Each list gives its marks, in its language; added words are known by their second list."""
    row = """flu,1588000000.5,"['ill', ""it's""]",['gripe'],['bank'],[],"['ill', 'flu']",['banko']"""
    marks, report = read_feedback(_file(tmp_path, HEADER, row), SOURCE, TARGET)
    at = 1588000000.5
    assert marks == (
        Mark("7", _src("flu"), _src("ill"), similar=True, added=True, at=at),
        Mark("7", _src("flu"), _src("it's"), similar=True, at=at),
        Mark("7", _src("flu"), _src("bank"), similar=False, at=at),
        Mark("7", _src("flu"), _tgt("gripe"), similar=True, at=at),
    )
    assert (report.rows, report.marks, report.added, report.unmarked_new) == (1, 4, 1, 2)
    assert (report.unknown_marks, report.self_marks, report.unknown) == (0, 0, ())


def test_words_without_a_vector_are_left_out_and_told(tmp_path: Path) -> None:
    """Unknown words and keywords lose their marks, never in the other language, and are listed once each."""
    path = _file(
        tmp_path,
        HEADER,
        "flu,1,\"['gripe', 'ill', 'flu']\",['flu'],[],[],[],[]",
        "plague,2,['ill'],['gripe'],[],['flu'],[],[]",
    )
    marks, report = read_feedback(path, SOURCE, TARGET, annotator="ana")
    assert marks == (Mark("ana", _src("flu"), _src("ill"), similar=True, at=1.0),)
    assert (report.rows, report.marks, report.unknown_marks, report.self_marks) == (2, 1, 5, 1)
    assert report.unknown == (_src("gripe"), _tgt("flu"), _src("plague"))


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("1588000000", 1588000000.0),
        ("2020-04-27 15:06:40", 1588000000.0),
        ("2020-04-27T15:06:40.25Z", 1588000000.25),
        ("2020-04-27T17:06:40+02:00", 1588000000.0),
    ],
)
def test_times_are_seconds_or_dates(tmp_path: Path, timestamp: str, seconds: float) -> None:
    """A date without a zone is UTC."""
    path = _file(tmp_path, HEADER, f"flu,{timestamp},['ill'],[],[],[],[],[]")
    assert read_feedback(path, SOURCE, TARGET)[0][0].at == seconds


def test_keywords_of_the_target_language(tmp_path: Path) -> None:
    """The ninth column says the keyword's language, empty meaning the source; columns may come in another
    order.
    """
    path = _file(
        tmp_path,
        "keyword_language,keyword,timestamp,pos1,neg1,new1,pos2,neg2,new2",
        "tgt,ill,1,['ill'],,,,,",
        "",
        ",ill,1,,['flu'],,,,",
    )
    marks, _ = read_feedback(path, SOURCE, TARGET)
    assert marks == (
        Mark("7", _tgt("ill"), _src("ill"), similar=True, at=1.0),
        Mark("7", _src("ill"), _src("flu"), similar=False, at=1.0),
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("flu,1,['ill',[],[],[],[],[]", r"pos1 must be a list such as .* got \"\['ill'\""),
        ("flu,1,[],[1],[],[],[],[]", "pos2 must be a list"),
        ("flu,1,[],[''],[],[],[],[]", "pos2 must be a list"),
        ("flu,1,ill,[],[],[],[],[]", "pos1 must be a list"),
        ("flu,1,[],[],[],[],[],__import__('os')", "new2 must be a list"),
        ("flu,1,['ill'],[],['ill'],[],[],[]", r"pos1 and neg1 contradict each other, got \['ill'\]"),
        ("flu,noon,[],[],[],[],[],[]", "a timestamp is expected, got 'noon'"),
        ("flu,nan,[],[],[],[],[],[]", "a finite timestamp is expected, got 'nan'"),
        (",1,[],[],[],[],[],[]", "a keyword is expected"),
        ("flu,1,[],[],[],[],[]", "8 cells expected, got 7"),
        ("flu,1,['a','b'],[],[],[],[],[]", "8 cells expected, got 9"),
        ('flu,1,"[]"x,[],[],[],[],[]', "not CSV"),
    ],
)
def test_bad_rows_are_refused_by_place(tmp_path: Path, row: str, problem: str) -> None:
    """The error names the file, the line, the column and what was got."""
    path = _file(tmp_path, HEADER, "flu,1,['ill'],[],[],[],[],[]", row)
    with pytest.raises(DataError, match=problem) as caught:
        read_feedback(path, SOURCE, TARGET)
    assert str(caught.value).startswith(f"{path}:3: ")


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A wrong header, an empty file, an unknown language and bytes that are not UTF-8 are named."""
    with pytest.raises(DataError, match=r":1: the columns must be .* got 'keyword;timestamp'"):
        read_feedback(_file(tmp_path, "keyword;timestamp"), SOURCE, TARGET)
    with pytest.raises(DataError, match=":1: the columns must be"):
        read_feedback(_file(tmp_path, ""), SOURCE, TARGET)
    with pytest.raises(DataError, match=":2: keyword_language must be src or tgt, got 'en'"):
        read_feedback(_file(tmp_path, f"{HEADER},keyword_language", "flu,1,,,,,,,en"), SOURCE, TARGET)
    path = _file(tmp_path, HEADER)
    path.write_bytes(f"{HEADER}\n".encode() + b"\xe9,1,[],[],[],[],[],[]\n")
    with pytest.raises(DataError, match=":2: not UTF-8"):
        read_feedback(path, SOURCE, TARGET)


def _table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_writes_the_authors_columns_by_time(tmp_path: Path) -> None:
    """A row for each annotator and keyword, by time, with the latest mark of each pair; unmarked keywords
    follow.
    """
    path = tmp_path / "x.csv"
    marks = [
        Mark("ana", _src("ill"), _tgt("gripe"), similar=True, at=5),
        Mark("ana", _src("flu"), _tgt("gripe"), similar=False, at=1),
        Mark("ana", _src("flu"), _tgt("gripe"), similar=True, at=3),
        Mark("ben", _src("flu"), _src("ill"), similar=False, added=True, at=2),
    ]
    write_feedback(path, marks, [_src("bank"), _src("flu")])
    assert _table(path) == [
        HEADER.split(","),
        ["flu", "2.0", "[]", "[]", "['ill']", "[]", "['ill']", "[]"],
        ["flu", "3.0", "[]", "['gripe']", "[]", "[]", "[]", "[]"],
        ["ill", "5.0", "[]", "['gripe']", "[]", "[]", "[]", "[]"],
        ["bank", "0.0", "[]", "[]", "[]", "[]", "[]", "[]"],
    ]


@pytest.mark.parametrize("language", Language)
def test_the_ninth_column_is_written_only_when_needed(tmp_path: Path, language: Language) -> None:
    """Only a keyword of the target language brings the column that the authors' reader does not know."""
    path = tmp_path / "x.csv"
    write_feedback(path, [Mark("ana", Word(language, "ill"), _src("bank"), similar=True, at=1)])
    expected = HEADER if language is Language.SOURCE else f"{HEADER},keyword_language"
    assert _table(path)[0] == expected.split(",")


forms = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
any_word = st.builds(Word, st.sampled_from(Language), forms)
said = st.dictionaries(any_word, st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5)
rows = st.dictionaries(any_word, st.tuples(st.floats(0, 4e9), said), max_size=5)


@given(rows)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[Word, tuple[float, dict[Word, tuple[bool, bool]]]]
) -> None:
    """Marks of one annotator survive, whatever characters the words hold, in either language."""
    marks = [
        Mark("ana", keyword, word, similar, added, at)
        for keyword, (at, said) in rows.items()
        for word, (similar, added) in said.items()
        if word != keyword
    ]
    used = {word for mark in marks for word in (mark.keyword, mark.word)}
    source, target = (_vocabulary(*(word.form for word in used if word.language is language)) for language in Language)
    path = tmp_path_factory.mktemp("feedback") / "ana.csv"
    write_feedback(path, marks, rows)
    read, report = read_feedback(path, source, target)
    assert set(read) == set(marks)
    assert len(read) == report.marks == len(marks)
    assert (report.rows, report.unmarked_new, report.unknown_marks) == (len(rows), 0, 0)
    assert [mark.at for mark in read] == sorted(mark.at for mark in read)
