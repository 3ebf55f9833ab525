"""`clime up`: from a campaign file to a campaign that annotators can open. Doing it again changes only what differs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from socket import socket
from threading import Event, Thread

import requests
from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from clime_core.errors import CampaignError, ExchangeError
from clime_core.progress import Progress, silent
from label_config import LabelConfigSettings, render
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.connect import Wanted, ensure_connected, ensure_hook, ensure_project
from ml_backend.exchange.label_configs import check_label_config
from ml_backend.exchange.pool import adopt_tasks, import_pool
from ml_backend.ground.auth import OPERATOR, Credentials, Keyring
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.campaigns import find_campaign, get_campaign, save_campaign
from ml_backend.ground.store.rounds import is_busy, queue_round, recent_rounds
from ml_backend.ground.store.tables import CampaignRow, ProjectRow, Role, RoundState
from ml_backend.work.status import campaign_status
from ml_backend.work.workshop import Workshop

Say = Callable[[str], None]
DoNext = Callable[[Workshop, int, Progress], bool]


@dataclass(frozen=True)
class Up:
    """A campaign that is up: where annotators work, where its page is, and the page's password."""

    projects: tuple[str, ...]
    page: str
    credentials: Credentials
    spent: bool


def bring_up(workshop: Workshop, campaign: Campaign, say: Say, progress: Progress = silent) -> CampaignRow:
    """Check all data, create or update the projects, and connect them. The backend must answer at its address."""
    server = workshop.server(campaign)
    say(f"Label Studio {server.release()} at {server.url}, as {server.whoami()}")
    if campaign.data.pool is not None:  # faults of the files come first, before anything is made
        workshop.materials_of(campaign, [], progress)
    check_unchanged(workshop, campaign)
    with workshop.store.session() as session:
        row = save_campaign(session, campaign.name, campaign.model_dump(mode="json"))
    credentials = workshop.keyring.credentials(campaign.name)
    projects = [_bring_up_project(workshop, server, campaign, row, wanted, say) for wanted in wanted_projects(campaign)]
    _report_data(workshop, campaign, projects, say)
    for project in projects:
        ensure_connected(server, project, workshop.settings.address, credentials)
        ensure_hook(server, project, workshop.settings.address, credentials)
    say(f"connected to {workshop.settings.address}, webhook in place")
    return row


def check_unchanged(workshop: Workshop, campaign: Campaign) -> None:
    """Refuse what would tear a campaign apart once its projects exist. Raises CampaignError naming the field."""
    with workshop.store.reading() as session:
        row = find_campaign(session, campaign.name)
    if row is None:
        return
    before = workshop.campaign(row)
    fixed = {
        "work.setup": (before.work.setup, campaign.work.setup),
        "work.documents": (before.work.documents, campaign.work.documents),
        "label_studio.documents_project": (
            before.label_studio.documents_project,
            campaign.label_studio.documents_project,
        ),
    }
    changed = [f"{field} was {old!r}, got {new!r}" for field, (old, new) in fixed.items() if old != new]
    lost = [category for category in before.task.categories if category not in campaign.task.categories]
    changed += [f"task.categories: {category!r} was taken away" for category in lost]
    if changed:
        raise CampaignError(
            f"campaign {campaign.name}: {'; '.join(changed)}; this cannot change once a campaign is up:"
            " put it back, or start a campaign under another name"
        )


def wanted_projects(campaign: Campaign) -> list[Wanted]:
    """The projects that a campaign needs, with their label configs."""
    settings, overlap = label_config_settings(campaign), campaign.work.overlap
    if campaign.work.setup == "mixed":
        return [Wanted(Role.MIXED, render("mixed", settings), None, overlap)]
    return [
        Wanted(Role.DOCUMENTS, render("documents", settings), campaign.label_studio.documents_project, overlap),
        Wanted(Role.WORDS, render("words", settings), None, overlap),
    ]


def label_config_settings(campaign: Campaign) -> LabelConfigSettings:
    """What the campaign puts into the templates."""
    return LabelConfigSettings(
        source_language=campaign.languages.source.name,
        target_language=campaign.languages.target.name,
        source_rtl=campaign.languages.source.rtl,
        target_rtl=campaign.languages.target.rtl,
        categories=campaign.task.categories,
        instructions=campaign.task.instructions,
        document_question=campaign.task.question,
        word_question=campaign.task.word_question,
    )


def _bring_up_project(
    workshop: Workshop, server: Server, campaign: Campaign, row: CampaignRow, wanted: Wanted, say: Say
) -> ProjectRow:
    project = ensure_project(server, workshop.store, row, wanted, workshop.settings.address)
    if wanted.existing is not None:
        _find_control(workshop, server, campaign, project)
    adopted = adopt_tasks(server, workshop.store, project)
    if adopted:
        say(f"{adopted} tasks of project {project.project} taken over")
    if wanted.role is Role.DOCUMENTS and campaign.work.documents == "score" and wanted.existing is None:
        pool = workshop.materials_of(campaign, []).pool
        say(f"{import_pool(server, workshop.store, project, pool)} documents imported")
    say(f"{wanted.role} project: {campaign.label_studio.link(project.project)}")
    return project


def _find_control(workshop: Workshop, server: Server, campaign: Campaign, project: ProjectRow) -> None:
    """Find the control that labels documents in a team's own project. Raises CampaignError naming what is wrong."""
    config = server.project(project.project).label_config
    found = check_label_config(config, "documents", campaign.task.categories)
    if found.problems or found.control is None:
        raise CampaignError(f"project {project.project}: " + "; ".join(found.problems))
    with workshop.store.session() as session:
        session.merge(project).control = asdict(found.control)
    project.control = asdict(found.control)


def _report_data(workshop: Workshop, campaign: Campaign, projects: list[ProjectRow], say: Say) -> None:
    materials = workshop.materials_of(campaign, projects)
    for name, part in materials.coverage().items():
        if part.documents:
            say(f"{name}: {part.documents} documents, {part.share:.0%} of their tokens have a vector")
    for note in materials.notes:
        say(note)


def first_round(workshop: Workshop, row: CampaignRow, do_next: DoNext, say: Say, progress: Progress = silent) -> None:
    """Do a round now, or wait for the running server to do it. Raises CampaignError where it fails."""
    say("first round: training and ranking" if row.live_version is None else "looking for what is new")
    with workshop.store.session() as session:
        before = [r.id for r in recent_rounds(session, row.id, 1) if r.state == RoundState.FAILED]
        queue_round(session, row.id, "clime up", at_once=True)
    while True:
        while do_next(workshop, row.id, progress):
            pass
        with workshop.store.reading() as session:
            busy = is_busy(session, row.id)
            newest = recent_rounds(session, row.id, 1)
        if newest and newest[0].error and newest[0].id not in before and newest[0].state != RoundState.RUNNING:
            raise CampaignError(f"the round failed: {newest[0].error}")
        if not busy:
            return
        time.sleep(0.5)


def describe(workshop: Workshop, campaign: Campaign, projects: list[ProjectRow]) -> Up:
    """Where to go now."""
    with workshop.store.reading() as session:
        row = get_campaign(session, campaign.name)
    links = tuple(campaign.label_studio.link(p.project) for p in projects)
    page = f"{workshop.settings.page_address}/campaigns/{row.name}"
    spent = bool(campaign_status(workshop, row)["state"]["spent"])
    return Up(links, page, workshop.keyring.credentials(row.name), spent)


@contextmanager
def answering(workshop: Workshop, app: Flask, say: Say) -> Iterator[None]:
    """Make sure that the backend answers at its address: a server that runs there already, or one for the moment."""
    if answers(workshop.settings.address, workshop.keyring):
        yield
        return
    settings, stop = workshop.settings, Event()
    sockets: dict[int, socket] = {}
    try:
        server = create_server(app, map=sockets, host=settings.host, port=settings.port, threads=settings.web_threads)
    except OSError as error:
        raise ExchangeError(
            f"{settings.host}:{settings.port}: cannot listen there ({error}), and no clime of this data folder answers;"
            " set CLIME_PORT, or stop what uses the port"
        ) from error
    web = Thread(target=_run, args=(sockets, stop), name="web", daemon=True)
    web.start()
    try:
        _wait(workshop)
        say(f"backend answering at {settings.address} while this command runs")
        yield
    finally:
        stop.set()
        web.join()
        server.task_dispatcher.shutdown()


def _run(sockets: dict[int, socket], stop: Event) -> None:
    """Answer requests until told to stop, then close all connections; only this thread touches them."""
    while not stop.is_set():
        wasyncore.loop(timeout=0.1, map=sockets, count=1)
    wasyncore.close_all(sockets)


def answers(address: str, keyring: Keyring) -> bool:
    """Whether a clime with our passwords answers there."""
    own = keyring.credentials(OPERATOR)
    try:
        answer = requests.get(f"{address}/health", auth=(own.user, own.password), timeout=5)
        return answer.ok and bool(answer.json().get("model_class") == "clime")
    except requests.RequestException:  # also where the answer is not JSON
        return False


def _wait(workshop: Workshop) -> None:
    for _ in range(50):
        if answers(workshop.settings.address, workshop.keyring):
            return
        time.sleep(0.1)
    raise ExchangeError(
        f"{workshop.settings.address}: the backend does not answer there; set CLIME_PUBLIC_URL to an address"
        f" that leads to {workshop.settings.host}:{workshop.settings.port}"
    )
