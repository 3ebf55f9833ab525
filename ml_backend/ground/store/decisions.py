"""The scheduler's decisions in the store."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml_backend.ground.store.tables import DecisionRow


def recent_decisions(session: Session, campaign_id: int, most: int) -> list[DecisionRow]:
    """The latest decisions, newest first."""
    query = select(DecisionRow).where(DecisionRow.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(DecisionRow.id.desc()).limit(most)))
