"""What the annotations in the store say: labels, marks, time, and what could not be read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Word
from clime_core.data.marks import Mark
from clime_core.policy.activity import Activity
from clime_core.policy.agreement import Look
from clime_core.policy.ledger import Visit
from ml_backend.exchange.judgements import released_words
from ml_backend.exchange.tasks import LABEL_CONTROL, Result, read_document, read_words
from ml_backend.exchange.visits import done_of, visits_of
from ml_backend.ground.store.annotations import results_of
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.ground.store.tasks import data_of, tasks_of

READ_AT_ONCE = 200
"""Annotations whose tasks' data is in memory at once: the search of a word task offers thousands of words."""


@dataclass(frozen=True)
class Readings:
    """All that annotators have said so far.

    `tasks` are all tasks handed out, without their data; `open_tasks` the ids of the rows that still want an annotator;
    `done_by` who annotated or skipped which of them. `looks` are the word tasks that were done, with what they showed.
    """

    labels: tuple[DocumentLabel, ...]
    marks: tuple[Mark, ...]
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    open_tasks: frozenset[int]
    done_by: Mapping[int, frozenset[str]] = field(default_factory=dict)
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True)
class Said:
    """What one annotation says."""

    labels: tuple[DocumentLabel, ...] = ()
    marks: tuple[Mark, ...] = ()
    looks: tuple[Look, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class Memory:
    """What was read before: a state of an annotation never changes, so that each is read once.

    It is kept for one campaign and one way of reading; with another way it begins anew.
    """

    documents: object = None
    way: object = None
    said: dict[int, Said] = field(default_factory=dict)

    def by_row(self, documents: object, *way: object) -> dict[int, Said]:
        """What annotations say, by the id of the row of their state; `documents` has to be the very same."""
        if documents is not self.documents or way != self.way:
            self.documents, self.way, self.said = documents, way, {}
        return self.said


def read_projects(
    store: Store,
    projects: Sequence[ProjectRow],
    documents: Mapping[str, DocumentId] | None,
    categories: Sequence[str],
    overlap: int = 1,
    since: float = 0.0,
    memory: Memory | None = None,
) -> Readings:
    """Read back a campaign's annotations; `documents` maps a task's key to its document, None names it by its key.

    The latest annotation of an annotator on a task counts, a skip too. One that was deleted says nothing any more, but
    its time was spent. In a team's own project the time before `since`, when there was no campaign, is not counted.
    With a `memory` only what is not in it is read, and goes into it.
    """
    controls = {p.id: (p.control or {}).get("from_name", LABEL_CONTROL) for p in projects}
    known = (memory or Memory()).by_row(documents, tuple(categories), tuple(controls.items()))
    with store.reading() as session:
        tasks = tasks_of(session, projects)
        ours, others = done_of(session, projects, tasks)
        counting = _newest(ours)
        new = [(row, task) for row, task in counting if not row.skipped and row.id not in known]
        for start in range(0, len(new), READ_AT_ONCE):
            known |= _said(session, new[start : start + READ_AT_ONCE], documents, categories, controls)
    said = [known[row.id] for row, _ in counting if not row.skipped]
    done_by: dict[int, set[str]] = defaultdict(set)
    for row, task in counting:
        done_by[task.id].add(row.annotator)
    return Readings(
        labels=tuple(label for one in said for label in one.labels),
        marks=tuple(mark for one in said for mark in one.marks),
        visits=visits_of(ours, projects, since),
        problems=(
            *(problem for one in said for problem in one.problems),
            *(
                f"annotation {row.annotation}: its task {row.task} is not one of ours"
                for row in others
                if not row.deleted
            ),
        ),
        tasks=tuple(tasks),
        open_tasks=frozenset(
            task.id for task in tasks if not task.gone and len(done_by.get(task.id, ())) < (task.overlap or overlap)
        ),
        done_by={task: frozenset(annotators) for task, annotators in done_by.items()},
        looks=tuple(look for one in said for look in one.looks),
    )


def _newest(rows: Iterable[tuple[AnnotationRow, TaskRow]]) -> list[tuple[AnnotationRow, TaskRow]]:
    """The latest annotation of each annotator on each task, of those that were not deleted."""
    newest: dict[tuple[int, str], tuple[AnnotationRow, TaskRow]] = {}
    for row, task in sorted(rows, key=lambda pair: (pair[0].updated, pair[0].annotation)):
        if not row.deleted:
            newest[task.id, row.annotator] = (row, task)
    return list(newest.values())


def _said(
    session: Session,
    done: Sequence[tuple[AnnotationRow, TaskRow]],
    documents: Mapping[str, DocumentId] | None,
    categories: Sequence[str],
    controls: Mapping[int, str],
) -> dict[int, Said]:
    """What some annotations say, by row. Of the tasks' data, which is long, only that of words is needed."""
    results = results_of(session, [row.id for row, _ in done])
    data = data_of(session, [task.id for _, task in done if task.activity == Activity.WORDS])
    return {
        row.id: _read(row, results[row.id], task.key, documents, categories, controls[row.project_id])
        if task.activity == Activity.DOCUMENTS
        else _read_marks(row, results[row.id], data[task.id])
        for row, task in done
    }


def _read(
    row: AnnotationRow,
    result: Result,
    key: str,
    documents: Mapping[str, DocumentId] | None,
    categories: Sequence[str],
    control: str,
) -> Said:
    document = key if documents is None else documents.get(key)
    if document is None:
        return Said(problems=(f"task {key}: its document is no longer in the pool; put it back into the pool file",))
    read = read_document({"key": key}, result, categories, control)
    labels = () if read.label is None else (DocumentLabel(row.annotator, document, read.label, row.updated),)
    return Said(labels, problems=read.problems)


def _read_marks(row: AnnotationRow, result: Result, data: Mapping[str, Any]) -> Said:
    read = read_words(data, result, row.annotator, row.updated)
    return Said(marks=read.marks, looks=_look(row, data), problems=read.problems)


def _look(row: AnnotationRow, data: Mapping[str, Any]) -> tuple[Look, ...]:
    released = released_words(data)
    if released is None:
        return ()
    words = tuple(Word(side, form) for side, forms in released.shown.items() for form in forms)
    return (Look(row.annotator, released.keyword, words),)
