"""A round in a campaign: sync, settle, refine, train, fit, observe, score, salience, neighbors, publish.

The arithmetic is `clime_core.round.campaign_round.run_round`; here it meets Label Studio and the store. Any step may be
interrupted: the last version keeps serving, and the round done again leaves what one uninterrupted round would leave.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from clime_core.data.digest import json_digest
from clime_core.errors import ClimeError
from clime_core.model.device import threads
from clime_core.progress import Progress, StepTimer, silent
from clime_core.round.campaign_round import RoundResult, Trained, run_round, training_fingerprint
from clime_core.round.inputs import RoundInputs
from clime_core.scheduling.gain_period import advance
from ml_backend.campaign_data import CampaignData, campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.projects import LinkedProject, linked_projects, rows_of
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.sync import sync_project
from ml_backend.queue.schedule import campaign_schedule
from ml_backend.queue.task_queue import TaskQueue
from ml_backend.queue.time_budget import ledger_of
from ml_backend.rounds.closing import close_if_spent
from ml_backend.rounds.given import refresh_given_predictions
from ml_backend.rounds.inputs import campaign_readings, round_inputs
from ml_backend.rounds.new_version import NewVersion, reusable
from ml_backend.store.campaigns import projects_of
from ml_backend.store.gain_periods import read_open_period
from ml_backend.store.rankings import Rankings, rankings_of, read_rankings
from ml_backend.store.rounds import beat
from ml_backend.store.tables import CampaignRow, RoundRow
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import (
    newest_version,
    next_number,
    prune_versions,
    publish_version,
    versions_of,
    write_version,
)

REPORT_SECONDS = 1.0
"""A round under way writes its present step into the store no more often than this."""


@dataclass(frozen=True)
class RoundReport:
    """How a round ended: the version it made, or None where nothing was new."""

    version: int | None
    seconds: dict[str, float]
    notes: tuple[str, ...]


@dataclass(eq=False)
class CampaignRound:
    """One round under way.

    `row` is the round's in the store, `campaign_row` the campaign's when the round began. `reported`: the step that the
    store shows, and when that was written.
    """

    installation: Installation
    row: RoundRow
    campaign_row: CampaignRow
    campaign: Campaign
    projects: list[LinkedProject]
    data: CampaignData
    progress: Progress
    steps: StepTimer = field(init=False)
    reported: tuple[str, float] = ("", 0.0)

    def __post_init__(self) -> None:
        self.steps = StepTimer(self.report)

    def report(self, what: str, done: int = 0, total: int = 0) -> None:
        """Report the present step: to the caller, and at most once a second to the store."""
        self.progress(what, done, total)
        step, at = self.reported
        if what != step or time.monotonic() - at > REPORT_SECONDS:
            self.reported = (what, time.monotonic())
            with self.installation.store.session() as session:
                beat(session, self.row.id, what)

    def run(self) -> RoundReport:
        """Do the round. Raises ExchangeError where Label Studio fails, ClimeError where the data does not allow it."""
        with self.steps.step("sync"):
            for project in self.projects:
                sync_project(project)
        with self.steps.step("settle"):
            readings = self._settle_queue(self._read())
        inputs, problems = round_inputs(self.campaign, self.data, readings)
        digest = inputs_digest(self.campaign, inputs, self.data.stamps)
        if not self._is_needed(digest):
            return self._ended(None)
        ledger, open_period = ledger_of(self.campaign, readings.visits), read_open_period(self._newest)
        result = self._compute(inputs, observe=open_period is None or open_period.is_long_enough(ledger))
        self.steps.seconds.update(result.seconds)
        with self.steps.step("publish"):
            periods = advance(open_period, ledger, result.observation)
            new = NewVersion(self.campaign, self.data, inputs, digest, ledger, result, *periods)
            number = self._publish(new)
        return self._ended(number, *self.data.notes, *result.notes, *readings.problems, *problems)

    def _ended(self, version: int | None, *notes: str) -> RoundReport:
        """The report, with the seconds of all steps in their order."""
        rounded = {step: round(seconds, 3) for step, seconds in self.steps.seconds.items()}
        return RoundReport(version, rounded, notes)

    def _read(self) -> Readings:
        return campaign_readings(self.installation, self.campaign_row, rows_of(self.projects))

    def _settle_queue(self, readings: Readings) -> Readings:
        """Open or close the queue, ask again about ties, and keep the queue filled in the live version's order."""
        live = self.campaign_row.live_version
        rankings = read_rankings(VersionFolder.of(self._folder, live) if live else None)
        queue = self._queue(readings, rankings)
        queue.open_or_close()
        if queue.break_ties():
            readings = self._read()
            queue = self._queue(readings, rankings)
        if live:
            queue.fill(order_prefix(live), self.row.id)
        return readings

    def _queue(self, readings: Readings, rankings: Rankings) -> TaskQueue:
        with self.installation.store.reading() as session:
            campaign_row = session.get_one(CampaignRow, self.campaign_row.id)
            versions = versions_of(session, campaign_row.id)
        schedule = campaign_schedule(self.campaign, campaign_row, readings, versions, rankings)
        return TaskQueue(self.campaign, campaign_row, self.projects, readings, self.data, rankings, schedule)

    def _is_needed(self, digest: str) -> bool:
        """Whether anything is new, or training was asked for; never while training is paused."""
        if self.campaign_row.paused:
            return False
        with self.installation.store.reading() as session:
            newest = newest_version(session, self.campaign_row.id)
        return self.row.forced or newest is None or newest.made_from.get("digest") != digest

    def _compute(self, inputs: RoundInputs, *, observe: bool) -> RoundResult:
        settings = self.installation.settings
        with threads(1):
            return run_round(
                inputs,
                self.campaign.round,
                self.campaign.seed,
                device=settings.device,
                jobs=settings.threads,
                reuse=self._reusable(inputs),
                observe=observe,
                progress=self.report,
            )

    def _reusable(self, inputs: RoundInputs) -> Trained | None:
        """The newest version's classifier, where this round would train the very same. A forced round trains anew."""
        folder = self._newest
        if self.row.forced or folder is None:
            return None
        fingerprint = training_fingerprint(inputs, self.campaign.round, self.campaign.seed)
        return reusable(folder, fingerprint, self.data.copies, self.data.stamps)

    def _publish(self, new: NewVersion) -> int:
        """Write the version, point to it, then bring its order into Label Studio.

        Annotators went on meanwhile. So the annotations that are in the store now decide what is handed out.
        """
        store = self.installation.store
        with store.reading() as session:
            number = next_number(session, self.campaign_row.id)
        write_version(self._folder, number, new.write)
        with store.session() as session:
            campaign_row = session.get_one(CampaignRow, self.campaign_row.id)
            publish_version(session, campaign_row, number, new.metrics, new.made_from)
        with store.reading() as session:
            campaign_row = session.get_one(CampaignRow, self.campaign_row.id)
            prune_versions(session, campaign_row, self._folder, self.installation.settings.keep_versions)
        self._queue(self._read(), rankings_of(new.result)).publish(f"{order_prefix(number)}{self.row.id}")
        return number

    @property
    def _folder(self) -> Path:
        return self.installation.folder(self.campaign_row)

    @property
    def _newest(self) -> VersionFolder | None:
        """Where the newest version lies, live or not."""
        with self.installation.store.reading() as session:
            newest = newest_version(session, self.campaign_row.id)
        return VersionFolder.of(self._folder, newest.number) if newest is not None else None


def do_round(installation: Installation, row: RoundRow, progress: Progress = silent) -> RoundReport:
    """Do a round that was claimed. Raises ExchangeError and ClimeError as `CampaignRound.run` does."""
    with installation.store.reading() as session:
        campaign_row = session.get_one(CampaignRow, row.campaign_id)
        rows = projects_of(session, campaign_row)
    campaign = installation.campaign(campaign_row)
    try:
        refresh_given_predictions(installation, campaign, rows)
        data = campaign_data_of(installation, campaign, rows, progress)
    except ClimeError:
        close_if_spent(installation, row.campaign_id)  # the budget holds, also without the data
        raise
    projects = linked_projects(installation.server(campaign), installation.store, rows)
    return CampaignRound(installation, row, campaign_row, campaign, projects, data, progress).run()


def inputs_digest(campaign: Campaign, inputs: RoundInputs, stamps: Mapping[str, str]) -> str:
    """A fingerprint of all that a version is made from, by which a round knows whether anything is new."""
    made_from = {
        "labels": sorted((str(document), label) for document, label in inputs.labels.items()),
        "marks": sorted((c.keyword, c.word, c.similar) for c in inputs.resolution.constraints),
        "data": campaign.data.model_dump(mode="json"),
        "stamps": dict(stamps),
        "pool": len(inputs.pool),
        "round": asdict(campaign.round),
        "categories": campaign.task.categories,
        "seed": campaign.seed,
    }
    return json_digest(made_from)


def order_prefix(number: int) -> str:
    """How the names of a model version's orders begin in Label Studio."""
    return f"clime {number}."
