"""Writing to Label Studio: new tasks, the order in which all are served, and whether any are.

Label Studio serves the unfinished task with the lowest score of the project's model version. So an order is published
by giving every task its place under a version of its own, then making that version the current one, then deleting the
previous one. Done again after a crash, each step changes nothing that was done already.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from ml_backend.label_studio.client import LOWEST_SCORE_FIRST
from ml_backend.label_studio.errors import NotFoundError
from ml_backend.label_studio.predictions import order_prediction
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.task_data import task_length
from ml_backend.store.database import Store
from ml_backend.store.tables import DecisionRow, ProjectRow, TaskRow

BATCH = 500

REOPENED_SCORE = -0.001
"""The score of a task that is asked again: before everything that has a place in the order, which begins at 0."""


@dataclass(frozen=True)
class NewTask:
    """A task to hand out: its key, activity, data, place in the queue (lowest first), and why, if that is logged."""

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
    """Import tasks, with their scores if there is a version to give them under.

    What is about to be imported is written down first, with the decision that led to it, so that nothing comes in twice
    after a crash, or without a reason.
    """
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
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
    """Delete the previous order, and remember this one."""
    previous = project.row.order_version
    if previous is not None and previous != version:
        with suppress(NotFoundError):
            project.server.delete_version(project.number, previous)
    _change(project, order_version=version)


def open_or_close(projects: Sequence[LinkedProject], *, closed: bool) -> None:
    """Have all queues closed, or all open; asks nothing where they are so already.

    Whoever reads the projects from the store before the annotations may be late to close a queue, but never opens one
    that was closed for a newer reason. Whoever has a task on the screen can still finish it.
    """
    for project in projects:
        if closed != project.row.closed:
            project.server.change_project(project.number, sampling=None if closed else LOWEST_SCORE_FIRST)
            _change(project, closed=closed)


def reopen(project: LinkedProject, tasks: Mapping[TaskRow, int], decisions: Sequence[DecisionRow]) -> None:
    """Have each task done by so many annotators in all, ahead of the others, and write the decisions down.

    A project that asks several annotators serves first what most of them have done; in one that asks a single one only
    the score puts the task in front. Idempotent: done again after a crash it changes nothing, and decisions are written
    once. A task that was deleted there is passed over; the next sync notices it.
    """
    there = {}
    for task, annotators in tasks.items():
        if task.task is not None:
            with suppress(NotFoundError):
                project.server.reopen_task(task.task, annotators)
                there[task.task] = REOPENED_SCORE
    if project.row.order_version is not None:
        project.server.push_scores(project.number, project.row.order_version, there)
    with project.store.session() as session:
        for task, annotators in tasks.items():
            session.merge(task).overlap = annotators
        session.add_all(decisions)


def forget_reopened(store: Store, project: ProjectRow) -> None:
    """Every task of the project needs as many annotators as the campaign says.

    Label Studio does the same to them when the number of annotators of a project changes.
    """
    with store.session() as session:
        session.execute(update(TaskRow).where(TaskRow.project_id == project.id).values(overlap=None))


def _change(project: LinkedProject, **values: object) -> None:
    """Write these columns alone: others may have been changed since the row was read."""
    with project.store.session() as session:
        session.execute(update(ProjectRow).where(ProjectRow.id == project.row.id).values(values))
    for name, value in values.items():
        setattr(project.row, name, value)
