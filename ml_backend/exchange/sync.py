"""Reading Label Studio: the store is made to agree with what is there now.

Webhooks only say that something happened. What happened is read here, so lost, repeated and reordered events change
nothing.
"""

from dataclasses import replace

from ml_backend.exchange.projects import known_project
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.annotations import Changes, reconcile
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import ProjectRow, TaskRow
from ml_backend.ground.store.tasks import unconfirmed


def sync_project(server: Server, store: Store, project: ProjectRow) -> Changes:
    """Read all annotations of a project, and confirm tasks whose import was interrupted.

    Raises ExchangeError where Label Studio does not answer or the project is gone; the store is then as it was.
    """
    known_project(server, project)
    confirm_tasks(server, store, project)
    names = server.users()
    states = server.annotations(project.project)
    named = [replace(s, annotator=names.get(int(s.annotator), f"user {s.annotator}")) for s in states]
    with store.session() as session:
        return reconcile(session, project.id, named)


def confirm_tasks(server: Server, store: Store, project: ProjectRow) -> int:
    """Find out whether tasks whose import was interrupted came in; forget those that did not. How many were open."""
    with store.session() as session:
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
