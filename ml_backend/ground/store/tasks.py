"""Tasks as they were handed out, in the store."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ml_backend.ground.store.tables import AnnotationRow, ProjectRow, TaskRow


def tasks_of(session: Session, projects: Iterable[ProjectRow], *, with_data: bool = False) -> list[TaskRow]:
    """All tasks handed out in these projects, in order; their data, which may be long, only if asked for."""
    query = select(TaskRow).where(TaskRow.project_id.in_([project.id for project in projects])).order_by(TaskRow.id)
    return list(session.scalars(query.options(undefer(TaskRow.data)) if with_data else query))


def annotated_data(session: Session, projects: Iterable[ProjectRow]) -> dict[int, dict[str, Any]]:
    """The data of every task that was ever annotated, by row id."""
    same_task = (AnnotationRow.project_id == TaskRow.project_id) & (AnnotationRow.task == TaskRow.task)
    annotated = select(AnnotationRow.id).where(same_task).exists()
    ids = [project.id for project in projects]
    query = select(TaskRow.id, TaskRow.data).where(TaskRow.project_id.in_(ids), annotated)
    return {row.id: row.data for row in session.execute(query)}


def unconfirmed(session: Session, project: ProjectRow) -> list[TaskRow]:
    """Tasks that were about to be imported when something stopped us."""
    query = select(TaskRow).where(TaskRow.project_id == project.id, TaskRow.task.is_(None)).order_by(TaskRow.id)
    return list(session.scalars(query))
