"""Campaigns and their projects in the store."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clime_core.errors import CampaignError
from ml_backend.store.tables import CampaignRow, ProjectRow


def all_campaigns(session: Session) -> list[CampaignRow]:
    """Every campaign, by name."""
    return list(session.scalars(select(CampaignRow).order_by(CampaignRow.name)))


def find_campaign(session: Session, name: str) -> CampaignRow | None:
    """The campaign of that name, if there is one."""
    return session.scalar(select(CampaignRow).where(CampaignRow.name == name))


def get_campaign(session: Session, name: str) -> CampaignRow:
    """The campaign of that name. Raises CampaignError naming all campaigns."""
    row = find_campaign(session, name)
    if row is None:
        names = ", ".join(campaign.name for campaign in all_campaigns(session)) or "none yet"
        raise CampaignError(
            f"no campaign {name!r} in this data folder (there: {names});"
            " set CLIME_DATA_DIR to the server's, or run `clime up` first"
        )
    return row


def save_campaign(session: Session, name: str, spec: dict[str, Any]) -> CampaignRow:
    """Add the campaign, or store its file anew."""
    row = find_campaign(session, name)
    if row is None:
        row = CampaignRow(name=name, spec=spec)
        session.add(row)
    row.spec = spec
    session.flush()
    return row


def find_project(session: Session, server: str, project: int, created: int) -> ProjectRow | None:
    """The project (server, id, creation time), if a campaign has it."""
    identity = (ProjectRow.server == server, ProjectRow.project == project, ProjectRow.created == created)
    return session.scalar(select(ProjectRow).where(*identity))


def projects_of(session: Session, campaign: CampaignRow) -> list[ProjectRow]:
    """The campaign's projects, by role."""
    query = select(ProjectRow).where(ProjectRow.campaign_id == campaign.id).order_by(ProjectRow.role)
    return list(session.scalars(query))
