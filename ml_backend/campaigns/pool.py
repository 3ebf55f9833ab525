"""Documents that already lie in a Label Studio project: taken into the store, or put there."""

from collections.abc import Sequence

from clime_core.data.documents import Document
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.label_configs import DocumentTag
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.sync import confirm_tasks
from ml_backend.label_studio.task_data import DocumentTask, build_document_task, document_key, task_length
from ml_backend.queue.publish import NewTask, release
from ml_backend.store.tables import TaskRow
from ml_backend.store.tasks import tasks_of


def adopt_tasks(project: LinkedProject) -> int:
    """Take the tasks of a project into the store that it does not know yet; how many.

    A team's own tasks become documents named after their id; tasks of ours (after the store was lost) keep their key,
    and the first of several with one key counts.
    """
    confirm_tasks(project)
    with project.store.reading() as session:
        tasks = tasks_of(session, [project.row])
    known, keys = {task.task for task in tasks}, {task.key for task in tasks}
    tag = DocumentTag(**project.row.tag) if project.row.tag else None
    fresh = [task for task in project.server.tasks(project.number) if task.id not in known]
    rows = []
    for task in fresh:
        ours = task.data.get("key") if task.data.get("kind") in ("document", "word") else None
        activity = Activity.WORDS if task.data.get("kind") == "word" else Activity.DOCUMENTS
        data = task.data if ours else {"text": (tag.text(task.data) if tag else None) or ""}
        key = str(ours) if ours else document_key(task.id)
        if key in keys:
            continue
        keys.add(key)
        row = TaskRow(project_id=project.row.id, key=key, activity=activity, data=data, task=task.id)
        row.length = task_length(data)
        rows.append(row)
    with project.store.session() as session:
        session.add_all(rows)
    return len(rows)


def import_pool(project: LinkedProject, pool: Sequence[Document]) -> int:
    """Put those documents into the project that are not there yet (score mode); how many."""
    with project.store.session() as session:
        known = {task.key for task in tasks_of(session, [project.row])}
    missing = [document for document in pool if document_key(document.id) not in known]
    release(project, [_task(document) for document in missing])
    return len(missing)


def _task(document: Document) -> NewTask:
    data = build_document_task(DocumentTask(document.id, document.shown))
    return NewTask(data["key"], Activity.DOCUMENTS, data, score=1.0)
