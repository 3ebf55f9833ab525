"""Label Studio tasks: the one place where a task's data is built and where its annotations are read back.

Both kinds share one shape, so that one project may hold both: `kind`, `key`, and two lists, `doc` and `word`,
of which one holds a single entry. A result names neighbours by position (`src_3`): they are looked up in the
task as it was released.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark

TaskData = Mapping[str, Any]
Result = Sequence[Mapping[str, Any]]

LABEL_CONTROL = "label"
MAX_CANDIDATES = 2_000

_JUDGEMENTS = {"similar": True, "dissimilar": False}
_NEIGHBOR = re.compile(r"(src|tgt)_([0-9]{1,4})")
_SEPARATOR = re.compile(r"[,;،؛፣、\n]")
_ADDED = re.compile(r"(src|tgt)_(pick|add)_(similar|dissimilar)")


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


def document_key(document: DocumentId) -> str:
    """The name of a document's task: `d:<id>`."""
    return f"d:{document}"


def word_key(keyword: Word) -> str:
    """The name of a keyword's task: `w:<language>:<form>`."""
    return f"w:{keyword.language}:{keyword.form}"


def build_document_task(task: DocumentTask) -> dict[str, Any]:
    """The data of a document's task."""
    return {
        "kind": "document",
        "key": document_key(task.id),
        "doc": [{"id": str(task.id), "text": task.text}],
        "word": [],
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
    return {"kind": "word", "key": word_key(task.keyword), "doc": [], "word": [entry]}


def _shown(words: Iterable[ShownWord]) -> list[dict[str, str]]:
    return [{"word": word.form, "html": word.concordance} for word in words]


def _offered(candidates: Iterable[str], shown: Iterable[ShownWord]) -> list[dict[str, str]]:
    """The options of the search, sorted; without the words that are shown anyway."""
    already = {word.form for word in shown}
    fresh = [form for form in dict.fromkeys(candidates) if form and form not in already]
    return [{"value": form} for form in sorted(fresh[:MAX_CANDIDATES])]


def normalize_added(text: str) -> str:
    """A typed word as the tokenizer would write it: NFC, lower case, no spaces around it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).strip().lower())


def read_document(
    data: TaskData, result: Result, categories: Sequence[str], control: str = LABEL_CONTROL
) -> LabelReading:
    """The category chosen with `control`; the results of a team's other controls are passed over."""
    name = task_name(data)
    chosen: dict[str, None] = {}
    for item in result:
        if _from_name(item) != control:
            continue
        texts = _texts(item, "choices")
        if not texts:
            return LabelReading(
                None, (f"{name}: {control}: a choice is needed, got {_value(item)!r}; label it again",)
            )
        chosen |= dict.fromkeys(texts)
    for choice in chosen:
        if choice not in categories:
            problem = f"the campaign has no category {choice!r}, only {', '.join(categories)}"
            return LabelReading(None, (f"{name}: {control}: {problem}; put the label config right",))
    if len(chosen) > 1:
        problem = f"one category is needed, got {', '.join(chosen)}; label it again"
        return LabelReading(None, (f"{name}: {control}: {problem}",))
    return LabelReading(categories.index(next(iter(chosen))) if chosen else None)


def read_words(data: TaskData, result: Result, annotator: str, at: float) -> MarksReading:
    """The marks of one annotation; `at` in seconds since the epoch.

    A word judged both similar and dissimilar gives no mark, only a problem.
    """
    name = task_name(data)
    released = _released(data)
    if released is None:
        return MarksReading(
            (), (f"{name}: no keyword with its neighbours in the task's data; release a new task",)
        )
    judged: list[_Judged] = []
    problems: list[str] = []
    for item in result:
        for found in _read_item(released, item):
            if isinstance(found, str):
                problems.append(f"{name}: {_from_name(item)}: {found}")
            else:
                judged.append(found)
    marks: list[Mark] = []
    for found in _settle(released.keyword, judged):
        if isinstance(found, str):
            problems.append(f"{name}: {found}")
        else:
            marks.append(Mark(annotator, released.keyword, found.word, found.similar, found.added, at))
    return MarksReading(tuple(marks), tuple(problems))


def task_name(data: TaskData) -> str:
    """What messages call a task: its key, where it has one."""
    key = data.get("key")
    return f"task {key}" if isinstance(key, str) else "a task without key"


@dataclass(frozen=True)
class _Released:
    """A word task as it was released."""

    keyword: Word
    shown: Mapping[Language, tuple[str, ...]]
    offered: Mapping[Language, frozenset[str]]


@dataclass(frozen=True)
class _Judged:
    word: Word
    similar: bool
    added: bool


_Found = Iterator[_Judged | str]  # judgements, and problems as text


def _released(data: TaskData) -> _Released | None:
    try:
        (entry,) = data["word"]
        return _Released(
            Word(Language(entry["language"]), str(entry["keyword"])),
            {side: tuple(str(shown["word"]) for shown in entry[side]) for side in Language},
            {
                side: frozenset(str(option["value"]) for option in entry[f"{side}_candidates"])
                for side in Language
            },
        )
    except (KeyError, TypeError, ValueError):
        return None


def _read_item(released: _Released, item: object) -> _Found:
    control = _from_name(item)
    if match := _NEIGHBOR.fullmatch(control):
        side = Language(match[1])
        return _neighbor(side, released.shown[side], int(match[2]), _texts(item, "choices"))
    if match := _ADDED.fullmatch(control):
        side, similar = Language(match[1]), _JUDGEMENTS[match[3]]
        if match[2] == "pick":
            return _picked(side, similar, released.offered[side], _value(item).get("taxonomy"))
        return _typed(side, similar, _texts(item, "text"))
    return iter(["no such control in a word task; keep the names of the template"])


def _neighbor(side: Language, shown: Sequence[str], position: int, choices: Sequence[str]) -> _Found:
    if position >= len(shown):
        yield f"the task shows {len(shown)} words there; a released task must not be changed"
    elif len(choices) != 1 or choices[0] not in _JUDGEMENTS:
        yield f"similar or dissimilar is needed, got {choices!r}; label it again"
    else:
        yield _Judged(Word(side, shown[position]), _JUDGEMENTS[choices[0]], added=False)


def _picked(side: Language, similar: bool, offered: frozenset[str], paths: object) -> _Found:
    if not isinstance(paths, list) or not all(isinstance(path, list) and path for path in paths):
        yield f"a list of picked words is needed, got {paths!r}; label it again"
        return
    for form in (str(path[-1]) for path in paths):
        if form in offered:
            yield _Judged(Word(side, form), similar, added=True)
        else:
            yield f"the task does not offer {form!r}; type it instead"


def _typed(side: Language, similar: bool, texts: Sequence[str]) -> _Found:
    if not texts:
        yield "typed words are needed, got none; label it again"
    for form in (normalize_added(part) for text in texts for part in _SEPARATOR.split(text)):
        if len(form.split()) > 1:
            yield f"{form!r} is more than one word; add its words one by one"
        elif form:
            yield _Judged(Word(side, form), similar, added=True)


def _settle(keyword: Word, judged: Iterable[_Judged]) -> _Found:
    """One judgement a word. A neighbour that was added as well counts as shown."""
    by_word: dict[Word, list[_Judged]] = {}
    for each in judged:
        by_word.setdefault(each.word, []).append(each)
    for word, said in by_word.items():
        if word == keyword:
            yield f"the keyword {word.form!r} is marked itself; mark other words"
        elif len({each.similar for each in said}) > 1:
            yield f"{word.form!r} is marked similar and dissimilar; decide for one"
        else:
            yield _Judged(word, said[0].similar, all(each.added for each in said))


def _from_name(item: object) -> str:
    name = item.get("from_name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else "a result without name"


def _value(item: object) -> Mapping[str, Any]:
    value = item.get("value") if isinstance(item, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _texts(item: object, field: str) -> list[str]:
    """The strings in a field of the value; a single string is a list of one; empty where malformed."""
    texts = _value(item).get(field)
    listed = [texts] if isinstance(texts, str) else texts
    return listed if isinstance(listed, list) and all(isinstance(text, str) for text in listed) else []
