"""Reading Label Studio: the store is made to agree with what is there now.

Webhooks only say that something happened. What happened is read here, so lost, repeated and reordered events change
nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import update

from ml_backend.exchange.projects import known_project
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.annotations import AnnotationState, Changes, last_change, reconcile
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.decisions import forget_decision
from ml_backend.ground.store.tables import ProjectRow, TaskRow, now
from ml_backend.ground.store.tasks import tasks_of, unconfirmed

MARGIN_SECONDS = 60.0
"""How much earlier than the last change that we know a quick look begins: requests overtake one another."""


def sync_project(server: Server, store: Store, project: ProjectRow) -> Changes:
    """Read all annotations of a project, confirm interrupted imports, and notice tasks that were deleted there.

    Raises ExchangeError where Label Studio does not answer or the project is gone; the store is then as it was.
    """
    there = known_project(server, project)
    confirm_tasks(server, store, project)
    notice_deleted(server, store, project, there.tasks)
    as_of = now()
    states = _named(server, server.annotations(project.project))
    with store.session() as session:
        return reconcile(session, project.id, states, as_of=as_of)


def sync_recent(server: Server, store: Store, project: ProjectRow) -> Changes:
    """Read what was annotated since the last look, and nothing else; what was deleted is left to `sync_project`.

    Safe beside another look of whatever kind, as it never takes anything back. Raises ExchangeError.
    """
    known_project(server, project)
    as_of = now()
    with store.reading() as session:
        last = last_change(session, project.id)
    states = _named(server, server.annotations(project.project, None if last is None else last - MARGIN_SECONDS))
    with store.session() as session:
        return reconcile(session, project.id, states, whole=False, as_of=as_of)


def _named(server: Server, states: Iterable[AnnotationState]) -> list[AnnotationState]:
    """The annotators by their e-mail addresses."""
    names = server.users()
    return [replace(s, annotator=names.get(s.annotator, f"user {s.annotator}")) for s in states]


def confirm_tasks(server: Server, store: Store, project: ProjectRow) -> int:
    """Find out whether tasks whose import was interrupted came in; how many were open.

    Those that did not are forgotten, with the decisions to hand them out.
    """
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
                forget_decision(session, project.campaign_id, row.key)
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
