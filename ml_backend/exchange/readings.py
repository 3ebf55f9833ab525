"""What the annotations in the store say: labels, marks, time, and what could not be read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel
from clime_core.data.marks import Mark
from clime_core.policy.activity import Activity
from clime_core.policy.ledger import Visit
from ml_backend.exchange.tasks import LABEL_CONTROL, read_document, read_words
from ml_backend.ground.store.annotations import current_annotations
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.ground.store.tasks import tasks_of


@dataclass(frozen=True)
class Readings:
    """All that annotators have said so far.

    `tasks` are all tasks handed out, `open_tasks` the ids of the rows that fewer than
    `overlap` annotators have finished or skipped.
    """

    labels: tuple[DocumentLabel, ...]
    marks: tuple[Mark, ...]
    visits: tuple[Visit, ...]
    problems: tuple[str, ...]
    tasks: tuple[TaskRow, ...]
    open_tasks: frozenset[int]


def read_projects(
    store: Store,
    projects: Sequence[ProjectRow],
    documents: Mapping[str, DocumentId],
    categories: Sequence[str],
    overlap: int = 1,
) -> Readings:
    """Read back every current annotation of a campaign; `documents` maps a task's key to its document.

    An annotation that was deleted says nothing any more, but its time was spent.
    """
    with store.session() as session:
        tasks = tasks_of(session, projects)
        rows = [row for p in projects for row in current_annotations(session, p.id, with_deleted=True)]
    controls = {p.id: (p.control or {}).get("from_name", LABEL_CONTROL) for p in projects}
    by_task = {(task.project_id, task.task): task for task in tasks}
    labels: list[DocumentLabel] = []
    marks: list[Mark] = []
    problems: list[str] = []
    visits: list[Visit] = []
    finished: dict[int, int] = {}
    for row in rows:
        task = by_task.get((row.project_id, row.task))
        if task is None:
            problems += [] if row.deleted else [f"annotation {row.annotation}: its task {row.task} is not one of ours"]
            continue
        visits.append(Visit(row.annotator, Activity(task.activity), row.lead_time, row.skipped, row.created))
        if row.deleted:
            continue
        finished[task.id] = finished.get(task.id, 0) + 1
        if row.skipped:
            continue
        read = _read_document if task.activity == Activity.DOCUMENTS else _read_words
        said, trouble = read(row, task, documents, categories, controls[row.project_id])
        problems += trouble
        for item in said:
            (labels if isinstance(item, DocumentLabel) else marks).append(item)  # type: ignore[arg-type]  # by the test
    open_tasks = frozenset(task.id for task in tasks if finished.get(task.id, 0) < overlap)
    return Readings(tuple(labels), tuple(marks), tuple(visits), tuple(problems), tuple(tasks), open_tasks)


Said = tuple[Sequence[DocumentLabel | Mark], Sequence[str]]
Reader = Callable[[AnnotationRow, TaskRow, Mapping[str, DocumentId], Sequence[str], str], Said]


def _read_document(
    row: AnnotationRow,
    task: TaskRow,
    documents: Mapping[str, DocumentId],
    categories: Sequence[str],
    control: str,
) -> Said:
    if task.key not in documents:
        return (), (f"task {task.key}: its document is no longer in the pool; put it back into the pool file",)
    read = read_document({**task.data, "key": task.key}, row.result, categories, control)
    if read.label is None:
        return (), read.problems
    return (DocumentLabel(row.annotator, documents[task.key], read.label, row.updated),), read.problems


def _read_words(
    row: AnnotationRow,
    task: TaskRow,
    _documents: Mapping[str, DocumentId],
    _categories: Sequence[str],
    _control: str,
) -> Said:
    read = read_words(task.data, row.result, row.annotator, row.updated)
    return read.marks, read.problems
