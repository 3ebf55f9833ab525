"""Reading Label Studio: the store is made to agree with what is there now.

Webhooks only say that something happened. What happened is read here, so lost, repeated and reordered events change
nothing.
"""

from dataclasses import replace

from sqlalchemy import update

from ml_backend.exchange.projects import known_project
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.annotations import Changes, reconcile
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import ProjectRow, TaskRow
from ml_backend.ground.store.tasks import tasks_of, unconfirmed


def sync_project(server: Server, store: Store, project: ProjectRow) -> Changes:
    """Read all annotations of a project, confirm interrupted imports, and notice tasks that were deleted there.

    Raises ExchangeError where Label Studio does not answer or the project is gone; the store is then as it was.
    """
    there = known_project(server, project)
    confirm_tasks(server, store, project)
    notice_deleted(server, store, project, there.tasks)
    names = server.users()
    states = server.annotations(project.project)
    named = [replace(s, annotator=names.get(s.annotator, f"user {s.annotator}")) for s in states]
    with store.session() as session:
        return reconcile(session, project.id, named)


def confirm_tasks(server: Server, store: Store, project: ProjectRow) -> int:
    """Find out whether tasks whose import was interrupted came in; forget those that did not. How many were open."""
    with store.reading() as session:
        open_rows = unconfirmed(session, project)
    if not open_rows:
        return 0
    there = {str(task.data.get("key")): task.id for task in server.tasks(project.project)}
    with store.session() as session:
        for row in open_rows:
            kept = session.get(TaskRow, row.id)
            if kept is not None and row.key in there:
                kept.task = there[row.key]
            elif kept is not None:
                session.delete(kept)
    return len(open_rows)


def notice_deleted(server: Server, store: Store, project: ProjectRow, count: int) -> int:
    """Mark tasks that somebody deleted in Label Studio, so that nothing waits for them; how many.

    The tasks are listed only where there are fewer than there should be: `count` is how many Label Studio has.
    """
    with store.reading() as session:
        ours = [task for task in tasks_of(session, [project]) if task.task is not None and not task.gone]
    if count >= len(ours):
        return 0
    there = {task.id for task in server.tasks(project.project)}
    gone = [task.id for task in ours if task.task not in there]
    with store.session() as session:
        session.execute(update(TaskRow).where(TaskRow.id.in_(gone)).values(gone=True))
    return len(gone)
