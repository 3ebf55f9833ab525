"""The given predictions of a campaign that lie in Label Studio."""

from collections.abc import Sequence

from ml_backend.campaign_data import given_file
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.given_predictions import fetch_given_predictions
from ml_backend.store.tables import ProjectRow, Role


def refresh_given_predictions(installation: Installation, campaign: Campaign, projects: Sequence[ProjectRow]) -> int:
    """Read the predictions of the base's model version anew, where it has one; how many chose no category."""
    version, path = campaign.base.model_version, given_file(campaign, installation.settings.folder(campaign.name))
    own = [project for project in projects if project.role == Role.DOCUMENTS]
    if version is None or path is None or not own:
        return 0
    server, tag = installation.server(campaign), own[0].tag["from_name"] if own[0].tag else None
    return fetch_given_predictions(server, own[0].project, version, tag, campaign.task.categories, path)[1]
