"""What the annotations in the store say: labels, marks, time, and what could not be read."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel
from clime_core.data.marks import Mark
from clime_core.policy.activity import Activity
from clime_core.policy.ledger import Visit
from ml_backend.exchange.tasks import LABEL_CONTROL, read_document, read_words
from ml_backend.ground.store.annotations import current_annotations
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.ground.store.tasks import annotated_data, tasks_of


@dataclass(frozen=True)
class Readings:
    """All that annotators have said so far.

    `tasks` are all tasks handed out, without their data; `open_tasks` the ids of the rows that still want an annotator.
    """

    labels: tuple[DocumentLabel, ...]
    marks: tuple[Mark, ...]
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    open_tasks: frozenset[int]


@dataclass(frozen=True)
class _Said:
    """What one annotation says."""

    labels: tuple[DocumentLabel, ...] = ()
    marks: tuple[Mark, ...] = ()
    problems: tuple[str, ...] = ()


def read_projects(
    store: Store,
    projects: Sequence[ProjectRow],
    documents: Mapping[str, DocumentId] | None,
    categories: Sequence[str],
    overlap: int = 1,
    since: float = 0.0,
) -> Readings:
    """Read back a campaign's annotations; `documents` maps a task's key to its document, None names it by its key.

    The latest annotation of an annotator on a task counts, a skip too. One that was deleted says nothing any more, but
    its time was spent. In a team's own project the time before `since`, when there was no campaign, is not counted.
    """
    with store.reading() as session:
        tasks = tasks_of(session, projects)
        data = annotated_data(session, projects)
        rows = [row for p in projects for row in current_annotations(session, p.id, with_deleted=True)]
    by_task = {(task.project_id, task.task): task for task in tasks}
    ours = [(row, by_task[row.project_id, row.task]) for row in rows if (row.project_id, row.task) in by_task]
    strangers = [row for row in rows if (row.project_id, row.task) not in by_task and not row.deleted]
    counting = _newest(ours)
    theirs = {p.id for p in projects if p.control is not None}
    controls = {p.id: (p.control or {}).get("from_name", LABEL_CONTROL) for p in projects}
    said = [
        _read(row, task.key, data[task.id], documents, categories, controls[row.project_id])
        if task.activity == Activity.DOCUMENTS
        else _read_marks(row, data[task.id])
        for row, task in counting
        if not row.skipped
    ]
    annotators = Counter(task.id for _, task in counting)
    return Readings(
        labels=tuple(label for one in said for label in one.labels),
        marks=tuple(mark for one in said for mark in one.marks),
        visits=tuple(_visit(row, task) for row, task in ours if row.created >= since or row.project_id not in theirs),
        problems=(
            *(problem for one in said for problem in one.problems),
            *(f"annotation {row.annotation}: its task {row.task} is not one of ours" for row in strangers),
        ),
        tasks=tuple(tasks),
        open_tasks=frozenset(task.id for task in tasks if not task.gone and annotators[task.id] < overlap),
    )


def _newest(rows: Iterable[tuple[AnnotationRow, TaskRow]]) -> list[tuple[AnnotationRow, TaskRow]]:
    """The latest annotation of each annotator on each task, of those that were not deleted."""
    newest: dict[tuple[int, str], tuple[AnnotationRow, TaskRow]] = {}
    for row, task in sorted(rows, key=lambda pair: (pair[0].updated, pair[0].annotation)):
        if not row.deleted:
            newest[task.id, row.annotator] = (row, task)
    return list(newest.values())


def _visit(row: AnnotationRow, task: TaskRow) -> Visit:
    return Visit(row.annotator, Activity(task.activity), row.lead_time, row.skipped, row.created)


def _read(
    row: AnnotationRow,
    key: str,
    data: Mapping[str, Any],
    documents: Mapping[str, DocumentId] | None,
    categories: Sequence[str],
    control: str,
) -> _Said:
    document = key if documents is None else documents.get(key)
    if document is None:
        return _Said(problems=(f"task {key}: its document is no longer in the pool; put it back into the pool file",))
    read = read_document({**data, "key": key}, row.result, categories, control)
    labels = () if read.label is None else (DocumentLabel(row.annotator, document, read.label, row.updated),)
    return _Said(labels, problems=read.problems)


def _read_marks(row: AnnotationRow, data: Mapping[str, Any]) -> _Said:
    read = read_words(data, row.result, row.annotator, row.updated)
    return _Said(marks=read.marks, problems=read.problems)
