"""A campaign's annotations, read back: labels, marks, visits, and what could not be read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Word
from clime_core.data.marks import Mark
from clime_core.data.reviews import ReviewedText
from clime_core.evaluation.agreement import ShownWords
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Visit
from ml_backend.label_studio.review_task import read_review, review_texts
from ml_backend.label_studio.task_data import LABEL_TAG, Result, TaskKey, document_key, read_document, read_words
from ml_backend.label_studio.visits import AnnotatedTask, annotated_tasks, visits_of
from ml_backend.label_studio.word_results import released_words
from ml_backend.store.annotations import results_of
from ml_backend.store.database import Store
from ml_backend.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.store.tasks import data_of, tasks_of

BATCH_SIZE = 200
"""Annotations whose tasks' data is in memory at once: the search of a word task offers thousands of words."""


@dataclass(frozen=True)
class Readings:
    """All that annotators have answered so far. Labels name a document by the key of its task.

    `tasks` are all tasks handed out, without their data. `open_ids` are the rows of those that still need an annotator.
    `done_by` has the annotators of each task, skips included, by its row. `shown`: the words of each word task done.
    `reviews`: the texts of review screens, as they were answered. `screens`: the documents of every screen, by its row.
    """

    labels: tuple[DocumentLabel[TaskKey], ...]
    marks: tuple[Mark, ...]
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    open_ids: frozenset[int]
    done_by: Mapping[int, frozenset[str]] = field(default_factory=dict)
    shown: tuple[ShownWords, ...] = ()
    reviews: tuple[ReviewedText[TaskKey], ...] = ()
    screens: Mapping[int, tuple[TaskKey, ...]] = field(default_factory=dict)

    @cached_property
    def open_tasks(self) -> tuple[TaskRow, ...]:
        """The tasks that still need an annotator, in the order in which they were handed out."""
        return tuple(task for task in self.tasks if task.id in self.open_ids)

    @cached_property
    def finished_keys(self) -> frozenset[str]:
        """The keys of the tasks that need no annotator any more."""
        return frozenset(task.key for task in self.tasks if task.id not in self.open_ids)

    def of_documents(self, keys: Collection[TaskKey]) -> "Readings":
        """The same without the labels of other documents, such as those that left the pool."""
        return replace(self, labels=tuple(label for label in self.labels if label.document in keys))

    @cached_property
    def on_screens(self) -> frozenset[TaskKey]:
        """The documents on review screens that were handed out, but for those that were deleted."""
        gone = {task.id for task in self.tasks if task.gone}
        return frozenset(key for screen, keys in self.screens.items() if screen not in gone for key in keys)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all tasks handed out."""
        return frozenset(task.key for task in self.tasks)


@dataclass(frozen=True)
class AnnotationReading:
    """One annotation, read back."""

    labels: tuple[DocumentLabel[TaskKey], ...] = ()
    marks: tuple[Mark, ...] = ()
    shown: tuple[ShownWords, ...] = ()
    reviews: tuple[ReviewedText[TaskKey], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class ReadingCache:
    """Annotations read before, by the row of their state. A state never changes, so each is read once.

    `screens`: the documents of each review screen, by the row of its task.

    They belong to one set of categories and label tags; with another set the cache begins anew.
    """

    parameters: object = None
    by_row: dict[int, AnnotationReading] = field(default_factory=dict)
    screens: dict[int, tuple[TaskKey, ...]] = field(default_factory=dict)

    def under(self, *parameters: object) -> dict[int, AnnotationReading]:
        """The readings made with these parameters."""
        if parameters != self.parameters:
            self.parameters, self.by_row = parameters, {}
        return self.by_row


def read_annotations(
    store: Store,
    projects: Sequence[ProjectRow],
    categories: Sequence[str],
    *,
    overlap: int = 1,
    since: float = 0.0,
    cache: ReadingCache | None = None,
) -> Readings:
    """Read back a campaign's annotations.

    Of each annotator on each task only the latest annotation or skip counts. Deleted ones do not count, but their time
    was spent. In a team's own project, time from before `since`, when there was no campaign, is left out. With a
    `cache`, only annotations that are not in it are read, and they are added to it.
    """
    tags = {p.id: (p.tag or {}).get("from_name", LABEL_TAG) for p in projects}
    cache = cache or ReadingCache()
    cached = cache.under(tuple(categories), tuple(tags.items()))
    with store.reading() as session:
        tasks = tasks_of(session, projects)
        annotated, strays = annotated_tasks(session, projects, tasks)
        counting = _newest(annotated)
        new = [(row, task) for row, task in counting if not row.skipped and row.id not in cached]
        screens = [task.id for task in tasks if task.activity == Activity.REVIEW]
        cache.screens |= _documents_of(session, [screen for screen in screens if screen not in cache.screens])
        for start in range(0, len(new), BATCH_SIZE):
            cached |= _read_batch(session, new[start : start + BATCH_SIZE], categories, tags)
    readings = [cached[row.id] for row, _ in counting if not row.skipped]
    unknown = [f"annotation {a.annotation}: its task {a.task} is not one of ours" for a in strays if not a.deleted]
    done_by = _done_by(counting)
    return Readings(
        labels=tuple(label for reading in readings for label in reading.labels),
        marks=tuple(mark for reading in readings for mark in reading.marks),
        visits=visits_of(annotated, projects, since),
        problems=(*(problem for reading in readings for problem in reading.problems), *unknown),
        tasks=tuple(tasks),
        open_ids=frozenset(t.id for t in tasks if not t.gone and len(done_by.get(t.id, ())) < (t.overlap or overlap)),
        done_by=done_by,
        shown=tuple(words for reading in readings for words in reading.shown),
        reviews=tuple(text for reading in readings for text in reading.reviews),
        screens={screen: cache.screens[screen] for screen in screens},
    )


def _newest(rows: Iterable[AnnotatedTask]) -> list[AnnotatedTask]:
    """The latest annotation of each annotator on each task, of those that were not deleted."""
    newest: dict[tuple[int, str], AnnotatedTask] = {}
    for row, task in sorted(rows, key=lambda pair: (pair[0].updated, pair[0].annotation)):
        if not row.deleted:
            newest[task.id, row.annotator] = (row, task)
    return list(newest.values())


def _done_by(counting: Iterable[AnnotatedTask]) -> dict[int, frozenset[str]]:
    """The annotators of each task, by the row of the task."""
    annotators: dict[int, set[str]] = defaultdict(set)
    for row, task in counting:
        annotators[task.id].add(row.annotator)
    return {task: frozenset(names) for task, names in annotators.items()}


def _read_batch(
    session: Session,
    annotated: Sequence[AnnotatedTask],
    categories: Sequence[str],
    tags: Mapping[int, str],
) -> dict[int, AnnotationReading]:
    """Some annotations, by row. The data of documents, which is long, is not needed."""
    results = results_of(session, [row.id for row, _ in annotated])
    data = data_of(session, [task.id for _, task in annotated if task.activity != Activity.DOCUMENTS])
    readings = {}
    for row, task in annotated:
        result = results[row.id]
        if task.activity == Activity.DOCUMENTS:
            readings[row.id] = _read_label(row, result, task.key, categories, tags[row.project_id])
        elif task.activity == Activity.WORDS:
            readings[row.id] = _read_marks(row, result, data[task.id])
        else:
            readings[row.id] = _read_screen(row, result, data[task.id], categories)
    return readings


def _documents_of(session: Session, screens: Sequence[int]) -> dict[int, tuple[TaskKey, ...]]:
    """The keys of the documents on these screens; none where the data of one is not readable."""
    released = {screen: review_texts(data) for screen, data in data_of(session, screens).items()}
    return {s: tuple(document_key(text.id) for text in texts.texts) if texts else () for s, texts in released.items()}


def _read_label(row: AnnotationRow, result: Result, key: str, categories: Sequence[str], tag: str) -> AnnotationReading:
    reading = read_document({"key": key}, result, categories, tag)
    if reading.label is None:
        return AnnotationReading(problems=reading.problems)
    label = DocumentLabel(row.annotator, TaskKey(key), reading.label, row.updated)
    return AnnotationReading(labels=(label,), problems=reading.problems)


def _read_marks(row: AnnotationRow, result: Result, data: Mapping[str, Any]) -> AnnotationReading:
    reading = read_words(data, result, row.annotator, row.updated)
    return AnnotationReading(marks=reading.marks, shown=_shown(row, data), problems=reading.problems)


def _read_screen(
    row: AnnotationRow, result: Result, data: Mapping[str, Any], categories: Sequence[str]
) -> AnnotationReading:
    reading, released = read_review(data, result, categories), review_texts(data)
    labels = tuple(
        DocumentLabel(row.annotator, answer.document, answer.label, row.updated, answer.how)
        for answer in reading.answers
        if answer.label is not None and answer.how != "unsure"
    )
    shown = released.predicted if released is not None else ""
    predicted = categories.index(shown) if shown in categories else None  # renamed since
    reviews = tuple(
        ReviewedText(row.annotator, answer.document, predicted, answer.label, answer.how, row.updated)
        for answer in reading.answers
    )
    return AnnotationReading(labels=labels, reviews=reviews, problems=reading.problems)


def _shown(row: AnnotationRow, data: Mapping[str, Any]) -> tuple[ShownWords, ...]:
    released = released_words(data)
    if released is None:
        return ()
    words = tuple(Word(side, form) for side, forms in released.shown.items() for form in forms)
    return (ShownWords(row.annotator, released.keyword, words),)
