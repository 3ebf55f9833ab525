"""A cheap stamp that changes when anything is written about a campaign."""

import json
from collections.abc import Hashable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ml_backend.store.tables import AnnotationRow, CampaignRow, ProjectRow, TaskRow, VersionRow


def campaign_stamp(session: Session, campaign: CampaignRow, projects: Sequence[ProjectRow]) -> Hashable:
    """Changes with the campaign's row and projects, its tasks but for their ranks, its annotations and its versions.

    Every new state of an annotation is a new row, and so is every version. The counts of tasks change when a task is
    added, confirmed, deleted or asked again.
    """
    ids = [project.id for project in projects]
    tasks = session.execute(
        select(
            func.count(TaskRow.id),
            func.max(TaskRow.id),
            func.count(TaskRow.task),
            func.count().filter(TaskRow.gone),
            func.sum(TaskRow.overlap),
        ).where(TaskRow.project_id.in_(ids))
    ).one()
    annotations = session.scalar(select(func.max(AnnotationRow.id)).where(AnnotationRow.project_id.in_(ids)))
    versions = session.scalar(select(func.max(VersionRow.id)).where(VersionRow.campaign_id == campaign.id))
    return (_row(campaign), tuple(map(_row, projects)), tuple(tasks), annotations, versions)


def _row(row: CampaignRow | ProjectRow) -> str:
    names = row.__mapper__.columns.keys()  # of the attributes
    return json.dumps({name: getattr(row, name) for name in names}, sort_keys=True)
