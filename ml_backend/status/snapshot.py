"""A campaign at one moment: its annotations, its versions and its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.schedule import Schedule
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.readings import Readings
from ml_backend.queue.next_step import NextStep, next_step
from ml_backend.queue.schedule import campaign_schedule
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.status.agreement import agreement_facts
from ml_backend.status.facts import (
    CampaignFacts,
    ProjectLink,
    campaign_forecast,
    class_balance,
    judged_keywords,
    review_facts,
    stopping_advice,
    version_facts,
)
from ml_backend.status.minutes import AnnotatorTime, TasksDone, annotator_time, campaign_time, tasks_done
from ml_backend.store.campaigns import projects_of
from ml_backend.store.rankings import Rankings, read_rankings
from ml_backend.store.stamp import campaign_stamp
from ml_backend.store.tables import CampaignRow, ProjectRow, VersionRow
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import versions_of

MAX_SALIENT = 40
"""Words that are listed as the most salient."""

NEW_ANNOTATOR = ""
"""The name of an annotator who has done nothing yet."""


class StillReadingError(CampaignError):
    """A campaign's annotations are being read for the first time."""


@dataclass(frozen=True, eq=False)
class CampaignSnapshot:
    """All that the pages' facts are made from but rounds and decisions, which change by themselves."""

    row: CampaignRow
    campaign: Campaign
    projects: Sequence[ProjectRow]
    readings: Readings
    versions: Sequence[VersionRow]
    rankings: Rankings

    @cached_property
    def schedule(self) -> Schedule:
        """The scheduler, with the time spent and the time left."""
        return campaign_schedule(self.campaign, self.row, self.readings, self.versions, self.rankings)

    @cached_property
    def waiting(self) -> dict[Activity, int]:
        """How many tasks are open to somebody."""
        return {a: sum(task.activity == a for task in self.readings.open_tasks) for a in Activity}

    @cached_property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who has annotated or was given minutes, by name: those that there are pages for."""
        return tuple(sorted({*self.schedule.ledger.annotators, *self.campaign.work.minutes_of}))

    @cached_property
    def facts(self) -> CampaignFacts:
        """What the campaign page shows of this snapshot."""
        categories = self.campaign.task.categories
        versions = version_facts(self.versions, self.row.live_version)
        return CampaignFacts(
            name=self.row.name,
            languages=tuple(self.campaign.languages.names.values()),
            categories=tuple(categories),
            next=self.next_step(NEW_ANNOTATOR),
            time=campaign_time(self.schedule, self._done),
            forecast=campaign_forecast(self.schedule, self.rankings, self.waiting) if versions else None,
            advice=stopping_advice(self.schedule, self.versions),
            versions=versions,
            salient=self.rankings.salient[:MAX_SALIENT],
            judged=judged_keywords(self.readings.marks),
            balance=class_balance(versions, self.readings, len(categories)),
            agreement=agreement_facts(self.readings, len(categories)),
            review=review_facts(self.readings),
            problems=self.readings.problems,
            projects=tuple(ProjectLink(p.role, self.campaign.label_studio.link(p.project)) for p in self.projects),
        )

    def next_step(self, annotator: str) -> NextStep:
        """What the annotator should do now, and where; no activity and no url where there is nothing to do for them."""
        schedule = self.schedule
        left = schedule.budget.left_of(schedule.ledger, annotator)
        return next_step(
            annotator, self.readings, self.campaign, self.projects, schedule.next, left,
            paused=self.row.annotating_paused,
        )  # fmt: skip

    def time_of(self, annotator: str) -> AnnotatorTime:
        """Where one annotator's minutes went; all zero for one who has not begun."""
        return annotator_time(self.schedule, self._done, annotator)

    @cached_property
    def _done(self) -> TasksDone:
        return tasks_done(self.schedule.ledger)


def snapshot_of(installation: Installation, row: CampaignRow, timeout: float | None = None) -> CampaignSnapshot:
    """The campaign as it is now; its annotations are read only where the store has changed since the last time.

    With a timeout in seconds it may be an earlier snapshot, where reading takes longer: a page comes at once, and is
    right a moment later. Raises StillReadingError where there is nothing to show by then.
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
    _ = snapshot.facts  # computed here, so that no page waits for them
    return snapshot
