"""The scheduler's decisions in the store."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ml_backend.store.tables import DecisionRow


def recent_decisions(session: Session, campaign_id: int, limit: int) -> list[DecisionRow]:
    """The latest decisions, newest first."""
    query = select(DecisionRow).where(DecisionRow.campaign_id == campaign_id)
    return list(session.scalars(query.order_by(DecisionRow.id.desc()).limit(limit)))


def forget_decision(session: Session, campaign_id: int, key: str) -> None:
    """Delete the decision to hand out a task that was never handed out."""
    session.execute(delete(DecisionRow).where(DecisionRow.campaign_id == campaign_id, DecisionRow.key == key))
