"""Documents are read, checked and written."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.documents import Coverage, Document, coverage, read_documents, readable, write_documents
from clime_core.data.embeddings import Embeddings
from clime_core.data.tokens import tokenize
from clime_core.errors import DataError


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "x.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_reads_tokens_and_raw_text(tmp_path: Path) -> None:
    """Tokens are taken as they are, a raw string is tokenised and kept, blank lines and other fields are
    passed over.
    """
    path = _file(
        tmp_path,
        '\ufeff{"id": 0, "text": ["Bird", "flu\u2028"], "label": 1, "source": "x"}\r',
        "",
        '{"id": "b", "text": "Bird flu, here!"}',
        '{"id": 3, "text": ["a"], "raw": "A.", "label": null}',
    )
    assert read_documents(path) == (
        Document(0, ("Bird", "flu\u2028"), 1),
        Document("b", ("bird", "flu", "here"), None, "Bird flu, here!"),
        Document(3, ("a",), None, "A."),
    )


def test_text_without_words_is_kept(tmp_path: Path) -> None:
    """A raw text of symbols alone is a document without tokens."""
    assert read_documents(_file(tmp_path, '{"id": 1, "text": "?!"}')) == (Document(1, (), None, "?!"),)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1, "text": ["a"]', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["a"]', "an object is expected"),
        ('{"text": ["a"]}', '"id" must be .* got None'),
        ('{"id": true, "text": ["a"]}', '"id" must be .* got True'),
        ('{"id": 1.5, "text": ["a"]}', '"id" must be .* got 1.5'),
        ('{"id": "", "text": ["a"]}', '"id" must be'),
        ('{"id": 1}', '"text" must be .* got None'),
        ('{"id": 1, "text": []}', '"text" must be'),
        ('{"id": 1, "text": " "}', '"text" must be'),
        ('{"id": 1, "text": ["a", ""]}', '"text" must be'),
        ('{"id": 1, "text": ["a", 2]}', '"text" must be'),
        ('{"id": 1, "text": {"a": 2}}', '"text" must be'),
        ('{"id": 1, "text": ["a"], "raw": 5}', '"raw" must be a string'),
        ('{"id": 1, "text": ["\\ud800"]}', "unpaired surrogate"),
        ('{"id": 1, "text": "a \\udc00"}', "unpaired surrogate"),
        ('{"id": 1, "text": ["a"], "label": true}', '"label" must be a whole number or null, got True'),
        ('{"id": 1, "text": ["a"], "label": 1.0}', '"label" must be a whole number or null, got 1.0'),
        ('{"id": 1, "text": ["a"], "label": "1"}', "\"label\" must be a whole number or null, got '1'"),
        ('{"id": 1, "text": ["a"], "label": -1}', '"label" must be from 0 to 1, got -1'),
        ('{"id": 1, "text": ["a"], "label": 2}', '"label" must be from 0 to 1, got 2'),
        ('{"id": "0", "text": ["a"]}', r"each id is used once, got '0' again \(first on line 1\)"),
    ],
)
def test_bad_lines_are_refused_by_place(tmp_path: Path, line: str, problem: str) -> None:
    """The error names the file, the line and what was got."""
    path = _file(tmp_path, '{"id": 0, "text": ["a"], "label": 1}', "", line)
    with pytest.raises(DataError, match=problem) as caught:
        read_documents(path, n_categories=2)
    assert str(caught.value).startswith(f"{path}:3: ")


def test_without_categories_any_label_is_taken(tmp_path: Path) -> None:
    """Only the number of categories limits labels from above."""
    path = _file(tmp_path, '{"id": 1, "text": ["a"], "label": 99}')
    assert read_documents(path)[0].label == 99


def test_files_that_are_no_utf8_text_are_refused(tmp_path: Path) -> None:
    """The line of the first byte that is not UTF-8 is named; so is a missing file."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": 1, "text": ["a"]}\n{"id": 2, "text": ["\xe9"]}\n')
    with pytest.raises(DataError, match=r"x\.jsonl:2: not UTF-8"):
        read_documents(path)
    with pytest.raises(DataError, match=r"missing\.jsonl"):
        read_documents(tmp_path / "missing.jsonl")


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
raw_documents = st.builds(
    lambda text, label: Document(0, tokenize(text), label, text),
    texts.filter(str.strip),
    st.none() | st.integers(0, 5),
)
token_documents = st.builds(
    Document,
    st.just(0),
    st.lists(texts, min_size=1, max_size=5).map(tuple),
    st.none() | st.integers(0, 5),
    st.none() | texts,
)
ids = st.integers() | texts


@given(
    documents=st.lists(st.tuples(ids, raw_documents | token_documents), unique_by=lambda pair: str(pair[0])),
    suffix=st.sampled_from([".jsonl", ".jsonl.gz"]),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, documents: list[tuple[int | str, Document]], suffix: str
) -> None:
    """Any documents survive, with or without raw text, labels and compression."""
    written = [Document(given, doc.tokens, doc.label, doc.text) for given, doc in documents]
    path = tmp_path_factory.mktemp("documents") / f"x{suffix}"
    write_documents(path, written)
    assert read_documents(path) == tuple(written)


def test_written_lines_are_the_authors_format(tmp_path: Path) -> None:
    """Tokens are written as a list, without fields nobody gave; the bytes of a compressed file do not depend
    on time.
    """
    write_documents(tmp_path / "x.jsonl", [Document(0, ("ሰብ", "b"), 1)])
    line = (tmp_path / "x.jsonl").read_text(encoding="utf-8")
    assert "ሰብ" in line
    assert json.loads(line) == {"id": 0, "text": ["ሰብ", "b"], "label": 1}
    write_documents(tmp_path / "x.jsonl.gz", [Document(0, ("ሰብ", "b"), 1)])
    packed = (tmp_path / "x.jsonl.gz").read_bytes()
    assert gzip.decompress(packed).decode() == line
    assert packed[4:8] == bytes(4)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """An empty document is refused, and what was there stays, alone."""
    path = _file(tmp_path, "old")
    with pytest.raises(DataError, match="got none for id 2"):
        write_documents(path, [Document(1, ("a",)), Document(2, ())])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_coverage_counts_words_and_documents() -> None:
    """Running words, distinct words and documents without any known word are counted."""
    embeddings = Embeddings(["a", "b"], np.ones((2, 1), np.float32))
    documents = [Document(0, ("a", "a", "x")), Document(1, ("x", "y")), Document(2, ("b",)), Document(3, ())]
    found = coverage(documents, embeddings)
    assert found.unknown_documents == (~readable(documents, embeddings)).sum()
    assert found == Coverage(tokens=6, known_tokens=3, types=4, known_types=2, documents=4, unknown_documents=2)
    assert found.share == 0.5
    assert coverage([], embeddings).share == 0.0
