"""Review screens: the one place where a review task's data is built and where its annotations are read back.

A screen shows several texts of the pool, all of one predicted category. A result names a text by position (`review_3`).
The document is taken from the task as it was released. A text without a result was left as it was predicted.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clime_core.data.digest import json_digest
from clime_core.data.documents import DocumentId
from clime_core.data.reviews import ReviewedHow
from clime_core.model.selection.review_settings import MAX_TEXTS
from label_config import UNSURE_CHOICE
from ml_backend.label_studio.review_texts import SHOWN_WORDS, ReleasedTexts, cut_text
from ml_backend.label_studio.review_texts import review_texts as review_texts
from ml_backend.label_studio.task_data import Result, TaskData, TaskKey, document_key, task_name
from ml_backend.label_studio.word_results import tag_of, texts_of

REVIEW_PREFIX = "r:"
KEY_DIGITS = 12
REVIEW_TAG = "review_"

_TAG = re.compile(rf"{REVIEW_TAG}([0-9]{{1,4}})")


@dataclass(frozen=True)
class ReviewText:
    """A text on a review screen. `text` is the whole of it."""

    id: DocumentId
    text: str


@dataclass(frozen=True)
class ReviewTask:
    """A review screen: texts, 1 to 12, that are all predicted to be of one category (its index, from 0)."""

    category: int
    texts: tuple[ReviewText, ...]


@dataclass(frozen=True)
class TextAnswer:
    """The answer for one text. `document` is the key of its own task; `label` an index, None where unsure."""

    document: TaskKey
    label: int | None
    how: ReviewedHow


@dataclass(frozen=True)
class ReviewReading:
    """The answers of one annotation, in the order of the screen, and what could not be read."""

    answers: tuple[TextAnswer, ...]
    problems: tuple[str, ...] = ()


def review_key(documents: Sequence[DocumentId]) -> TaskKey:
    """The name of a review screen: `r:` and 12 digits of the digest of its documents' ids, in order."""
    return TaskKey(REVIEW_PREFIX + json_digest([str(document) for document in documents])[:KEY_DIGITS])


def build_review_task(task: ReviewTask, categories: Sequence[str], shown_words: int = SHOWN_WORDS) -> dict[str, Any]:
    """The data of a review screen. Raises ValueError unless it has 1 to 12 texts, each document once."""
    ids = [str(text.id) for text in task.texts]
    if not 1 <= len(ids) <= MAX_TEXTS or len(set(ids)) < len(ids):
        raise ValueError(f"a review screen has 1 to {MAX_TEXTS} different texts, got {ids}")
    texts = [_entry(place, text, shown_words) for place, text in enumerate(task.texts)]
    return {
        "kind": "review",
        "key": review_key(ids),
        "doc": [],
        "word": [],
        "review": [{"predicted": categories[task.category], "texts": texts}],
    }


def _entry(place: int, text: ReviewText, shown_words: int) -> dict[str, Any]:
    """A text as the label config shows it; its row appears where `row` has an entry, the rest where `more` has one."""
    shown, rest = cut_text(text.text, shown_words)
    return {"id": str(text.id), "text": shown, "rest": rest, "row": [place], "more": [place] if rest else []}


def read_review(data: TaskData, result: Result, categories: Sequence[str]) -> ReviewReading:
    """The answer of one annotation for each text of the screen; results of other tags are ignored.

    A text whose result cannot be read has no answer, only a problem.
    """
    name = task_name(data)
    released = review_texts(data)
    if released is None:
        return ReviewReading((), (f"{name}: no texts to review in the task's data; release a new task",))
    by_place, problems = _by_place(released, result)
    answers = []
    for place, text in enumerate(released.texts):
        answer = _answer(by_place.get(place), released.predicted, categories)
        if isinstance(answer, str):
            problems.append(f"{REVIEW_TAG}{place}: {answer}")
        else:
            answers.append(TextAnswer(document_key(text.id), *answer))
    return ReviewReading(tuple(answers), tuple(f"{name}: {problem}" for problem in problems))


def _by_place(released: ReleasedTexts, result: Result) -> tuple[dict[int, set[str]], list[str]]:
    """What was chosen at each position that has a result, and a problem for each position that is not there."""
    by_place: dict[int, set[str]] = defaultdict(set)
    problems = []
    for item in result:
        match = _TAG.fullmatch(tag := tag_of(item))
        if match is not None and int(match[1]) < len(released.texts):
            by_place[int(match[1])] |= set(texts_of(item, "choices") or [""])
        elif match is not None:
            problems.append(f"{tag}: the screen shows {len(released.texts)} texts; a released task must not be changed")
    return dict(by_place), problems


def _answer(chosen: set[str] | None, predicted: str, categories: Sequence[str]) -> tuple[int | None, ReviewedHow] | str:
    """The label and what was done, from what was chosen (None: nothing); a problem where it cannot be read."""
    if chosen is None and predicted not in categories:
        return (
            f"{_unknown(predicted, categories)}, so that nothing says what was accepted; label the document by itself"
        )
    if chosen is None:
        return categories.index(predicted), "left"
    if "" in chosen:
        return "no choice can be read; review it again"
    if len(chosen) != 1:
        return f"one choice is needed, got {', '.join(sorted(chosen))}; review it again"
    (choice,) = chosen
    if choice == UNSURE_CHOICE:
        return None, "unsure"
    if choice not in categories:
        return f"{_unknown(choice, categories)}; put the label config right"
    return categories.index(choice), "confirmed" if choice == predicted else "changed"


def _unknown(category: str, categories: Sequence[str]) -> str:
    return f"the campaign has no category {category!r}, only {', '.join(categories)}"
