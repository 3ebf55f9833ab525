"""Webhook events in the store: hints that something happened, kept for a while to look into."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ml_backend.ground.store.tables import EventRow, now

KEPT_SECONDS = 7 * 24 * 3600.0


def add_event(session: Session, campaign_id: int, action: str, project: int | None) -> None:
    """Note an event of a campaign."""
    session.add(EventRow(campaign_id=campaign_id, action=action, project=project))


def prune_events(session: Session) -> None:
    """Forget events that are a week old."""
    session.execute(delete(EventRow).where(EventRow.received_at < now() - KEPT_SECONDS))
