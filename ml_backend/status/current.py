"""How a campaign stands now, read anew when its annotations, tasks, versions or file change."""

from collections.abc import Sequence

from clime_core.errors import CampaignError
from ml_backend.installation import Installation
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.status.facts import campaign_facts
from ml_backend.status.snapshot import CampaignSnapshot
from ml_backend.store.campaigns import projects_of
from ml_backend.store.rankings import read_rankings
from ml_backend.store.stamp import campaign_stamp
from ml_backend.store.tables import CampaignRow, ProjectRow
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import versions_of


class StillReadingError(CampaignError):
    """A campaign's annotations are being read for the first time."""


def snapshot_of(installation: Installation, row: CampaignRow, timeout: float | None = None) -> CampaignSnapshot:
    """How the campaign stands now; the annotations are read only where the store has changed since the last time.

    With a timeout in seconds it may be how the campaign stood before, where reading takes longer: a page comes at
    once, and is right a moment later. Raises StillReadingError where there is nothing to show by then.
    """
    with installation.store.reading() as session:
        projects = projects_of(session, row)
        stamp = campaign_stamp(session, row, projects)
    snapshot = installation.snapshots.get(row.id, stamp, lambda: _read(installation, row, projects), timeout)
    if snapshot is None:
        raise StillReadingError(f"the annotations of campaign {row.name} are being read; ask again in a moment")
    return snapshot


def _read(installation: Installation, row: CampaignRow, projects: Sequence[ProjectRow]) -> CampaignSnapshot:
    campaign = installation.campaign(row)
    readings = campaign_readings(installation, row, projects, reader="pages")
    with installation.store.reading() as session:
        versions = versions_of(session, row.id)
    live = VersionFolder.of(installation.folder(row), row.live_version) if row.live_version else None
    snapshot = CampaignSnapshot(row, campaign, projects, readings, versions, read_rankings(live))
    campaign_facts(snapshot)  # whoever waits for the snapshot wants them
    return snapshot
