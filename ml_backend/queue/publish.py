"""Writing to Label Studio: new tasks, their order, and whether the queue is open.

Label Studio serves the unfinished task with the lowest score of the project's model version. So an order is published
in three steps: every task gets its place as a score under a new version name, that version becomes the current one, and
the previous one is deleted. Each step is idempotent, so it can be done again after a crash.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from ml_backend.label_studio.errors import NotFoundError
from ml_backend.label_studio.predictions import order_prediction
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.label_studio.task_data import task_length
from ml_backend.store.database import Store
from ml_backend.store.tables import DecisionRow, ProjectRow, TaskRow

BATCH_SIZE = 500

REOPENED_SCORE = -0.001
"""The score of a task that is asked again. It comes before all places in the order, which begin at 0."""


@dataclass(frozen=True)
class NewTask:
    """A task to hand out. `score` is its place in the queue, lowest first; `decision` says why it is handed out."""

    key: str
    activity: str
    data: dict[str, Any]
    score: float
    decision: DecisionRow | None = None


def publish_order(
    project: LinkedProject, version: str, scores: Mapping[int, float], new: Sequence[NewTask] = ()
) -> None:
    """Make `scores` (Label Studio's task id to score) and the new tasks the order of the project's queue."""
    project.server.push_scores(project.number, version, scores)
    release(project, new, version)
    if scores or new:
        project.server.change_project(project.number, model_version=version)
        _delete_previous(project, version)


def release(project: LinkedProject, new: Sequence[NewTask], version: str | None = None) -> None:
    """Import tasks, with their scores if there is a version for them.

    The tasks are stored before they are imported, with the decisions that led to them. So after a crash no task is
    imported twice, and none lacks its reason.
    """
    for start in range(0, len(new), BATCH_SIZE):
        batch = new[start : start + BATCH_SIZE]
        with project.store.session() as session:
            rows = [_row(project.row, task) for task in batch]
            session.add_all(rows)
            session.add_all(task.decision for task in batch if task.decision is not None)
        ids = project.server.import_tasks(project.number, [_imported(task, version) for task in batch])
        with project.store.session() as session:
            for row, task in zip(rows, ids, strict=True):
                session.merge(row).task = task


def _row(project: ProjectRow, task: NewTask) -> TaskRow:
    return TaskRow(
        project_id=project.id,
        key=task.key,
        activity=task.activity,
        data=task.data,
        rank=task.score,
        length=task_length(task.data),
    )


def _imported(task: NewTask, version: str | None) -> dict[str, Any]:
    predictions = [] if version is None else [order_prediction(task.score, version)]
    return {"data": task.data, "predictions": predictions}


def _delete_previous(project: LinkedProject, version: str) -> None:
    """Delete the previous order, and store the name of this one."""
    previous = project.row.order_version
    if previous is not None and previous != version:
        with suppress(NotFoundError):
            project.server.delete_version(project.number, previous)
    _change(project, order_version=version)


def open_or_close(projects: Sequence[LinkedProject], *, closed: bool) -> None:
    """Close all queues, or open all; those that are in that state already are left alone.

    The caller must read the projects from the store before the annotations. Then it may close a queue late, but never
    opens one that was closed for a newer reason. An annotator with a task on the screen can still finish it.
    """
    for project in projects:
        if closed != project.row.closed:
            project.server.change_project(project.number, sampling=None if closed else LOWEST_SCORE_FIRST)
            _change(project, closed=closed)


def reopen(project: LinkedProject, tasks: Mapping[TaskRow, int], decisions: Sequence[DecisionRow]) -> None:
    """Have each task done by so many annotators in all, before other tasks, and store the decisions.

    Where a project asks several annotators, it serves half-done tasks first. Where it asks one, only the score puts the
    task in front. Idempotent: decisions are stored once. A task that was deleted in Label Studio is left out; the next
    sync notices it.
    """
    scores = {}
    for task, annotators in tasks.items():
        if task.task is not None:
            with suppress(NotFoundError):
                project.server.reopen_task(task.task, annotators)
                scores[task.task] = REOPENED_SCORE
    if project.row.order_version is not None:
        project.server.push_scores(project.number, project.row.order_version, scores)
    with project.store.session() as session:
        for task, annotators in tasks.items():
            session.merge(task).overlap = annotators
        session.add_all(decisions)


def forget_reopened(store: Store, project: ProjectRow) -> None:
    """Have every task of the project need as many annotators as the campaign file says.

    Label Studio does the same when the project's number of annotators changes.
    """
    with store.session() as session:
        session.execute(update(TaskRow).where(TaskRow.project_id == project.id).values(overlap=None))


def _change(project: LinkedProject, **values: object) -> None:
    """Write only these columns: others may have changed since the row was read."""
    with project.store.session() as session:
        session.execute(update(ProjectRow).where(ProjectRow.id == project.row.id).values(values))
    for name, value in values.items():
        setattr(project.row, name, value)
