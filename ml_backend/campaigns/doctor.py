"""`clime doctor`: what is wrong with a campaign, in one line each, with its fix."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from clime_core.errors import ClimeError
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign, read_campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.client import CONNECTED, SERVED, Project, Server
from ml_backend.label_studio.label_configs import check_label_config
from ml_backend.store.campaigns import find_campaign, projects_of
from ml_backend.store.tables import CampaignRow, ProjectRow, Role
from ml_backend.store.version_folder import VersionFolder


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fix` is empty where all is well."""

    what: str
    found: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is nothing to fix."""
        return not self.fix


def examine(installation: Installation, path: Path) -> Iterator[Finding]:
    """Look at everything, in the order in which faults hide each other; stop where nothing further can be seen."""
    try:
        campaign = read_campaign(path)
    except ClimeError as error:
        yield Finding("campaign file", str(error), "correct the file")
        return
    yield Finding("campaign file", str(path))
    with installation.store.reading() as session:
        row = find_campaign(session, campaign.name)
        projects = projects_of(session, row) if row is not None else []
    yield from _data(installation, campaign, projects)
    server: Server | None = None
    try:
        server = installation.server(campaign)
        who = server.whoami()
    except ClimeError as error:
        yield Finding("Label Studio", str(error), "see the message")
        return
    yield Finding("Label Studio", f"{server.release()} at {server.url}, as {who}")
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


def _data(installation: Installation, campaign: Campaign, projects: list[ProjectRow]) -> Iterator[Finding]:
    if campaign.data.pool is None and not projects:
        yield Finding("data", "the pool is a project that was not read yet")
        return
    try:
        campaign_data = campaign_data_of(installation, campaign, projects)
    except ClimeError as error:
        yield Finding("data", str(error), "correct the file")
        return
    for note in campaign_data.notes:
        yield Finding("vectors", note)
    for name, part in campaign_data.coverage().items():
        if part.documents:
            found = f"{part.documents} documents, {part.share:.0%} of the tokens have a vector"
            poor = "check language, case and tokenisation of the vectors" if part.share < 0.5 else ""
            yield Finding(name, found, poor)


def _token_kind(token: str) -> str:
    return "a personal access token" if token.count(".") == 2 else "a legacy token"  # a JWT has three parts


def _backend(installation: Installation) -> Finding:
    own = installation.keyring.credentials("clime")
    address = installation.settings.address
    try:
        answer = requests.get(f"{address}/health", auth=(own.user, own.password), timeout=5)
    except requests.RequestException:
        return Finding("backend", f"nothing answers at {address}", "run `clime serve`, or set CLIME_PUBLIC_URL")
    if answer.status_code == requests.codes.unauthorized:
        return Finding(
            "backend", f"{address} has other passwords", "use the data folder (CLIME_DATA_DIR) of that server"
        )
    if answer.status_code != requests.codes.ok:
        return Finding(
            "backend", f"{address} answers {answer.status_code}", "see whether another program uses the port"
        )
    return Finding("backend", f"answers at {address}")


def _address(campaign: Campaign, installation: Installation) -> Iterator[Finding]:
    """Label Studio must reach us. From here one can only see whether the address could lead there at all."""
    theirs, ours = urlsplit(campaign.label_studio.url).hostname, urlsplit(installation.settings.address).hostname
    local = {"localhost", "127.0.0.1", "::1"}
    if ours in local and theirs not in local:
        fix = "set CLIME_PUBLIC_URL to an address of this machine that Label Studio can reach"
        yield Finding("way back", f"Label Studio at {theirs} cannot reach {ours}", fix)
    if ours and ours not in local and not {".", ":"} & set(ours):
        fix = "set CLIME_PUBLIC_URL to another name of this machine, such as clime.internal"
        yield Finding("way back", f"Label Studio refuses webhooks to {ours}: the name has no dot", fix)


def _version(installation: Installation, row: CampaignRow) -> Finding:
    if row.live_version is None:
        return Finding("model version", "none yet", "run `clime up`, or see the campaign page for a failed round")
    folder = VersionFolder.of(installation.folder(row), row.live_version)
    if not folder.exists:
        return Finding("model version", f"{row.live_version} has lost its folder {folder.path}", "press Start training")
    if row.paused:
        return Finding("model version", f"{row.live_version} is live, training is paused", f"`clime resume {row.name}`")
    return Finding("model version", f"{row.live_version} is live")


def _people(server: Server, campaign: Campaign) -> Iterator[Finding]:
    there = set(server.users().values())
    for name in sorted(campaign.work.minutes_of.keys() - there):
        yield Finding("work.minutes_of", f"{name} is no user of Label Studio", "correct the address, or invite them")


def _project(
    installation: Installation, server: Server, campaign: Campaign, row: CampaignRow, known: ProjectRow
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
    tag = known.tag["from_name"] if known.tag else None
    found = check_label_config(project.label_config, Role(known.role).value, campaign.task.categories, tag)
    for problem in found.problems:
        yield Finding(f"label config of project {project.id}", problem, "correct it in the project's settings")
    if not found.problems:
        yield Finding(f"label config of project {project.id}", "fits the campaign")


def _order(known: ProjectRow, project: Project) -> Iterator[Finding]:
    name = f"order of project {project.id}"
    wanted = None if known.closed else SERVED
    if project.sampling != wanted:
        yield Finding(name, f"sampling is {project.sampling!r}", f"set it to {wanted!r}, or run `clime up`")
    elif known.order_version and project.model_version != known.order_version:
        found = f"model version is {project.model_version!r} and not {known.order_version!r}: the order is random"
        yield Finding(name, found, "run `clime up`")
    elif project.show_collab_predictions:
        yield Finding(name, "predictions are shown to annotators before they decide", "run `clime up`")
    else:
        closed = "closed: the budget is spent, or annotating is paused"
        yield Finding(name, closed if known.closed else f"by {known.order_version}")


def _connection(installation: Installation, server: Server, row: CampaignRow, known: ProjectRow) -> Iterator[Finding]:
    address, mine = installation.settings.address, installation.keyring.credentials(row.name)
    states = [c.state for c in server.connections(known.project) if c.url.rstrip("/") == address]
    found = {0: "is not connected", 1: "connected"}.get(len(states), f"is connected {len(states)} times")
    good = states == [CONNECTED]
    bad_state = "" if good or len(states) != 1 else f", but Label Studio could not reach it (state {states[0]})"
    yield Finding(f"backend in project {known.project}", found + bad_state, "" if good else "run `clime up`")
    hooks = [hook for hook in server.hooks(known.project) if hook.url == f"{address}/webhook"]
    checks: list[tuple[Callable[[], bool], str]] = [
        (lambda: not hooks, "is missing: no event would ever come"),
        (lambda: len(hooks) > 1, "is there more than once"),
        (lambda: not hooks[0].active, "is switched off"),
        (
            lambda: hooks[0].authorization != mine.header,
            "does not carry the password: events would be refused",
        ),
    ]
    wrong = next((text for is_wrong, text in checks if is_wrong()), None)
    yield Finding(
        f"webhook of project {known.project}",
        wrong or "in place, with password",
        "run `clime up`" if wrong else "",
    )
