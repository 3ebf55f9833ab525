"""Events from Label Studio: stored, and answered at once."""

from ml_backend.store.database import Store
from ml_backend.store.events import add_event
from ml_backend.store.rounds import queue_round
from ml_backend.web.payloads import EventPayload

STARTS_ROUND = {
    "ANNOTATION_CREATED",
    "ANNOTATIONS_CREATED",
    "ANNOTATION_UPDATED",
    "ANNOTATIONS_DELETED",
    "TASKS_DELETED",
    "START_TRAINING",
}
"""Our own imports and settings come back as TASKS_CREATED and PROJECT_UPDATED; those start nothing."""


def receive_event(store: Store, campaign_id: int, event: EventPayload) -> bool:
    """Store the event; True if it asks for a round. "Start training" asks for one even where nothing is new."""
    project = event.project.id if event.project else None
    with store.session() as session:
        add_event(session, campaign_id, event.action, project)
        if event.action not in STARTS_ROUND:
            return False
        queue_round(session, campaign_id, event.action, forced=event.action == "START_TRAINING")
    return True
