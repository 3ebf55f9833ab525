"""Label Studio tasks: the one place where a task's data is built and where its annotations are read back.

All kinds share one shape, so that one project may hold all: `kind`, `key`, and three lists, `doc`, `word` and `review`,
of which one holds a single entry. A result names neighbours by position (`src_3`). Their words are taken from the task
as it was released. Review screens are built and read in `review_task.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NewType

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.data.tokens import tokenize
from ml_backend.label_studio.review_texts import review_texts
from ml_backend.label_studio.word_results import (
    Judgement,
    read_judgements,
    released_words,
    resolve_judgements,
    tag_of,
    texts_of,
    value_of,
)

TaskData = Mapping[str, Any]
Result = Sequence[Mapping[str, Any]]

TaskKey = NewType("TaskKey", str)
"""The name of a task: `d:<document id>`, `w:<language>:<keyword>` or `r:<digest of document ids>`.

Not a document id, though both may be strings.
"""

LABEL_TAG = "label"
WORD_PREFIX = "w:"

MAX_CANDIDATES = 2_000
"""Words of one language that the search of a word task offers."""


@dataclass(frozen=True)
class DocumentTask:
    """A document to be labelled. `text` is what the annotator reads."""

    id: DocumentId
    text: str


@dataclass(frozen=True)
class ShownWord:
    """A neighbour as it is shown: its form and its concordance, safe HTML."""

    form: str
    concordance: str = ""


@dataclass(frozen=True)
class WordTask:
    """A keyword with its neighbours in both languages, nearest first.

    `*_candidates` are words of the corpus, most useful first, in which annotators search for words to add;
    the first 2,000 of a language are offered.
    """

    keyword: Word
    source: tuple[ShownWord, ...]
    target: tuple[ShownWord, ...]
    source_candidates: tuple[str, ...] = ()
    target_candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelReading:
    """The category (index from 0) an annotation gives to a document, or None, and what could not be read."""

    label: int | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class MarksReading:
    """The marks an annotation makes, and what could not be read."""

    marks: tuple[Mark, ...]
    problems: tuple[str, ...] = ()


def document_key(document: DocumentId) -> TaskKey:
    """The name of a document's task: `d:<id>`."""
    return TaskKey(f"d:{document}")


def word_key(keyword: Word) -> TaskKey:
    """The name of a keyword's task: `w:<language>:<form>`."""
    return TaskKey(f"{WORD_PREFIX}{keyword.language}:{keyword.form}")


def keywords_of(keys: Iterable[str]) -> list[Word]:
    """The keywords of the word tasks among these, by their names, in order."""
    named = [key.removeprefix(WORD_PREFIX).split(":", 1) for key in keys if key.startswith(WORD_PREFIX)]
    return [Word(Language(language), form) for language, form in named]


def build_document_task(task: DocumentTask) -> dict[str, Any]:
    """The data of a document's task."""
    return {
        "kind": "document",
        "key": document_key(task.id),
        "doc": [{"id": str(task.id), "text": task.text}],
        "word": [],
        "review": [],
    }


def build_word_task(task: WordTask) -> dict[str, Any]:
    """The data of a keyword's task."""
    entry = {
        "keyword": task.keyword.form,
        "language": str(task.keyword.language),
        "src": _shown(task.source),
        "tgt": _shown(task.target),
        "src_candidates": _offered(task.source_candidates, task.source),
        "tgt_candidates": _offered(task.target_candidates, task.target),
    }
    return {"kind": "word", "key": word_key(task.keyword), "doc": [], "word": [entry], "review": []}


def _shown(words: Iterable[ShownWord]) -> list[dict[str, str]]:
    return [{"word": word.form, "html": word.concordance} for word in words]


def _offered(candidates: Iterable[str], shown: Iterable[ShownWord]) -> list[dict[str, str]]:
    """The options of the search, sorted, without the words that are shown."""
    shown_forms = {word.form for word in shown}
    forms = [form for form in dict.fromkeys(candidates) if form and form not in shown_forms]
    return [{"value": form} for form in sorted(forms[:MAX_CANDIDATES])]


def read_document(data: TaskData, result: Result, categories: Sequence[str], tag: str = LABEL_TAG) -> LabelReading:
    """The category chosen with `tag`; results of a team's other tags are ignored."""
    name = task_name(data)
    chosen: dict[str, None] = {}
    for item in result:
        if tag_of(item) != tag:
            continue
        texts = texts_of(item, "choices")
        if not texts:
            return LabelReading(None, (f"{name}: {tag}: a choice is needed, got {value_of(item)!r}; label it again",))
        chosen |= dict.fromkeys(texts)
    for choice in chosen:
        if choice not in categories:
            problem = f"the campaign has no category {choice!r}, only {', '.join(categories)}"
            return LabelReading(None, (f"{name}: {tag}: {problem}; put the label config right",))
    if len(chosen) > 1:
        problem = f"one category is needed, got {', '.join(chosen)}; label it again"
        return LabelReading(None, (f"{name}: {tag}: {problem}",))
    return LabelReading(categories.index(next(iter(chosen))) if chosen else None)


def read_words(data: TaskData, result: Result, annotator: str, at: float) -> MarksReading:
    """The marks of one annotation; `at` in seconds since the epoch.

    A word judged both similar and dissimilar gives no mark, only a problem.
    """
    name = task_name(data)
    released = released_words(data)
    if released is None:
        return MarksReading((), (f"{name}: no keyword with its neighbours in the task's data; release a new task",))
    keyword, judgements, problems = released.keyword, list[Judgement](), list[str]()
    for item in result:
        for judgement in read_judgements(released, item):
            if isinstance(judgement, str):
                problems.append(f"{name}: {tag_of(item)}: {judgement}")
            else:
                judgements.append(judgement)
    resolved = list(resolve_judgements(keyword, judgements))
    problems += [f"{name}: {problem}" for problem in resolved if isinstance(problem, str)]
    marks = [Mark(annotator, keyword, j.word, j.similar, j.added, at) for j in resolved if isinstance(j, Judgement)]
    return MarksReading(tuple(marks), tuple(problems))


def task_length(data: TaskData) -> int | None:
    """The length of what annotators read: tokens of a document, or of the texts that a review screen shows unopened;
    neighbours of a keyword; None for anything else.
    """
    released = released_words(data)
    if released is not None:
        return sum(len(forms) for forms in released.shown.values())
    reviewed = review_texts(data)
    if reviewed is not None:
        return sum(len(tokenize(text.shown)) for text in reviewed.texts)
    documents = data.get("doc") or [data]
    text = documents[0].get("text")
    return len(tokenize(text)) if isinstance(text, str) else None


def task_name(data: TaskData) -> str:
    """The name of a task in messages: its key, where it has one."""
    key = data.get("key")
    return f"task {key}" if isinstance(key, str) else "a task without key"
