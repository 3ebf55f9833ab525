"""Reading Label Studio, so that the store agrees with its present state.

Webhooks are only hints that something happened. What happened is read here, so lost, repeated and reordered events
change nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import update

from ml_backend.label_studio.client import Server
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.store.annotations import AnnotationState, Changes, last_change, reconcile
from ml_backend.store.decisions import forget_decision
from ml_backend.store.tables import TaskRow, now
from ml_backend.store.tasks import tasks_of, unconfirmed

OVERLAP_SECONDS = 60.0
"""How much earlier than the last known change a quick sync begins: requests overtake one another."""


def sync_project(project: LinkedProject) -> Changes:
    """Read all annotations of a project, confirm interrupted imports, and notice tasks that were deleted there.

    Raises ExchangeError where Label Studio does not answer or the project is gone; the store is then as it was.
    """
    tasks = project.look_up().tasks
    confirm_tasks(project)
    notice_deleted(project, tasks)
    as_of = now()
    states = _named(project.server, project.server.annotations(project.number))
    with project.store.session() as session:
        return reconcile(session, project.row.id, states, as_of=as_of)


def sync_recent(project: LinkedProject) -> Changes:
    """Read only what was annotated since the last sync. Deleted annotations are left to `sync_project`.

    Safe beside any other sync, as it never removes anything. Raises ExchangeError.
    """
    project.look_up()
    as_of = now()
    with project.store.reading() as session:
        last = last_change(session, project.row.id)
    since = None if last is None else last - OVERLAP_SECONDS
    states = _named(project.server, project.server.annotations(project.number, since))
    with project.store.session() as session:
        return reconcile(session, project.row.id, states, complete=False, as_of=as_of)


def _named(server: Server, states: Iterable[AnnotationState]) -> list[AnnotationState]:
    """The annotators by their e-mail addresses."""
    names = server.users()
    return [replace(state, annotator=names.get(state.annotator, f"user {state.annotator}")) for state in states]


def confirm_tasks(project: LinkedProject) -> int:
    """Find out whether tasks whose import was interrupted were imported. Returns how many were unconfirmed.

    Those that were not are forgotten, with the decisions to hand them out.
    """
    with project.store.reading() as session:
        rows = unconfirmed(session, project.row)
    if not rows:
        return 0
    numbers = {str(task.data.get("key")): task.id for task in project.server.tasks(project.number)}
    with project.store.session() as session:
        for row in rows:
            task = session.get(TaskRow, row.id)
            if task is not None and row.key in numbers:
                task.task = numbers[row.key]
            elif task is not None:
                session.delete(task)
                forget_decision(session, project.row.campaign_id, row.key)
    return len(rows)


def notice_deleted(project: LinkedProject, count: int) -> int:
    """Mark tasks that somebody deleted in Label Studio, so that nothing waits for them. Returns how many.

    `count` is how many Label Studio has. The tasks are listed only where these are too few.
    """
    with project.store.reading() as session:
        expected = [task for task in tasks_of(session, [project.row]) if task.task is not None and not task.gone]
    if count >= len(expected):
        return 0
    present = {task.id for task in project.server.tasks(project.number)}
    gone = [task.id for task in expected if task.task not in present]
    with project.store.session() as session:
        session.execute(update(TaskRow).where(TaskRow.id.in_(gone)).values(gone=True))
    return len(gone)
