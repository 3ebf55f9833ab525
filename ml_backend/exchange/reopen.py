"""Asking one more annotator: a task that is done is served again, to those who have not done it."""

from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import update

from ml_backend.ground.label_studio import NotFoundError, Server
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import DecisionRow, ProjectRow, TaskRow

AHEAD = -0.001
"""The score of a task that is asked again: before everything that has a place in the order, which begins at 0."""


def reopen(
    server: Server, store: Store, project: ProjectRow, tasks: Mapping[TaskRow, int], decisions: list[DecisionRow]
) -> None:
    """Have each task done by so many annotators in all, ahead of the others, and write the decisions down.

    A project that asks several annotators serves first what most of them have done; in one that asks a single one only
    the score puts the task in front. Done again after a crash it changes nothing, and decisions are written once. A
    task that was deleted there is passed over; the next look notices it.
    """
    there = {}
    for task, annotators in tasks.items():
        if task.task is not None:
            with suppress(NotFoundError):
                server.reopen_task(task.task, annotators)
                there[task.task] = AHEAD
    if project.order_version is not None:
        server.push_scores(project.project, project.order_version, there)
    with store.session() as session:
        for task, annotators in tasks.items():
            session.merge(task).overlap = annotators
        session.add_all(decisions)


def forget_reopened(store: Store, project: ProjectRow) -> None:
    """Every task of the project needs as many annotators as the campaign says.

    Label Studio does the same to them when the number of annotators of a project changes.
    """
    with store.session() as session:
        session.execute(update(TaskRow).where(TaskRow.project_id == project.id).values(overlap=None))
