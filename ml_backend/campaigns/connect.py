"""Connecting a project: settings, the ML backend with basic auth, the webhook with its password.

Each step reads the present state and changes only what differs, so that connecting twice changes nothing.
"""

from dataclasses import dataclass

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.records import CONNECTED, LOWEST_SCORE_FIRST, Project
from ml_backend.queue.publish import forget_reopened
from ml_backend.store.campaigns import find_project, projects_of
from ml_backend.store.database import Store
from ml_backend.store.tables import CampaignRow, ProjectRow, Role

DESCRIPTION = "Made by clime. Campaign: {name}, {role}."
"""The description by which a project is found again when the store was lost."""

TITLE_PREFIX = "clime: "
"""How the title of our ML backends begins."""

MAX_TITLE_LENGTH = 50
"""Characters that Label Studio takes as a project's title."""


@dataclass(frozen=True)
class ProjectSpec:
    """A project that the campaign needs, each of whose tasks `overlap` annotators do. `existing` is the team's own."""

    role: Role
    label_config: str
    existing: int | None = None
    overlap: int = 1


def ensure_project(server: Server, store: Store, campaign: CampaignRow, spec: ProjectSpec, url: str) -> LinkedProject:
    """The project in that role, found or created, with the settings that the campaign needs.

    `url` is the backend's address. Raises ExchangeError where the project was deleted, or serves another campaign.
    """
    row = _known(store, campaign, spec.role)
    if row is not None:
        project = LinkedProject(server, store, row).look_up()
        _move(store, row, server)
    else:
        project = _found(store, server, campaign, spec, url) or _create(server, campaign, spec)
        row = _remember(store, campaign, spec.role, server, project)
    linked = LinkedProject(server, store, row)
    _apply_settings(linked, project, spec)
    return linked


def _title(name: str, role: Role) -> str:
    """The title in Label Studio's list of projects, cut to the length that it takes."""
    suffix = "" if role is Role.MIXED else f" ({role})"
    return name[: MAX_TITLE_LENGTH - len(suffix)] + suffix


def _known(store: Store, campaign: CampaignRow, role: Role) -> ProjectRow | None:
    with store.reading() as session:
        return next((p for p in projects_of(session, campaign) if p.role == role), None)


def _found(store: Store, server: Server, campaign: CampaignRow, spec: ProjectSpec, url: str) -> Project | None:
    """The team's own project, or one that we created and the store has lost. It serves no other campaign."""
    if spec.existing is not None:
        project: Project | None = server.project(spec.existing)
    else:
        project = server.find_project(_description(campaign, spec.role))
    if project is not None:
        _check_free(store, server, project, url)
    return project


def _create(server: Server, campaign: CampaignRow, spec: ProjectSpec) -> Project:
    title, description = _title(campaign.name, spec.role), _description(campaign, spec.role)
    return server.create_project(title, description, spec.label_config)


def _description(campaign: CampaignRow, role: Role) -> str:
    return DESCRIPTION.format(name=campaign.name, role=role)


def _check_free(store: Store, server: Server, project: Project, url: str) -> None:
    """Check that the project serves no other campaign, of this or another installation. Raises ExchangeError."""
    with store.reading() as session:
        taken = find_project(session, server.url, project.id, project.created)
        owner = session.get_one(CampaignRow, taken.campaign_id).name if taken is not None else None
    if owner is not None:
        raise ExchangeError(f"project {project.id} already serves the campaign {owner}; name another project")
    connections = [c for c in server.connections(project.id) if c.title.startswith(TITLE_PREFIX)]
    urls = [c.url for c in connections if c.state == CONNECTED and c.url.rstrip("/") != url]
    if urls:
        raise ExchangeError(
            f"project {project.id} is connected to another clime at {urls[0]}; use another campaign name, or remove"
            " that ML backend in the project's settings"
        )


def _move(store: Store, row: ProjectRow, server: Server) -> None:
    """Note the server's present address: the same project may have moved."""
    with store.session() as session:
        session.merge(row).server = server.url
    row.server = server.url


def _remember(store: Store, campaign: CampaignRow, role: Role, server: Server, project: Project) -> ProjectRow:
    row = ProjectRow(campaign_id=campaign.id, role=role, server=server.url, project=project.id, created=project.created)
    with store.session() as session:
        session.add(row)
    return row


def _apply_settings(linked: LinkedProject, project: Project, spec: ProjectSpec) -> None:
    """Serve by score, show no predictions. A team's own project keeps label config, overlap and the rule for skips."""
    settings: dict[str, object] = {"show_collab_predictions": False}
    if not linked.row.closed:
        settings["sampling"] = LOWEST_SCORE_FIRST
    if spec.existing is None:
        settings |= {
            "label_config": spec.label_config,
            "skip_queue": "IGNORE_SKIPPED",  # else a skipped task goes to the next annotator
            "maximum_annotations": spec.overlap,
        }
    changes = {name: value for name, value in settings.items() if _plain(getattr(project, name)) != _plain(value)}
    if "maximum_annotations" in changes:
        forget_reopened(linked.store, linked.row)  # Label Studio forgets them too; ties are then asked about again
    if changes:
        linked.server.change_project(linked.number, **changes)


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def ensure_connected(project: LinkedProject, url: str, credentials: Credentials) -> None:
    """Connect the backend once, under this address and user, and so that Label Studio reaches it.

    Where predictions are shown, connecting sets the project's model version to the backend's title, which matches no
    score: publish an order next.
    """
    ours = [
        c for c in project.server.connections(project.number) if c.url.rstrip("/") == url or c.user == credentials.user
    ]
    working = [c for c in ours if c.url.rstrip("/") == url and c.user == credentials.user and c.state == CONNECTED]
    for connection in ours:
        if connection not in working[:1]:
            project.server.disconnect(connection.id)
    if not working:
        project.server.connect(project.number, url, f"{TITLE_PREFIX}{credentials.user}", credentials)


def ensure_hook(project: LinkedProject, url: str, credentials: Credentials) -> None:
    """Have one webhook to us, active and with the password. Our webhooks to other addresses are removed.

    Label Studio registers a webhook without a password when a backend is connected, and may fail to.
    """
    address = f"{url}/webhook"
    hooks = project.server.hooks(project.number)
    ours = [hook for hook in hooks if hook.url == address]
    for hook in hooks:
        if hook in ours[1:] or (hook.authorization == credentials.header and hook.url != address):
            project.server.remove_hook(hook.id)
    if not ours:
        project.server.add_hook(project.number, address, credentials)
    elif ours[0].authorization != credentials.header or not ours[0].active:
        project.server.update_hook(ours[0].id, credentials)
    if not any(
        h.url == address and h.authorization == credentials.header for h in project.server.hooks(project.number)
    ):
        raise ExchangeError(
            f"{project.server.url}: the webhook {address} of project {project.number} is missing or has no password;"
            " run `clime up` again. If that does not help, add the webhook in the project's settings, with the header"
            f" Authorization: Basic and the base64 of user:password, which `clime password {credentials.user}` prints"
        )
