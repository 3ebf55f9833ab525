"""The state of a campaign, for its page and for programs."""

from ml_backend.work.status.annotator import annotator_status, annotators_of
from ml_backend.work.status.campaign import campaign_status
from ml_backend.work.status.current import StillReadingError, standing_of
from ml_backend.work.status.facts import campaign_facts

__all__ = ["StillReadingError", "annotator_status", "annotators_of", "campaign_facts", "campaign_status", "standing_of"]
