"""Documents that already lie in a Label Studio project: taken into the store, or put there."""

from collections.abc import Sequence

from sqlalchemy import func, select

from clime_core.data.documents import Document
from clime_core.data.tokens import tokenize
from clime_core.policy.activity import Activity
from ml_backend.exchange.label_configs import DocumentControl
from ml_backend.exchange.publish import NewTask, release
from ml_backend.exchange.sync import confirm_tasks
from ml_backend.exchange.tasks import DocumentTask, build_document_task, document_key, task_length
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import ProjectRow, Role, TaskRow
from ml_backend.ground.store.tasks import tasks_of


def adopt_tasks(server: Server, store: Store, project: ProjectRow) -> int:
    """Take the tasks of a project into the store that it does not know yet; how many.

    A team's own tasks become documents named after their id; tasks of ours (after the store was lost) keep their key,
    and the first of several with one key counts.
    """
    confirm_tasks(server, store, project)
    with store.reading() as session:
        tasks = tasks_of(session, [project])
    known, keys = {task.task for task in tasks}, {task.key for task in tasks}
    control = DocumentControl(**project.control) if project.control else None
    fresh = [task for task in server.tasks(project.project) if task.id not in known]
    rows = []
    for task in fresh:
        ours = task.data.get("key") if task.data.get("kind") in ("document", "word") else None
        activity = Activity.WORDS if task.data.get("kind") == "word" else Activity.DOCUMENTS
        data = task.data if ours else {"text": (control.text(task.data) if control else None) or ""}
        key = str(ours) if ours else document_key(task.id)
        if key in keys:
            continue
        keys.add(key)
        length = task_length(data)
        rows.append(TaskRow(project_id=project.id, key=key, activity=activity, data=data, task=task.id, length=length))
    with store.session() as session:
        session.add_all(rows)
    return len(rows)


def project_pool(store: Store, projects: Sequence[ProjectRow]) -> tuple[Document, ...]:
    """The documents of a team's own project, as they were adopted."""
    with store.reading() as session:
        tasks = tasks_of(session, [p for p in projects if p.role == Role.DOCUMENTS], with_data=True)
    texts = [(task.task, task.data.get("text", "")) for task in tasks if task.task is not None]
    return tuple(Document(task, tokenize(text), text=text) for task, text in texts)


def project_size(store: Store, projects: Sequence[ProjectRow]) -> int:
    """How many documents a team's own project has, as far as they were adopted."""
    ids = [project.id for project in projects if project.role == Role.DOCUMENTS]
    query = select(func.count()).where(TaskRow.project_id.in_(ids), TaskRow.task.is_not(None))
    with store.reading() as session:
        return session.scalar(query) or 0


def import_pool(server: Server, store: Store, project: ProjectRow, pool: Sequence[Document]) -> int:
    """Put those documents into the project that are not there yet (score mode); how many."""
    with store.session() as session:
        known = {task.key for task in tasks_of(session, [project])}
    missing = [document for document in pool if document_key(document.id) not in known]
    release(server, store, project, [_task(document) for document in missing])
    return len(missing)


def _task(document: Document) -> NewTask:
    data = build_document_task(DocumentTask(document.id, document.shown))
    return NewTask(data["key"], Activity.DOCUMENTS, data, score=1.0)
