"""Tasks as they were handed out, in the store."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml_backend.ground.store.tables import ProjectRow, TaskRow


def tasks_of(session: Session, projects: Iterable[ProjectRow]) -> list[TaskRow]:
    """All tasks handed out in these projects, in order."""
    ids = [project.id for project in projects]
    return list(session.scalars(select(TaskRow).where(TaskRow.project_id.in_(ids)).order_by(TaskRow.id)))


def unconfirmed(session: Session, project: ProjectRow) -> list[TaskRow]:
    """Tasks that were about to be imported when something stopped us."""
    query = select(TaskRow).where(TaskRow.project_id == project.id, TaskRow.task.is_(None)).order_by(TaskRow.id)
    return list(session.scalars(query))
