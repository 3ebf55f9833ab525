"""The state of a campaign, for its pages and for programs."""

from ml_backend.status.annotator import annotator_status
from ml_backend.status.campaign import CampaignStatus, campaign_status, status_json
from ml_backend.status.snapshot import StillReadingError, snapshot_of

__all__ = [
    "CampaignStatus",
    "StillReadingError",
    "annotator_status",
    "campaign_status",
    "snapshot_of",
    "status_json",
]
