"""Documents: tokenised texts with an identity and perhaps a label."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clime_core.data.embeddings import Embeddings
from clime_core.data.stream import text_lines, writing
from clime_core.data.tokens import tokenize
from clime_core.errors import DataError

DocumentId = int | str


@dataclass(frozen=True)
class Document:
    """One text. `label` is the index of its category (from 0), or None where it has no label.

    `vector` (dim,) is what a sentence encoder made of the text, where one was asked.
    """

    id: DocumentId
    tokens: tuple[str, ...]
    label: int | None = None
    text: str | None = None
    vector: NDArray[np.floating] | None = field(default=None, compare=False, repr=False)

    @property
    def shown(self) -> str:
        """What a person reads: the raw text if there is one, else the tokens."""
        return self.text if self.text is not None else " ".join(self.tokens)


@dataclass(frozen=True)
class Coverage:
    """How much of some documents is known: running words (tokens), distinct words (types), documents.

    `unknown_documents` counts those without any known word.
    """

    tokens: int
    known_tokens: int
    types: int
    known_types: int
    documents: int
    unknown_documents: int

    @property
    def share(self) -> float:
        """The share of running words that are known, 0 to 1; 0 where there are none."""
        return self.known_tokens / self.tokens if self.tokens else 0.0

    @property
    def share_of_types(self) -> float:
        """The share of distinct words that are known, 0 to 1; 0 where there are none."""
        return self.known_types / self.types if self.types else 0.0


def readable(documents: Sequence[Document], side: Embeddings) -> NDArray[np.bool_]:
    """Which documents have any word with a vector, (n,)."""
    return np.array([any(token in side for token in document.tokens) for document in documents], dtype=bool)


def coverage(documents: Iterable[Document], known: Container[str]) -> Coverage:
    """How much of the documents consists of known words: those of a vocabulary with vectors, or of anything else."""
    known_by_document, tokens, types = [], 0, set[str]()
    for document in documents:
        tokens += len(document.tokens)
        types.update(document.tokens)
        known_by_document.append(sum(token in known for token in document.tokens))
    return Coverage(
        tokens=tokens,
        known_tokens=sum(known_by_document),
        types=len(types),
        known_types=sum(form in known for form in types),
        documents=len(known_by_document),
        unknown_documents=known_by_document.count(0),
    )


def read_documents(path: Path, *, n_categories: int | None = None) -> tuple[Document, ...]:
    """Read JSON lines `{"id": 7, "text": ["a", "word"], "label": 1}`, plain or `.gz`, in file order.

    `text` is a list of tokens or a raw string, which is tokenised and kept; beside tokens, `raw` may hold the
    raw string. `label` may be missing or null. Other fields and blank lines are ignored.

    Raises DataError, naming the line, where a line is not such an object, an id is repeated (7 and "7" are
    the same) or a label is not below `n_categories`.
    """
    return tuple(_read(path, n_categories))


def _read(path: Path, n_categories: int | None) -> Iterator[Document]:
    first_seen: dict[str, int] = {}
    for number, line in text_lines(path):
        if not line.strip():
            continue
        try:
            document = _document(line, n_categories)
        except _BadDocumentError as bad:
            raise DataError.at(path, number, str(bad)) from bad
        earlier = first_seen.setdefault(str(document.id), number)
        if earlier != number:
            problem = f"each id is used once, got {document.id!r} again (first on line {earlier}); rename one"
            raise DataError.at(path, number, problem)
        yield document


class _BadDocumentError(ValueError):
    """What is wrong with one line, and how to fix it."""


def _document(line: str, n_categories: int | None) -> Document:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadDocumentError(f"not JSON ({error}), got {line[:60]!r}; write one object a line") from error
    if not isinstance(fields, dict):
        raise _BadDocumentError(f'an object is expected, got {line[:60]!r}; write {{"id": ..., "text": ...}}')
    tokens, raw = _texts(fields)
    return Document(_id(fields), tokens, _label(fields, n_categories), raw)


def _id(fields: dict[str, object]) -> DocumentId:
    given = fields.get("id")
    if isinstance(given, bool) or not isinstance(given, int | str) or given == "":
        raise _BadDocumentError(f'"id" must be a whole number or a string, got {given!r}; give each line one')
    return given


def _texts(fields: dict[str, object]) -> tuple[tuple[str, ...], str | None]:
    """The tokens, and the raw text where there is one."""
    text, raw = fields.get("text"), fields.get("raw")
    if raw is not None and not isinstance(raw, str):
        raise _BadDocumentError(f'"raw" must be a string, got {raw!r}; remove it or quote it')
    if isinstance(text, str) and text.strip():
        return tokenize(_encodable(text)), text
    if not isinstance(text, list) or not text or not all(isinstance(token, str) and token for token in text):
        got = repr(text)[:60]
        problem = f'"text" must be a list of words or a string, not empty, got {got}'
        raise _BadDocumentError(f"{problem}; write the text or remove the line")
    _encodable("".join(text) + (raw or ""))
    return tuple(text), raw


def _encodable(text: str) -> str:
    """JSON can escape half a character (an unpaired surrogate), which no UTF-8 file or page can show."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        got = error.object[error.start]
        raise _BadDocumentError(f"unpaired surrogate in the text, got {got!r}; remove the escape") from error
    return text


def _label(fields: dict[str, object], n_categories: int | None) -> int | None:
    label = fields.get("label")
    if label is None:
        return None
    if isinstance(label, bool) or not isinstance(label, int):
        raise _BadDocumentError(f'"label" must be a whole number or null, got {label!r}; give an index')
    if label < 0 or (n_categories is not None and label >= n_categories):
        allowed = "0 or more" if n_categories is None else f"from 0 to {n_categories - 1}"
        raise _BadDocumentError(f'"label" must be {allowed}, got {label}; give the index of a category')
    return label


def write_documents(path: Path, documents: Iterable[Document]) -> None:
    """Write JSON lines that `read_documents` reads back as they were, `.gz` by the name; whole or not at all.

    Raises DataError where a document has no text.
    """
    with writing(path) as stream:
        for document in documents:
            if not document.tokens and not (document.text or "").strip():
                raise DataError(f"a document needs text, got none for id {document.id!r}; leave it out")
            stream.write(json.dumps(_fields(document), ensure_ascii=False).encode("utf-8") + b"\n")


def _fields(document: Document) -> dict[str, object]:
    fields: dict[str, object] = {"id": document.id, "text": document.tokens}
    if document.text is not None:
        if tokenize(document.text) == document.tokens:
            fields["text"] = document.text
        else:
            fields["raw"] = document.text
    return fields if document.label is None else {**fields, "label": document.label}
