"""Tasks as they were handed out, in the store."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from ml_backend.store.tables import ProjectRow, TaskRow


def tasks_of(session: Session, projects: Iterable[ProjectRow], *, with_data: bool = False) -> list[TaskRow]:
    """All tasks handed out in these projects, in order; their data, which may be long, only if asked for."""
    query = select(TaskRow).where(TaskRow.project_id.in_([project.id for project in projects])).order_by(TaskRow.id)
    return list(session.scalars(query.options(undefer(TaskRow.data)) if with_data else query))


def data_of(session: Session, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The data of tasks, by the ids of their rows."""
    query = select(TaskRow.id, TaskRow.data).where(TaskRow.id.in_(list(ids)))
    return {row.id: row.data for row in session.execute(query)}


def unconfirmed(session: Session, project: ProjectRow) -> list[TaskRow]:
    """Tasks whose import was begun and not confirmed."""
    query = select(TaskRow).where(TaskRow.project_id == project.id, TaskRow.task.is_(None)).order_by(TaskRow.id)
    return list(session.scalars(query))
