"""Documents of a Label Studio project: taken over into the store, or imported into the project."""

from collections.abc import Sequence

from clime_core.data.documents import Document
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.label_configs import DocumentTag
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.records import ListedTask
from ml_backend.label_studio.sync import confirm_tasks
from ml_backend.label_studio.task_data import DocumentTask, build_document_task, document_key, task_length
from ml_backend.queue.publish import NewTask, release
from ml_backend.store.tables import ProjectRow, TaskRow
from ml_backend.store.tasks import tasks_of

ACTIVITY_OF = {"document": Activity.DOCUMENTS, "word": Activity.WORDS, "review": Activity.REVIEW}
"""By the kind in the data of our own tasks."""


def adopt_tasks(project: LinkedProject) -> int:
    """Take a project's tasks that the store does not know over into the store. Returns how many.

    A team's own tasks become documents named after their id. Our own tasks, found after the store was lost, keep their
    key; of several with one key the first counts.
    """
    confirm_tasks(project)
    with project.store.reading() as session:
        tasks = tasks_of(session, [project.row])
    numbers, keys = {task.task for task in tasks}, {task.key for task in tasks}
    tag = DocumentTag(**project.row.tag) if project.row.tag else None
    rows = []
    for task in project.server.tasks(project.number):
        if task.id in numbers:
            continue
        row = _adopted(project.row, task, tag)
        if row.key not in keys:
            keys.add(row.key)
            rows.append(row)
    with project.store.session() as session:
        session.add_all(rows)
    return len(rows)


def _adopted(project: ProjectRow, task: ListedTask, tag: DocumentTag | None) -> TaskRow:
    """The row of a task: as we built it, or a team's document by the tag that labels it."""
    kind, key, data = task.data.get("kind"), task.data.get("key"), task.data
    if not key or kind not in ACTIVITY_OF:
        key, data = document_key(task.id), {"text": (tag.text(task.data) if tag else None) or ""}
    activity = ACTIVITY_OF.get(str(kind), Activity.DOCUMENTS)
    row = TaskRow(project_id=project.id, key=str(key), activity=activity, data=data, task=task.id)
    row.length = task_length(data)
    return row


def import_pool(project: LinkedProject, pool: Sequence[Document]) -> int:
    """Import the documents that the project does not have yet (score mode). Returns how many."""
    with project.store.session() as session:
        keys = {task.key for task in tasks_of(session, [project.row])}
    missing = [document for document in pool if document_key(document.id) not in keys]
    release(project, [_task(document) for document in missing])
    return len(missing)


def _task(document: Document) -> NewTask:
    data = build_document_task(DocumentTask(document.id, document.shown))
    return NewTask(data["key"], Activity.DOCUMENTS, data, score=1.0)
