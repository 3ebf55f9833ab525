"""What a campaign's annotations come to: labels, marks, time, and what could not be read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Word
from clime_core.data.marks import Mark
from clime_core.evaluation.agreement import ShownWords
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Visit
from ml_backend.label_studio.task_data import LABEL_TAG, Result, TaskKey, read_document, read_words
from ml_backend.label_studio.visits import finished_tasks, visits_of
from ml_backend.label_studio.word_results import released_words
from ml_backend.store.annotations import results_of
from ml_backend.store.database import Store
from ml_backend.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.store.tasks import data_of, tasks_of

BATCH = 200
"""Annotations whose tasks' data is in memory at once: the search of a word task offers thousands of words."""


@dataclass(frozen=True)
class Readings:
    """All that annotators have answered so far. Labels name a document by the key of its task.

    `tasks` are all tasks handed out, without their data; `open_ids` the rows of those that still want an annotator;
    `done_by` who annotated or skipped which of them. `shown` are the word tasks that were done, with their words.
    """

    labels: tuple[DocumentLabel[TaskKey], ...]
    marks: tuple[Mark, ...]
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    open_ids: frozenset[int]
    done_by: Mapping[int, frozenset[str]] = field(default_factory=dict)
    shown: tuple[ShownWords, ...] = ()

    @cached_property
    def open_tasks(self) -> tuple[TaskRow, ...]:
        """The tasks that still want an annotator, in the order in which they were handed out."""
        return tuple(task for task in self.tasks if task.id in self.open_ids)

    @cached_property
    def finished_keys(self) -> frozenset[str]:
        """The keys of the tasks that want nobody any more."""
        return frozenset(task.key for task in self.tasks if task.id not in self.open_ids)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all tasks handed out."""
        return frozenset(task.key for task in self.tasks)


@dataclass(frozen=True)
class AnnotationReading:
    """What one annotation comes to."""

    labels: tuple[DocumentLabel[TaskKey], ...] = ()
    marks: tuple[Mark, ...] = ()
    shown: tuple[ShownWords, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class ReadingCache:
    """Annotations read before, by the row of their state: a state never changes, so that each is read once.

    They belong to one set of categories and label tags; with others the cache begins anew.
    """

    parameters: object = None
    by_row: dict[int, AnnotationReading] = field(default_factory=dict)

    def under(self, *parameters: object) -> dict[int, AnnotationReading]:
        """What was read with these parameters."""
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

    The latest annotation of an annotator on a task counts, a skip too. One that was deleted counts no more, but its
    time was spent. In a team's own project the time before `since`, when there was no campaign, is not counted. With a
    `cache` only what is not in it is read, and goes into it.
    """
    tags = {p.id: (p.tag or {}).get("from_name", LABEL_TAG) for p in projects}
    known = (cache or ReadingCache()).under(tuple(categories), tuple(tags.items()))
    with store.reading() as session:
        tasks = tasks_of(session, projects)
        ours, others = finished_tasks(session, projects, tasks)
        counting = _newest(ours)
        new = [(row, task) for row, task in counting if not row.skipped and row.id not in known]
        for start in range(0, len(new), BATCH):
            known |= _read_batch(session, new[start : start + BATCH], categories, tags)
    read = [known[row.id] for row, _ in counting if not row.skipped]
    strange = [f"annotation {a.annotation}: its task {a.task} is not one of ours" for a in others if not a.deleted]
    done_by = _done_by(counting)
    return Readings(
        labels=tuple(label for reading in read for label in reading.labels),
        marks=tuple(mark for reading in read for mark in reading.marks),
        visits=visits_of(ours, projects, since),
        problems=(*(problem for reading in read for problem in reading.problems), *strange),
        tasks=tuple(tasks),
        open_ids=frozenset(t.id for t in tasks if not t.gone and len(done_by.get(t.id, ())) < (t.overlap or overlap)),
        done_by=done_by,
        shown=tuple(view for reading in read for view in reading.shown),
    )


def _newest(rows: Iterable[tuple[AnnotationRow, TaskRow]]) -> list[tuple[AnnotationRow, TaskRow]]:
    """The latest annotation of each annotator on each task, of those that were not deleted."""
    newest: dict[tuple[int, str], tuple[AnnotationRow, TaskRow]] = {}
    for row, task in sorted(rows, key=lambda pair: (pair[0].updated, pair[0].annotation)):
        if not row.deleted:
            newest[task.id, row.annotator] = (row, task)
    return list(newest.values())


def _done_by(counting: Iterable[tuple[AnnotationRow, TaskRow]]) -> dict[int, frozenset[str]]:
    """The annotators of each task, by the row of the task."""
    annotators: dict[int, set[str]] = defaultdict(set)
    for row, task in counting:
        annotators[task.id].add(row.annotator)
    return {task: frozenset(names) for task, names in annotators.items()}


def _read_batch(
    session: Session,
    done: Sequence[tuple[AnnotationRow, TaskRow]],
    categories: Sequence[str],
    tags: Mapping[int, str],
) -> dict[int, AnnotationReading]:
    """Some annotations, by row. Of the tasks' data, which is long, only that of words is needed."""
    results = results_of(session, [row.id for row, _ in done])
    data = data_of(session, [task.id for _, task in done if task.activity == Activity.WORDS])
    return {
        row.id: _read_label(row, results[row.id], task.key, categories, tags[row.project_id])
        if task.activity == Activity.DOCUMENTS
        else _read_marks(row, results[row.id], data[task.id])
        for row, task in done
    }


def _read_label(row: AnnotationRow, result: Result, key: str, categories: Sequence[str], tag: str) -> AnnotationReading:
    read = read_document({"key": key}, result, categories, tag)
    if read.label is None:
        return AnnotationReading(problems=read.problems)
    label = DocumentLabel(row.annotator, TaskKey(key), read.label, row.updated)
    return AnnotationReading(labels=(label,), problems=read.problems)


def _read_marks(row: AnnotationRow, result: Result, data: Mapping[str, Any]) -> AnnotationReading:
    read = read_words(data, result, row.annotator, row.updated)
    return AnnotationReading(marks=read.marks, shown=_shown(row, data), problems=read.problems)


def _shown(row: AnnotationRow, data: Mapping[str, Any]) -> tuple[ShownWords, ...]:
    released = released_words(data)
    if released is None:
        return ()
    words = tuple(Word(side, form) for side, forms in released.shown.items() for form in forms)
    return (ShownWords(row.annotator, released.keyword, words),)
