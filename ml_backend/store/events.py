"""Webhook events in the store: hints that something happened, kept for a week."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ml_backend.store.tables import EventRow, now

MAX_AGE_SECONDS = 7 * 24 * 3600.0


def add_event(session: Session, campaign_id: int, action: str, project: int | None) -> None:
    """Note an event of a campaign."""
    session.add(EventRow(campaign_id=campaign_id, action=action, project=project))


def newest_event(session: Session, campaign_id: int) -> int:
    """The number of a campaign's latest event, 0 where there was none."""
    return session.scalar(select(func.max(EventRow.id)).where(EventRow.campaign_id == campaign_id)) or 0


def prune_events(session: Session) -> None:
    """Delete events that are a week old."""
    session.execute(delete(EventRow).where(EventRow.received_at < now() - MAX_AGE_SECONDS))
