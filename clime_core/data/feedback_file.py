"""Feedback as the authors' interface saves it: a CSV row for each keyword an annotator judged.

Columns: `keyword,timestamp,pos1,pos2,neg1,neg2,new1,new2`; 1 is the source language, 2 the target. All but
the first two hold Python list literals: words marked similar, dissimilar, and brought in by the annotator. A
ninth column, `keyword_language` (src or tgt), is there only where a keyword is of the target language.
"""

import ast
import csv
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.data.stream import BYTE_ORDER_MARK, reading, writing
from clime_core.errors import DataError

COLUMNS = ("keyword", "timestamp", "pos1", "pos2", "neg1", "neg2", "new1", "new2")
KEYWORD_LANGUAGE = "keyword_language"
NUMBERED = {"1": Language.SOURCE, "2": Language.TARGET}

Row = dict[str, str]


@dataclass(frozen=True)
class FeedbackReport:
    """What reading a feedback file found.

    `unmarked_new` counts words an annotator brought in without marking them, `unknown_marks` the marks left
    out because the keyword or the word has no vector, `self_marks` those left out because a keyword was
    marked for itself. `unknown` lists the words without a vector, each once, in file order.
    """

    rows: int
    marks: int
    added: int
    unmarked_new: int
    unknown_marks: int
    self_marks: int
    unknown: tuple[Word, ...]


def read_feedback(
    path: Path, source: Embeddings, target: Embeddings, *, annotator: str | None = None
) -> tuple[tuple[Mark, ...], FeedbackReport]:
    """The marks of one annotator, in file order, and what was left out.

    The format does not name the annotator: without an argument the file's name up to its first dot does. A
    timestamp is seconds since the epoch or ISO 8601 (UTC where it names no zone); it times all marks of its
    row.

    Raises DataError where the file cannot be read or, naming the line, a row or cell is not what it should
    be.
    """
    tally = _Tally(BilingualEmbeddings(source, target))
    for line, row in _rows(path):
        try:
            tally.take(row, path.name.split(".")[0] if annotator is None else annotator)
        except _BadCellError as bad:
            raise DataError.at(path, line, str(bad)) from bad
    return tuple(tally.marks), tally.report()


class _BadCellError(ValueError):
    """What is wrong with a cell, and how to fix it."""


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row as column to cell, with the number of its last line."""
    with reading(path) as stream:
        content = stream.read().removeprefix(BYTE_ORDER_MARK)
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        header = next(reader, [])
        if sorted(header) not in (sorted(COLUMNS), sorted([*COLUMNS, KEYWORD_LANGUAGE])):
            wanted = f"{','.join(COLUMNS)} and perhaps {KEYWORD_LANGUAGE}"
            got = ",".join(header)[:200]
            raise DataError.at(path, 1, f"the columns must be {wanted}, got {got!r}; fix the header")
        for cells in filter(None, reader):  # blank lines hold nothing
            if len(cells) != len(header):
                problem = f"{len(header)} cells expected, got {len(cells)}; quote cells that hold commas"
                raise DataError.at(path, reader.line_num, problem)
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError.at(path, line, "not UTF-8 text; save the file as UTF-8") from error
    except csv.Error as error:
        raise DataError.at(path, reader.line_num, f"not CSV: {error}; fix the quotes") from error


@dataclass
class _Tally:
    """The marks read so far, and what was left out."""

    vocabulary: BilingualEmbeddings
    marks: list[Mark] = field(default_factory=list)
    rows: int = 0
    unmarked_new: int = 0
    unknown_marks: int = 0
    self_marks: int = 0
    unknown: dict[Word, None] = field(default_factory=dict)

    def take(self, row: Row, annotator: str) -> None:
        self.rows += 1
        keyword, at = _keyword(row), _seconds(row["timestamp"])
        self._known(keyword)
        for number, language in NUMBERED.items():
            similar, dissimilar, new = (_words(row, f"{kind}{number}", language) for kind in ("pos", "neg", "new"))
            if both := similar.keys() & dissimilar.keys():
                got = sorted(word.form for word in both)
                problem = f"pos{number} and neg{number} contradict each other, got {got} in both; keep one"
                raise _BadCellError(problem)
            self.unmarked_new += len(new.keys() - similar.keys() - dissimilar.keys())
            for word in (*similar, *dissimilar):
                self._keep(Mark(annotator, keyword, word, word in similar, word in new, at))

    def _keep(self, mark: Mark) -> None:
        if mark.word == mark.keyword:
            self.self_marks += 1
        elif self._known(mark.word) and self._known(mark.keyword):
            self.marks.append(mark)
        else:
            self.unknown_marks += 1

    def _known(self, word: Word) -> bool:
        if word in self.vocabulary:
            return True
        self.unknown[word] = None
        return False

    def report(self) -> FeedbackReport:
        return FeedbackReport(
            rows=self.rows,
            marks=len(self.marks),
            added=sum(mark.added for mark in self.marks),
            unmarked_new=self.unmarked_new,
            unknown_marks=self.unknown_marks,
            self_marks=self.self_marks,
            unknown=tuple(self.unknown),
        )


def _keyword(row: Row) -> Word:
    language = row.get(KEYWORD_LANGUAGE) or Language.SOURCE
    if language not in tuple(Language):
        raise _BadCellError(f"{KEYWORD_LANGUAGE} must be src or tgt, got {language!r}; fix the cell")
    if not row["keyword"]:
        raise _BadCellError("a keyword is expected, got an empty cell; fill it in or remove the row")
    return Word(Language(language), row["keyword"])


def _seconds(timestamp: str) -> float:
    try:
        seconds = float(timestamp)
    except ValueError:
        seconds = _seconds_of_date(timestamp)
    if not math.isfinite(seconds):
        raise _BadCellError(f"a finite timestamp is expected, got {timestamp!r}; give seconds since 1970")
    return seconds


def _seconds_of_date(timestamp: str) -> float:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError as error:
        problem = f"a timestamp is expected, got {timestamp!r}; give seconds since 1970 or an ISO 8601 date"
        raise _BadCellError(problem) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _words(row: Row, column: str, language: Language) -> dict[Word, None]:
    """The words of a cell, each once, in order. An empty cell holds none."""
    try:
        forms = ast.literal_eval(row[column].strip() or "[]")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        forms = error
    if not isinstance(forms, list) or not all(isinstance(form, str) and form for form in forms):
        got = row[column][:60]
        raise _BadCellError(f"{column} must be a list such as ['word', 'other'], got {got!r}; fix the cell")
    return dict.fromkeys(Word(language, form) for form in forms)


def write_feedback(path: Path, marks: Iterable[Mark], keywords: Iterable[Word] = ()) -> None:
    """Write one row for each annotator and keyword, ordered by time; whole or not at all.

    Of several marks of one annotator on a pair the latest is written; the row's time is that of its latest
    mark. `keywords` are those that were shown: the ones without any mark follow at the end, with empty lists
    and time 0. Annotators are not named in this format: to keep them apart write a file for each.
    """
    rows: dict[tuple[str, Word], dict[Word, Mark]] = defaultdict(dict)
    for mark in sorted(marks, key=lambda mark: mark.at):
        rows[mark.annotator, mark.keyword][mark.word] = mark
    written = [(keyword, list(latest.values())) for (_, keyword), latest in rows.items()]
    written.sort(key=lambda row: max(mark.at for mark in row[1]))
    marked = {keyword for keyword, _ in written}
    written += [(keyword, []) for keyword in dict.fromkeys(keywords) if keyword not in marked]
    with_language = any(keyword.language is Language.TARGET for keyword, _ in written)
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([*COLUMNS, KEYWORD_LANGUAGE] if with_language else COLUMNS)
    for keyword, marked_words in written:
        cells = _cells(keyword, marked_words)
        table.writerow([*cells, keyword.language.value] if with_language else cells)
    with writing(path) as stream:
        stream.write(text.getvalue().encode("utf-8"))


def _cells(keyword: Word, marks: list[Mark]) -> list[str]:
    lists: dict[str, list[str]] = {column: [] for column in COLUMNS[2:]}
    for mark in marks:
        number = "1" if mark.word.language is Language.SOURCE else "2"
        lists[("pos" if mark.similar else "neg") + number].append(mark.word.form)
        if mark.added:
            lists["new" + number].append(mark.word.form)
    time = max((mark.at for mark in marks), default=0.0)
    return [keyword.form, repr(float(time)), *map(repr, lists.values())]
