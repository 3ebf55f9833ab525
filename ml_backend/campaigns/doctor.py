"""`clime doctor`: what is wrong with a campaign, one line for each problem, with its fix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clime_core.errors import ClimeError
from clime_core.progress import Progress, silent
from ml_backend.addresses import is_loopback
from ml_backend.auth import Credentials
from ml_backend.campaign_file import Campaign, read_campaign
from ml_backend.campaigns.health import check_health
from ml_backend.installation import Installation
from ml_backend.label_studio.records import CONNECTED, LOWEST_SCORE_FIRST, Hook, Project
from ml_backend.store.campaigns import find_campaign, projects_of
from ml_backend.store.tables import CampaignRow, ProjectRow
from ml_backend.store.version_folder import VersionFolder

if TYPE_CHECKING:  # the command starts without the Label Studio SDK
    from ml_backend.label_studio.client import Server

MIN_COVERAGE = 0.5
"""Share of the tokens with a vector, below which files probably do not fit each other."""

UP = "run `clime up`"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked. `fix` is empty where all is well."""

    what: str
    found: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to fix."""
        return not self.fix


def examine(installation: Installation, path: Path, progress: Progress = silent) -> Iterator[Finding]:
    """Check everything, beginning with faults that hide others. Stops where nothing further can be checked."""
    try:
        campaign = read_campaign(path)
    except ClimeError as error:
        yield Finding("campaign file", str(error), "correct the file")
        return
    yield Finding("campaign file", str(path))
    with installation.store.reading() as session:
        row = find_campaign(session, campaign.name)
        projects = projects_of(session, row) if row is not None else []
    yield from _data(installation, campaign, projects, progress)
    server: Server | None = None
    try:
        server = installation.server(campaign)
        owner = server.whoami()
    except ClimeError as error:
        yield Finding("Label Studio", str(error), "see the message")
        return
    yield Finding("Label Studio", f"{server.release()} at {server.url}, as {owner}")
    yield Finding("token", _token_kind(campaign.label_studio.token()))
    yield _backend(installation)
    yield from _address(campaign, installation)
    if row is None:
        yield Finding("campaign", f"{campaign.name} is not in this data folder", f"run `clime up {path}`")
        return
    yield _version(installation, row)
    yield from _people(server, campaign)
    for project in projects:
        yield from _guarded(f"project {project.project}", _project(installation, server, campaign, row, project))


def _guarded(what: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except ClimeError as error:
        yield Finding(what, str(error), "see the message")


def _data(
    installation: Installation, campaign: Campaign, projects: list[ProjectRow], progress: Progress
) -> Iterator[Finding]:
    from ml_backend.campaign_data import campaign_data_of
    from ml_backend.campaigns.base_report import base_report

    if campaign.data.pool is None and not projects:
        yield Finding("data", "the pool is a project that was not read yet")
        return
    try:
        campaign_data = campaign_data_of(installation, campaign, projects, progress)
    except ClimeError as error:
        yield Finding("data", str(error), "correct the file")
        return
    for note in campaign_data.notes:
        yield Finding("data", note)
    yield from _guarded("base", (Finding("base", line) for line in base_report(campaign, campaign_data)))
    if campaign.data.target_vectors is None:
        return  # an encoder reads every text
    for name, part in campaign_data.coverage().items():
        if part.documents:
            found = f"{part.documents} documents, {part.share:.0%} of the tokens have a vector"
            fix = "check language, case and tokenisation of the vectors" if part.share < MIN_COVERAGE else ""
            yield Finding(name, found, fix)
    if campaign_data.dictionary is not None:
        fix = "" if campaign_data.dictionary.keywords else "check its columns: source<TAB>target"
        yield Finding("dictionary", str(campaign_data.dictionary), fix)


def _token_kind(token: str) -> str:
    return "a personal access token" if token.count(".") == 2 else "a legacy token"  # a JWT has three parts


def _backend(installation: Installation) -> Finding:
    health = check_health(installation.settings.address, installation.keyring)
    return Finding("backend", health.found, health.fix)


def _address(campaign: Campaign, installation: Installation) -> Iterator[Finding]:
    """Label Studio must reach the backend. Only whether the address could lead here can be checked from here."""
    label_studio = urlsplit(campaign.label_studio.url).hostname
    backend = urlsplit(installation.settings.address).hostname
    if not (backend and label_studio):
        return
    if is_loopback(backend) and not is_loopback(label_studio):
        fix = "set CLIME_PUBLIC_URL to an address of this machine that Label Studio can reach"
        yield Finding("way back", f"Label Studio at {label_studio} cannot reach {backend}", fix)
    if not is_loopback(backend) and not {".", ":"} & set(backend):
        fix = "set CLIME_PUBLIC_URL to another name of this machine, such as clime.internal"
        yield Finding("way back", f"Label Studio refuses webhooks to {backend}: the name has no dot", fix)


def _version(installation: Installation, row: CampaignRow) -> Finding:
    if row.live_version is None:
        return Finding("model version", "none yet", f"{UP}, or see the campaign page for a failed round")
    folder = VersionFolder.of(installation.folder(row), row.live_version)
    if not folder.exists:
        return Finding("model version", f"{row.live_version} has lost its folder {folder.path}", "press Start training")
    if row.paused:
        return Finding("model version", f"{row.live_version} is live, training is paused", f"`clime resume {row.name}`")
    return Finding("model version", f"{row.live_version} is live")


def _people(server: "Server", campaign: Campaign) -> Iterator[Finding]:
    users = set(server.users().values())
    for name in sorted(campaign.work.minutes_of.keys() - users):
        yield Finding("work.minutes_of", f"{name} is no user of Label Studio", "correct the address, or invite them")


def _project(
    installation: Installation, server: "Server", campaign: Campaign, row: CampaignRow, known: ProjectRow
) -> Iterator[Finding]:
    name = f"project {known.project}"
    project = server.project(known.project)
    if project.created != known.created:
        yield Finding(name, "is another project than the one we connected", "start a campaign under another name")
        return
    yield from _label_config(campaign, known, project)
    yield from _order(known, project)
    yield from _connection(installation, server, row, known)


def _label_config(campaign: Campaign, known: ProjectRow, project: Project) -> Iterator[Finding]:
    from ml_backend.label_studio.label_configs import check_project_config

    found = check_project_config(project.label_config, campaign, known)
    for problem in found.problems:
        yield Finding(f"label config of project {project.id}", problem, "correct it in the project's settings")
    if not found.problems:
        yield Finding(f"label config of project {project.id}", "fits the campaign")


def _order(known: ProjectRow, project: Project) -> Iterator[Finding]:
    name = f"order of project {project.id}"
    expected = None if known.closed else LOWEST_SCORE_FIRST
    if project.sampling != expected:
        yield Finding(name, f"sampling is {project.sampling!r}", f"set it to {expected!r}, or {UP}")
    elif known.order_version and project.model_version != known.order_version:
        found = f"model version is {project.model_version!r} and not {known.order_version!r}: the order is random"
        yield Finding(name, found, UP)
    elif project.show_collab_predictions:
        yield Finding(name, "predictions are shown to annotators before they decide", UP)
    else:
        closed = "closed: the budget is spent, or annotating is paused"
        yield Finding(name, closed if known.closed else f"by {known.order_version}")


def _connection(installation: Installation, server: "Server", row: CampaignRow, known: ProjectRow) -> Iterator[Finding]:
    address, credentials = installation.settings.address, installation.keyring.credentials(row.name)
    states = [c.state for c in server.connections(known.project) if c.url.rstrip("/") == address]
    yield Finding(f"backend in project {known.project}", *_connection_fault(states))
    hooks = [hook for hook in server.hooks(known.project) if hook.url == f"{address}/webhook"]
    yield Finding(f"webhook of project {known.project}", *_hook_fault(hooks, credentials))


def _connection_fault(states: Sequence[str]) -> tuple[str, str]:
    """What was found of a project's connections to us, by their states, and the fix."""
    if states == [CONNECTED]:
        return "connected", ""
    if not states:
        return "is not connected", UP
    if len(states) > 1:
        return f"is connected {len(states)} times", UP
    return f"connected, but Label Studio could not reach it (state {states[0]})", UP


def _hook_fault(hooks: Sequence[Hook], credentials: Credentials) -> tuple[str, str]:
    """What was found of a project's webhooks to us, and the fix. Nothing here prints the password."""
    if not hooks:
        return "is missing: no event would ever come", UP
    if len(hooks) > 1:
        return f"exists {len(hooks)} times", UP
    if not hooks[0].active:
        return "is switched off", UP
    if hooks[0].authorization != credentials.header:
        fix = f"{UP}, which adds it; `clime password {credentials.user}` prints the login, to add it by hand"
        return "does not carry the password: events would be refused", fix
    return "in place, with password", ""
