"""Word vectors as word2vec text (`.vec`, `.vec.gz`): a header `n_words dim`, then one word and its numbers a
line.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clime_core.data.embeddings import Embeddings, Vectors
from clime_core.data.stream import BYTE_ORDER_MARK, reading, writing
from clime_core.data.vec_lines import LINE_END, BadLineError, Parsed, parse_line, parse_lines
from clime_core.errors import DataError
from clime_core.progress import Progress, silent

OnBad = Literal["refuse", "skip"]

BLOCK_BYTES = 8 * 2**20
PARSERS = 2  # threads: about as many as one reading thread can keep busy
ROWS_WRITTEN_AT_ONCE = 5_000
PROBLEMS_KEPT = 5
HEADER = re.compile(rb"([0-9]{1,9}) ([0-9]{1,9})[ \r\n]*")


@dataclass(frozen=True)
class VecReport:
    """What reading a file of vectors found.

    `duplicates` counts repeated words left out (the first one counts), `skipped` the bad lines left out;
    `first_problems` describes the first few. `stated_words` is the header's count, None where there is no
    header.
    """

    words: int
    dim: int
    duplicates: int
    skipped: int
    first_problems: tuple[str, ...]
    stated_words: int | None = None


def read_vec(
    path: Path, *, on_bad: OnBad = "refuse", max_words: int | None = None, progress: Progress = silent
) -> tuple[Embeddings, VecReport]:
    r"""Read word2vec text: words (n_words), vectors (n_words, dim) float32, in file order, and what was
    found.

    Only "\n" ends a line and only a space separates, so a word may hold any other character. The header may
    be missing: a first line of exactly two whole numbers is one. With `max_words` reading stops once that
    many words are kept, and the header's count and the rest of the file go unchecked.

    Raises DataError where the file cannot be read or holds no vector, and, unless `on_bad` is "skip", at the
    first line that `parse_line` refuses or where the header's count is wrong.
    """
    if max_words is not None and max_words < 1:
        raise DataError(f"max_words must be at least 1, got {max_words}; leave it out to read every word")
    with reading(path) as stream:
        first = stream.readline().removeprefix(BYTE_ORDER_MARK)
        reader = _Reader.opened(path, first, on_bad, max_words)
        blocks = _blocks(stream, reader.dim)
        if reader.stated_words is None:
            blocks = chain([([first], None)], blocks)
        for lines, parsed in blocks:
            reader.take(lines, parsed)
            progress("reading vectors", len(reader.rows), reader.expected)
            if reader.full:
                break
    return reader.finish()


def _blocks(stream: BinaryIO, dim: int) -> Iterable[tuple[list[bytes], Parsed | None]]:
    """The rest of the file in blocks of lines, each with what `parse_lines` makes of it, parsed ahead in
    threads.
    """
    with ThreadPoolExecutor(PARSERS) as pool:
        ahead: deque[tuple[list[bytes], Future[Parsed | None]]] = deque()
        while lines := stream.readlines(BLOCK_BYTES):
            ahead.append((lines, pool.submit(parse_lines, lines, dim)))
            if len(ahead) > PARSERS:
                first, parsed = ahead.popleft()
                yield first, parsed.result()
        yield from ((lines, parsed.result()) for lines, parsed in ahead)


@dataclass
class _Reader:
    """What has been read so far. `line` is the number of the last line taken."""

    path: Path
    dim: int
    on_bad: OnBad
    limit: int | None
    stated_words: int | None = None
    line: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    vectors: Vectors = field(init=False)
    duplicates: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vectors = np.empty((0, self.dim), dtype=np.float32)

    @classmethod
    def opened(cls, path: Path, first: bytes, on_bad: OnBad, limit: int | None) -> Self:
        """A reader that has seen whether the first line is a header, and knows the dimension."""
        if header := HEADER.fullmatch(first):
            reader = cls(path, int(header[2]), on_bad, limit, stated_words=int(header[1]), line=1)
        else:
            reader = cls(path, first.rstrip(LINE_END).count(b" "), on_bad, limit)
        if reader.dim < 1:
            fix = "give word2vec text: a word, then its numbers, separated by single spaces"
            raise DataError.at(path, 1, f"no dimension can be read, got {first[:40]!r}; {fix}")
        return reader

    @property
    def full(self) -> bool:
        return self.limit is not None and len(self.rows) >= self.limit

    @property
    def expected(self) -> int:
        """How many words there will be, as far as is known."""
        stated = self.stated_words or len(self.rows)
        return max(len(self.rows), stated if self.limit is None else min(stated, self.limit))

    def take(self, lines: list[bytes], parsed: Parsed | None) -> None:
        """Keep what was parsed; lines that could not be parsed together are taken one by one."""
        if parsed is not None:
            self.line += len(lines)
            self._keep(*parsed)
            return
        for line in lines:
            self.line += 1
            self._take_line(line)
            if self.full:
                return

    def _take_line(self, line: bytes) -> None:
        try:
            word, vector = parse_line(line, self.dim)
        except BadLineError as bad:
            self._refuse_unless_skipping(f"{bad}; fix or remove the line, or skip bad lines")
            self.skipped += 1
            if len(self.problems) < PROBLEMS_KEPT:
                self.problems.append(f"line {self.line}: {bad}")
        else:
            self._keep([word], vector[None, :])

    def _refuse_unless_skipping(self, problem: str, line: int | None = None) -> None:
        if self.on_bad == "refuse":
            raise DataError.at(self.path, line or self.line, problem)

    def _keep(self, words: list[str], vectors: Vectors) -> None:
        fresh = []
        for row, word in enumerate(words):
            if self.full:
                break
            if word in self.rows:
                self.duplicates += 1
            else:
                self.rows[word] = len(self.rows)
                fresh.append(row)
        self.vectors.resize((len(self.rows), self.dim), refcheck=False)  # in place, so never in memory twice
        kept = vectors if len(fresh) == len(vectors) else vectors[fresh]
        self.vectors[len(self.rows) - len(fresh) :] = kept

    def finish(self) -> tuple[Embeddings, VecReport]:
        problems = [*self._wrong_count(), *self.problems]
        if not self.rows:
            raise DataError(f"{self.path} holds no word with a vector; give word2vec text with at least one")
        report = VecReport(
            words=len(self.rows),
            dim=self.dim,
            duplicates=self.duplicates,
            skipped=self.skipped,
            first_problems=tuple(problems),
            stated_words=self.stated_words,
        )
        return Embeddings(tuple(self.rows), self.vectors), report

    def _wrong_count(self) -> list[str]:
        found = self.line - 1
        if self.stated_words is None or self.stated_words == found or self.full:
            return []
        problem = f"the header promises {self.stated_words} words, got {found} lines after it"
        self._refuse_unless_skipping(f"{problem}; the file may be cut off: copy it again, or fix the header", line=1)
        return [f"line 1: {problem}"]


def write_vec(path: Path, embeddings: Embeddings, progress: Progress = silent) -> None:
    """Write word2vec text with its header, gzip where the name ends in `.gz`; the file appears only when
    complete.

    Each number has the fewest digits that give the same float32 back, so `read_vec` returns exactly what was
    written. Raises DataError where that is impossible: no word at all, repeated words, a word that is empty
    or holds a space, a line break or an unpaired surrogate, vectors that are not float32 or not finite.
    """
    with writing(path) as stream:
        for done, lines in vec_text(embeddings, ROWS_WRITTEN_AT_ONCE):
            stream.write(lines)
            if done:
                progress("writing vectors", done, len(embeddings))


def vec_text(embeddings: Embeddings, rows_at_once: int) -> Iterator[tuple[int, bytes]]:
    """The bytes of such a file, the header first, then some rows at a time; with each how many rows are done.

    Raises DataError as `write_vec`, before anything is given.
    """
    _check_words(embeddings)
    if embeddings.vectors.dtype != np.float32 or not embeddings.dim:
        raise DataError(f"float32 vectors are written, got {embeddings.vectors.dtype} of {embeddings.dim} dimensions")
    yield 0, f"{len(embeddings)} {embeddings.dim}\n".encode()
    for start in range(0, len(embeddings), rows_at_once):
        rows = slice(start, start + rows_at_once)
        yield min(rows.stop, len(embeddings)), _text(embeddings.words[rows], embeddings.vectors[rows])


def _check_words(embeddings: Embeddings) -> None:
    if not len(embeddings) or len(embeddings.index) != len(embeddings):
        raise DataError(
            f"each word is written once, got {len(embeddings)} words, {len(embeddings.index)} distinct; "
            "give at least one word and remove repeated ones"
        )
    for word in embeddings.words:
        if not word or " " in word or "\n" in word or any("\ud800" <= letter <= "\udfff" for letter in word):
            raise DataError(f"a word without spaces and line breaks is expected, got {word!r}; rename or remove it")


def _text(words: object, vectors: Vectors) -> bytes:
    """The lines of some rows, each with its line break."""
    if not np.isfinite(vectors).all():
        raise DataError("finite vectors are written, got NaN or infinity; find where they were made and fix that")
    n_rows, dim = vectors.shape
    numbers = pa.array(np.ravel(vectors)).cast(pa.string())
    offsets = pa.array(np.arange(n_rows + 1, dtype=np.int32) * dim)
    vector_texts = pc.binary_join(pa.ListArray.from_arrays(offsets, numbers), " ")
    lines = pc.binary_join_element_wise(pa.array(words, pa.string()), vector_texts, " ")
    return "".join(f"{line}\n" for line in lines.to_pylist()).encode()
