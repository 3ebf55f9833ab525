"""The time that annotators spent, as Label Studio measured it."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Visit
from ml_backend.store.annotations import current_annotations
from ml_backend.store.database import Store
from ml_backend.store.tables import AnnotationRow, ProjectRow, TaskRow
from ml_backend.store.tasks import tasks_of

AnnotatedTask = tuple[AnnotationRow, TaskRow]
"""An annotation and its task."""


def read_visits(store: Store, projects: Sequence[ProjectRow], since: float = 0.0) -> tuple[Visit, ...]:
    """The visits of a campaign, without the results of its annotations, which is much quicker; see `visits_of`."""
    with store.reading() as session:
        annotated, _ = annotated_tasks(session, projects, tasks_of(session, projects))
    return visits_of(annotated, projects, since)


def annotated_tasks(
    session: Session, projects: Sequence[ProjectRow], tasks: Iterable[TaskRow]
) -> tuple[list[AnnotatedTask], list[AnnotationRow]]:
    """The newest state of every annotation, deleted ones too, with its task; and those of unknown tasks."""
    by_number = {(task.project_id, task.task): task for task in tasks}
    rows = [row for p in projects for row in current_annotations(session, p.id, with_deleted=True, with_result=False)]
    pairs = [(row, by_number.get((row.project_id, row.task))) for row in rows]
    annotated = [(row, task) for row, task in pairs if task is not None]
    return annotated, [row for row, task in pairs if task is None]


def visits_of(
    annotated: Iterable[AnnotatedTask], projects: Sequence[ProjectRow], since: float = 0.0
) -> tuple[Visit, ...]:
    """One visit for each annotation, deleted ones too: their time was spent.

    A skip that was taken back is left out: Label Studio deletes it and adds its seconds to the annotation that follows.
    In a team's own project, annotations from before `since`, when there was no campaign, are left out.
    """
    pairs = list(annotated)
    team_projects = {project.id for project in projects if project.tag is not None}
    newest: dict[tuple[int, str], int] = {}
    for row, task in pairs:
        newest[task.id, row.annotator] = max(row.annotation, newest.get((task.id, row.annotator), 0))
    return tuple(
        _visit(row, task)
        for row, task in pairs
        if (row.created >= since or row.project_id not in team_projects)
        and not (row.deleted and row.skipped and row.annotation < newest[task.id, row.annotator])
    )


def _visit(row: AnnotationRow, task: TaskRow) -> Visit:
    return Visit(
        annotator=row.annotator,
        activity=Activity(task.activity),
        seconds=row.lead_time,
        skipped=row.skipped,
        at=row.created,
        task=task.key,
        length=task.length,
        updated=row.updated,
        annotation=row.annotation,
    )
