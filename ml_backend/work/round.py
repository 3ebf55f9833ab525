"""A round in a campaign: sync, refine, train, score, salience, neighbours, plan, publish.

The arithmetic is `clime_core.round.campaign_round.run_round`; here it meets Label Studio and the store. Any step may be
interrupted: the last version keeps serving, and the round done again leaves what one uninterrupted round would leave.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.errors import ClimeError
from clime_core.model.device import threads
from clime_core.progress import Progress, silent
from clime_core.round.campaign_round import Evidence, Trained, run_round, training_fingerprint
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings, read_projects
from ml_backend.exchange.sync import sync_project
from ml_backend.exchange.tasks import WORD_PREFIX, keyword_of
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.campaigns import projects_of
from ml_backend.ground.store.rounds import beat
from ml_backend.ground.store.tables import CampaignRow, ProjectRow, RoundRow
from ml_backend.ground.store.versions import (
    next_number,
    prune_versions,
    publish_version,
    version_folder,
    versions_of,
    write_version,
)
from ml_backend.work.ledger import campaign_ledger
from ml_backend.work.materials import Materials
from ml_backend.work.new_version import NewVersion
from ml_backend.work.queue import Queue
from ml_backend.work.rankings import Rankings, rankings_of, read_rankings
from ml_backend.work.reuse import reusable
from ml_backend.work.schedule import open_schedule
from ml_backend.work.settle import settle_campaign
from ml_backend.work.stretches import UnderWay
from ml_backend.work.workshop import Workshop


@dataclass(frozen=True)
class RoundReport:
    """How a round ended: the version it made, or None where nothing was new."""

    version: int | None
    seconds: dict[str, float]
    notes: tuple[str, ...]


@dataclass(eq=False)
class Round:
    """One round under way."""

    workshop: Workshop
    row: RoundRow
    campaign_row: CampaignRow
    campaign: Campaign
    projects: list[ProjectRow]
    server: Server
    materials: Materials
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    told: tuple[str, float] = ("", 0.0)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say what the round is doing, and time it."""
        self.tell(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    def tell(self, what: str, done: int = 0, total: int = 0) -> None:
        """Say that the round is alive and what it is doing: to whoever watches, and once a second to the store."""
        self.progress(what, done, total)
        if what != self.told[0] or time.monotonic() - self.told[1] > 1.0:
            self.told = (what, time.monotonic())
            with self.workshop.store.session() as session:
                beat(session, self.row.id, what)


def drive_round(workshop: Workshop, row: RoundRow, progress: Progress = silent) -> RoundReport:
    """Do one round. Raises ExchangeError where Label Studio fails, ClimeError where the data does not allow it."""
    this = _open(workshop, row, progress)
    with this.step("sync"):
        for project in this.projects:
            sync_project(this.server, workshop.store, project)
    readings = _read(this)
    with this.step("settle"):
        queue = _queue(this, readings, _live_rankings(this))
        queue.settle()
        if queue.break_ties():
            readings = _read(this)
            queue = replace(queue, readings=readings)
        _refill(this, queue)
    evidence = _evidence(this, readings)
    digest = evidence_digest(this.campaign, evidence, this.materials.stamps)
    if not _has_work(this, digest):
        return RoundReport(None, this.seconds, ())
    stretch = UnderWay.of(_newest_folder(this), campaign_ledger(this.campaign, readings))
    with threads(1):
        result = run_round(
            evidence,
            this.campaign.round,
            this.campaign.seed,
            device=workshop.settings.device,
            jobs=workshop.settings.threads,
            reuse=_reusable(this, evidence),
            observe=stretch.is_over,
            progress=this.tell,
        )
    this.seconds |= {step: round(seconds, 3) for step, seconds in result.seconds.items()}
    with this.step("publish"):
        new = NewVersion(this.campaign, this.materials, readings, evidence, result, digest, stretch.after(result))
        number = _publish(this, new)
    return RoundReport(number, this.seconds, (*this.materials.notes, *result.notes, *readings.problems))


def _open(workshop: Workshop, row: RoundRow, progress: Progress) -> Round:
    with workshop.store.reading() as session:
        campaign_row = session.get_one(CampaignRow, row.campaign_id)
        projects = projects_of(session, campaign_row)
    campaign = workshop.campaign(campaign_row)
    try:
        materials = workshop.materials_of(campaign, projects)
    except ClimeError:
        settle_campaign(workshop, row.campaign_id)  # the budget holds whatever has become of the data
        raise
    return Round(workshop, row, campaign_row, campaign, projects, workshop.server(campaign), materials, progress)


def _read(this: Round) -> Readings:
    documents = this.materials.by_key
    categories, overlap = this.campaign.task.categories, this.campaign.work.overlap
    since, memory = this.campaign_row.created_at, this.workshop.memory("rounds", this.campaign_row)
    return read_projects(this.workshop.store, this.projects, documents, categories, overlap, since, memory)


def _evidence(this: Round, readings: Readings) -> Evidence:
    keys = {task.key for task in readings.tasks if task.id not in readings.open_tasks}
    asked = frozenset(document for key, document in this.materials.by_key.items() if key in keys)
    return Evidence(
        embeddings=this.materials.embeddings,
        categories=len(this.campaign.task.categories),
        train=[document for document in this.materials.train if document.label is not None],
        pool=this.materials.pool,
        labels=resolve_labels(readings.labels).labels,
        marks=readings.marks,
        asked_documents=asked,
        asked_keywords=frozenset(keyword_of(key) for key in keys if key.startswith(WORD_PREFIX)),
        test=this.materials.test,
        dev=this.materials.dev,
    )


def evidence_digest(campaign: Campaign, evidence: Evidence, stamps: Mapping[str, str]) -> str:
    """A fingerprint of all that a version is made from, so that a round knows whether anything is new."""
    made_from = {
        "labels": sorted((str(d), label) for d, label in evidence.labels.items()),
        "marks": sorted((c.keyword, c.word, c.similar) for c in resolve(evidence.marks).constraints),
        "data": campaign.data.model_dump(mode="json"),
        "stamps": dict(stamps),
        "pool": len(evidence.pool),
        "round": asdict(campaign.round),
        "categories": campaign.task.categories,
        "seed": campaign.seed,
    }
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def _has_work(this: Round, digest: str) -> bool:
    if this.campaign_row.paused:
        return False
    with this.workshop.store.reading() as session:
        versions = versions_of(session, this.campaign_row.id)
    return this.row.forced or not versions or versions[-1].made_from.get("digest") != digest


def _live_rankings(this: Round) -> Rankings:
    live = this.campaign_row.live_version
    return read_rankings(version_folder(this.workshop.folder(this.campaign_row), live)) if live else Rankings()


def _newest_folder(this: Round) -> Path | None:
    """Where the newest version lies, live or not."""
    with this.workshop.store.reading() as session:
        versions = versions_of(session, this.campaign_row.id)
    return version_folder(this.workshop.folder(this.campaign_row), versions[-1].number) if versions else None


def _reusable(this: Round, evidence: Evidence) -> Trained | None:
    """The newest version's classifier, where this round would train the very same. A forced round trains anew."""
    folder = _newest_folder(this)
    if this.row.forced or folder is None:
        return None
    fingerprint = training_fingerprint(evidence, this.campaign.round, this.campaign.seed)
    return reusable(folder, fingerprint, this.materials.copies, this.materials.stamps)


def _refill(this: Round, queue: Queue) -> None:
    """Keep the queue filled and in the live version's order."""
    live = this.campaign_row.live_version
    if not live:
        return
    order = f"{order_of(live)}{this.row.id}"
    if queue.is_disturbed(order_of(live)):
        queue.publish(order)
    else:
        queue.top_up(max(1, queue.size // 2), order)


def order_of(number: int) -> str:
    """How the names of a model version's orders begin in Label Studio."""
    return f"clime {number}."


def _queue(this: Round, readings: Readings, rankings: Rankings) -> Queue:
    with this.workshop.store.reading() as session:
        campaign_row = session.get_one(CampaignRow, this.campaign_row.id)
        versions = versions_of(session, campaign_row.id)
    return Queue(
        store=this.workshop.store,
        server=this.server,
        campaign=this.campaign,
        campaign_id=campaign_row.id,
        projects=this.projects,
        readings=readings,
        materials=this.materials,
        rankings=rankings,
        schedule=open_schedule(this.campaign, campaign_row, readings, versions, rankings),
        paused=campaign_row.annotating_paused,
    )


def _publish(this: Round, new: NewVersion) -> int:
    """Write the version, point to it, then bring the order into Label Studio.

    Annotators went on meanwhile: what was read since the round began decides what is handed out, if anything.
    """
    store, folder = this.workshop.store, this.workshop.folder(this.campaign_row)
    with store.reading() as session:
        number = next_number(session, this.campaign_row.id)
    write_version(folder, number, new.write)
    with store.session() as session:
        campaign_row = session.get_one(CampaignRow, this.campaign_row.id)
        publish_version(session, campaign_row, number, new.metrics, new.made_from)
    with store.reading() as session:
        campaign_row = session.get_one(CampaignRow, this.campaign_row.id)
        prune_versions(session, campaign_row, folder, this.workshop.settings.keep_versions)
    queue = _queue(this, _read(this), rankings_of(new.result))
    queue.publish(f"{order_of(number)}{this.row.id}")
    return number
