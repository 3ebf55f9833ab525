"""Writing to Label Studio: new tasks, and the order in which all are served.

Label Studio serves the unfinished task with the lowest score of the project's model version. So an order is published
by giving every task its place under a version of its own, then making that version the current one, then deleting the
one before. Done again after a crash, each step changes nothing that was done already.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from ml_backend.exchange.predictions import order_prediction
from ml_backend.exchange.tasks import task_length
from ml_backend.ground.label_studio import SERVED, NotFoundError, Server
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import DecisionRow, ProjectRow, TaskRow

BATCH = 500


@dataclass(frozen=True)
class NewTask:
    """A task to hand out: its key, activity, data, place in the queue (lowest first), and why, if that is logged."""

    key: str
    activity: str
    data: dict[str, Any]
    score: float
    decision: DecisionRow | None = None


def publish_order(
    server: Server,
    store: Store,
    project: ProjectRow,
    version: str,
    scores: dict[int, float],
    new: Sequence[NewTask] = (),
) -> None:
    """Make `scores` (Label Studio's task id to score) and the new tasks the order of the project's queue."""
    server.push_scores(project.project, version, scores)
    release(server, store, project, new, version)
    if scores or new:
        server.change_project(project.project, model_version=version)
        _forget_older(server, store, project, version)


def release(
    server: Server, store: Store, project: ProjectRow, new: Sequence[NewTask], version: str | None = None
) -> None:
    """Import tasks, with their scores if there is a version to give them under.

    What is about to be imported is written down first, with the decision that led to it, so that nothing comes in twice
    after a crash, or without a reason.
    """
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        with store.session() as session:
            rows = [_row(project, task) for task in batch]
            session.add_all(rows)
            session.add_all(task.decision for task in batch if task.decision is not None)
        ids = server.import_tasks(project.project, [_imported(task, version) for task in batch])
        with store.session() as session:
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


def settle_lanes(server: Server, store: Store, projects: Sequence[ProjectRow], *, closed: bool) -> None:
    """Have all queues closed, or all open; asks nothing where they are so already.

    Who reads the projects from the store before the annotations may be late to close a queue, but never opens one that
    somebody else has closed for a newer reason.
    """
    for project in projects:
        if closed and not project.closed:
            close_lane(server, store, project)
        elif not closed and project.closed:
            open_lane(server, store, project)


def open_lane(server: Server, store: Store, project: ProjectRow) -> None:
    """Serve the project's queue (again)."""
    server.change_project(project.project, sampling=SERVED)
    _set_closed(store, project, closed=False)


def close_lane(server: Server, store: Store, project: ProjectRow) -> None:
    """Serve nothing more; whoever has a task on the screen can still finish it."""
    server.change_project(project.project, sampling=None)
    _set_closed(store, project, closed=True)


def _set_closed(store: Store, project: ProjectRow, *, closed: bool) -> None:
    _change(store, project, closed=closed)
    project.closed = closed


def _forget_older(server: Server, store: Store, project: ProjectRow, version: str) -> None:
    """Delete the order before this one, and remember this one."""
    older = project.order_version
    if older is not None and older != version:
        with suppress(NotFoundError):
            server.delete_version(project.project, older)
    _change(store, project, order_version=version)
    project.order_version = version


def _change(store: Store, project: ProjectRow, **values: object) -> None:
    """Write these columns alone: others may have been changed since the row was read."""
    with store.session() as session:
        session.execute(update(ProjectRow).where(ProjectRow.id == project.id).values(values))
