"""Webhook events."""

from ml_backend.store.database import Store
from ml_backend.store.events import MAX_AGE_SECONDS, add_event, prune_events
from ml_backend.store.tables import EventRow, now


def test_events_are_forgotten_after_a_week(store: Store, campaign: int) -> None:
    """They are hints; a busy server does not keep them for ever."""
    with store.session() as session:
        add_event(session, campaign, "ANNOTATION_CREATED", 1)
        session.add(EventRow(campaign_id=campaign, action="OLD", received_at=now() - MAX_AGE_SECONDS - 1))
        session.flush()
        prune_events(session)
        assert [event.action for event in session.query(EventRow)] == ["ANNOTATION_CREATED"]
