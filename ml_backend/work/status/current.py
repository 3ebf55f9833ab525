"""How a campaign stands now, read anew when its annotations, tasks, versions or file change."""

from collections.abc import Sequence

from clime_core.errors import CampaignError
from ml_backend.exchange.readings import read_projects
from ml_backend.ground.store.campaigns import projects_of
from ml_backend.ground.store.stamp import campaign_stamp
from ml_backend.ground.store.tables import CampaignRow, ProjectRow
from ml_backend.ground.store.versions import version_folder, versions_of
from ml_backend.work.rankings import Rankings, read_rankings
from ml_backend.work.status.facts import campaign_facts
from ml_backend.work.status.standing import Standing
from ml_backend.work.workshop import Workshop


class StillReadingError(CampaignError):
    """A campaign's annotations are being read for the first time."""


def standing_of(workshop: Workshop, row: CampaignRow, patience: float | None = None) -> Standing:
    """How the campaign stands now; the annotations are read only where the store has changed since the last time.

    With a patience in seconds it may be how the campaign stood before, where reading takes longer: a page comes at
    once, and is right a moment later. Raises StillReadingError where there is nothing to show by then.
    """
    with workshop.store.reading() as session:
        projects = projects_of(session, row)
        stamp = campaign_stamp(session, row, projects)
    standing = workshop.standings.get(row.id, stamp, lambda: _read(workshop, row, projects), patience)
    if standing is None:
        raise StillReadingError(f"the annotations of campaign {row.name} are being read; ask again in a moment")
    return standing


def _read(workshop: Workshop, row: CampaignRow, projects: Sequence[ProjectRow]) -> Standing:
    campaign = workshop.campaign(row)
    categories, overlap = campaign.task.categories, campaign.work.overlap
    memory = workshop.memory("pages", row)
    readings = read_projects(workshop.store, projects, None, categories, overlap, row.created_at, memory)
    with workshop.store.reading() as session:
        versions = versions_of(session, row.id)
    standing = Standing(row, campaign, projects, readings, versions, _rankings(workshop, row))
    campaign_facts(standing)  # whoever waits for the standing wants them
    return standing


def _rankings(workshop: Workshop, row: CampaignRow) -> Rankings:
    if row.live_version is None:
        return Rankings()
    return read_rankings(version_folder(workshop.folder(row), row.live_version))
