"""The state of a campaign, for its page and for programs."""

from ml_backend.status.annotator import annotator_status, annotators_of
from ml_backend.status.campaign import campaign_status
from ml_backend.status.current import StillReadingError, snapshot_of
from ml_backend.status.facts import campaign_facts

__all__ = ["StillReadingError", "annotator_status", "annotators_of", "campaign_facts", "campaign_status", "snapshot_of"]
