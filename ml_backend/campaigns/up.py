"""`clime up`: from a campaign file to a campaign that annotators can open. Doing it again changes only what differs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from socket import socket
from threading import Event, Thread

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from clime_core.errors import CampaignError, ExchangeError
from clime_core.progress import Progress, silent
from label_config import LabelConfigSettings, render
from ml_backend.auth import Credentials
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.campaigns.base_report import base_report
from ml_backend.campaigns.connect import ProjectSpec, ensure_connected, ensure_hook, ensure_project
from ml_backend.campaigns.health import answers
from ml_backend.campaigns.pool import adopt_tasks, import_pool
from ml_backend.installation import Installation
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.label_configs import check_label_config
from ml_backend.label_studio.projects import LinkedProject, rows_of
from ml_backend.rounds.given import refresh_given_predictions
from ml_backend.settings import Settings
from ml_backend.status import campaign_status
from ml_backend.store.campaigns import find_campaign, get_campaign, save_campaign
from ml_backend.store.rounds import is_busy, queue_round, recent_rounds
from ml_backend.store.tables import CampaignRow, ProjectRow, Role, RoundState

Say = Callable[[str], None]
DoNext = Callable[[Installation, int, Progress], bool]


@dataclass(frozen=True)
class Up:
    """A campaign that is up: where annotators work, where its page is, and the page's password."""

    projects: tuple[str, ...]
    page: str
    credentials: Credentials
    spent: bool


def bring_up(installation: Installation, campaign: Campaign, say: Say, progress: Progress = silent) -> CampaignRow:
    """Check all data, create or update the projects, and connect them. The backend must answer at its address."""
    server = installation.server(campaign)
    say(f"Label Studio {server.release()} at {server.url}, as {server.whoami()}")
    if campaign.data.pool is not None:  # errors in the files come before anything is created
        campaign_data_of(installation, campaign, [], progress)
    check_unchanged(installation, campaign)
    with installation.store.session() as session:
        row = save_campaign(session, campaign.name, campaign.model_dump(mode="json"))
    credentials = installation.keyring.credentials(campaign.name)
    projects = [_bring_up_project(installation, server, campaign, row, spec, say) for spec in project_specs(campaign)]
    _report_data(installation, campaign, rows_of(projects), say, progress)
    for project in projects:
        ensure_connected(project, installation.settings.address, credentials)
        ensure_hook(project, installation.settings.address, credentials)
    say(f"connected to {installation.settings.address}, webhook in place")
    return row


def check_unchanged(installation: Installation, campaign: Campaign) -> None:
    """Refuse changes that would break a campaign whose projects exist. Raises CampaignError naming the field."""
    with installation.store.reading() as session:
        row = find_campaign(session, campaign.name)
    if row is None:
        return
    before = installation.campaign(row)
    fields = {
        "work.setup": (before.work.setup, campaign.work.setup),
        "work.documents": (before.work.documents, campaign.work.documents),
        "label_studio.documents_project": (
            before.label_studio.documents_project,
            campaign.label_studio.documents_project,
        ),
    }
    changed = [f"{field} was {old!r}, got {new!r}" for field, (old, new) in fields.items() if old != new]
    removed = [category for category in before.task.categories if category not in campaign.task.categories]
    changed += [f"task.categories: {category!r} was taken away" for category in removed]
    if changed:
        raise CampaignError(
            f"campaign {campaign.name}: {'; '.join(changed)}; this cannot change once a campaign is up:"
            " put it back, or start a campaign under another name"
        )


def project_specs(campaign: Campaign) -> list[ProjectSpec]:
    """The projects that a campaign needs, with their label configs."""
    settings, overlap = label_config_settings(campaign), campaign.work.overlap
    if campaign.work.setup == "mixed":
        return [ProjectSpec(Role.MIXED, render("mixed", settings), None, overlap)]
    specs = [
        ProjectSpec(Role.DOCUMENTS, render("documents", settings), campaign.label_studio.documents_project, overlap),
        ProjectSpec(Role.WORDS, render("words", settings), None, overlap),
    ]
    if campaign.reviews:
        specs.append(ProjectSpec(Role.REVIEW, render("review", settings), None, overlap))
    return specs


def label_config_settings(campaign: Campaign) -> LabelConfigSettings:
    """The campaign's values for the templates."""
    source = campaign.languages.source
    return LabelConfigSettings(
        source_language=source.name if source else None,
        target_language=campaign.languages.target.name,
        source_rtl=source is not None and source.rtl,
        target_rtl=campaign.languages.target.rtl,
        categories=campaign.task.categories,
        instructions=campaign.task.instructions,
        document_question=campaign.task.question,
        word_question=campaign.task.word_question,
    )


def _bring_up_project(
    installation: Installation, server: Server, campaign: Campaign, row: CampaignRow, spec: ProjectSpec, say: Say
) -> LinkedProject:
    project = ensure_project(server, installation.store, row, spec, installation.settings.address)
    if spec.existing is not None:
        _find_document_tag(campaign, project)
    adopted = adopt_tasks(project)
    if adopted:
        say(f"{adopted} tasks of project {project.number} taken over")
    if spec.role is Role.DOCUMENTS and campaign.work.documents == "score" and spec.existing is None:
        pool = campaign_data_of(installation, campaign, []).pool
        say(f"{import_pool(project, pool)} documents imported")
    say(f"{spec.role} project: {campaign.label_studio.link(project.number)}")
    return project


def _find_document_tag(campaign: Campaign, project: LinkedProject) -> None:
    """Find the tag that labels documents in a team's own project. Raises CampaignError naming what is wrong."""
    config = project.server.project(project.number).label_config
    found = check_label_config(config, "documents", campaign.task.categories)
    if found.problems or found.tag is None:
        raise CampaignError(f"project {project.number}: " + "; ".join(found.problems))
    with project.store.session() as session:
        session.merge(project.row).tag = asdict(found.tag)
    project.row.tag = asdict(found.tag)


def _report_data(
    installation: Installation, campaign: Campaign, projects: list[ProjectRow], say: Say, progress: Progress
) -> None:
    without = refresh_given_predictions(installation, campaign, projects)
    if without:
        say(f"{without} predictions of {campaign.base.model_version!r} choose no single category of the campaign")
    campaign_data = campaign_data_of(installation, campaign, projects, progress)
    for line in base_report(campaign, campaign_data):
        say(f"base: {line}")
    for name, part in campaign_data.coverage().items():
        if part.documents and campaign.data.target_vectors is not None:
            say(f"{name}: {part.documents} documents, {part.share:.0%} of their tokens have a vector")
    if campaign_data.dictionary is not None:
        say(f"dictionary: {campaign_data.dictionary}")
    for note in campaign_data.notes:
        say(note)


def first_round(
    installation: Installation, row: CampaignRow, do_next: DoNext, say: Say, progress: Progress = silent
) -> None:
    """Do a round now, or wait for the running server to do it. Raises CampaignError where it fails."""
    say("first round: training and ranking" if row.live_version is None else "checking for new annotations")
    with installation.store.session() as session:
        before = [r.id for r in recent_rounds(session, row.id, 1) if r.state == RoundState.FAILED]
        queue_round(session, row.id, "clime up", at_once=True)
    while True:
        while do_next(installation, row.id, progress):
            pass
        with installation.store.reading() as session:
            busy = is_busy(session, row.id)
            newest = recent_rounds(session, row.id, 1)
        if newest and newest[0].error and newest[0].id not in before and newest[0].state != RoundState.RUNNING:
            raise CampaignError(f"the round failed: {newest[0].error}")
        if not busy:
            return
        progress(f"the running server: {(newest[0].step if newest else None) or 'waiting'}", 0, 0)
        time.sleep(0.5)


def describe(installation: Installation, campaign: Campaign, projects: list[ProjectRow]) -> Up:
    """The addresses and the login for the people of the campaign."""
    with installation.store.reading() as session:
        row = get_campaign(session, campaign.name)
    links = tuple(campaign.label_studio.link(p.project) for p in projects)
    page = f"{installation.settings.page_address}/campaigns/{row.name}"
    spent = campaign_status(installation, row).state.spent
    return Up(links, page, installation.keyring.credentials(row.name), spent)


@contextmanager
def answering(installation: Installation, app: Flask, say: Say) -> Iterator[None]:
    """Make sure that the backend answers at its address: a server that runs there already, or one for this block."""
    if answers(installation.settings.address, installation.keyring):
        yield
        return
    settings, stop = installation.settings, Event()
    sockets: dict[int, socket] = {}
    try:
        server = create_server(app, map=sockets, host=settings.host, port=settings.port, threads=settings.web_threads)
    except OSError as error:
        wasyncore.close_all(sockets)
        raise cannot_listen(settings, error) from error
    web = Thread(target=_run, args=(sockets, stop), name="web", daemon=True)
    web.start()
    try:
        _wait(installation)
        say(f"backend answering at {settings.address} while this command runs")
        yield
    finally:
        stop.set()
        web.join()
        server.task_dispatcher.shutdown()


def cannot_listen(settings: Settings, error: OSError) -> ExchangeError:
    """The error where the backend's port cannot be used."""
    return ExchangeError(
        f"{settings.host}:{settings.port}: cannot listen there ({error}), and no backend of this data folder answers;"
        " set CLIME_PORT, or stop what uses the port"
    )


def _run(sockets: dict[int, socket], stop: Event) -> None:
    """Answer requests until `stop` is set, then close all connections. Only this thread uses them."""
    while not stop.is_set():
        wasyncore.loop(timeout=0.1, map=sockets, count=1)
    wasyncore.close_all(sockets)


def _wait(installation: Installation) -> None:
    for _ in range(50):
        if answers(installation.settings.address, installation.keyring):
            return
        time.sleep(0.1)
    raise ExchangeError(
        f"{installation.settings.address}: the backend does not answer there; set CLIME_PUBLIC_URL to an address"
        f" that leads to {installation.settings.host}:{installation.settings.port}"
    )
