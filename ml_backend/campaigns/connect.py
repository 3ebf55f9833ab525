"""Connecting a project: settings, the ML backend with basic auth, the webhook with its password.

Each step looks first and changes only what is not right, so that connecting twice changes nothing.
"""

from dataclasses import dataclass

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.label_studio.client import CONNECTED, SERVED, Project, Server
from ml_backend.label_studio.projects import LinkedProject
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
    """A project that the campaign needs. `existing` names one that the team brings.

    `overlap` annotators do each task.
    """

    role: Role
    label_config: str
    existing: int | None = None
    overlap: int = 1


def ensure_project(server: Server, store: Store, campaign: CampaignRow, spec: ProjectSpec, url: str) -> LinkedProject:
    """The project in that role: found or made, its label config up to date, serving by score without predictions.

    `url` is the backend's address. Raises ExchangeError where the project is gone, or serves somebody else.
    """
    known = _known(store, campaign, spec.role)
    there = LinkedProject(server, store, known).look_up() if known is not None else _found(server, campaign, spec)
    if there is not None and known is None:
        _check_free(store, server, there, url)
    if there is None:
        description = DESCRIPTION.format(name=campaign.name, role=spec.role)
        there = server.create_project(_title(campaign.name, spec.role), description, spec.label_config)
    project = LinkedProject(server, store, _remember(store, campaign, spec.role, server, there, known))
    _apply_settings(project, there, spec)
    return project


def _title(name: str, role: Role) -> str:
    """What people see in the list of projects; Label Studio takes no longer ones."""
    suffix = "" if role is Role.MIXED else f" ({role})"
    return name[: MAX_TITLE_LENGTH - len(suffix)] + suffix


def _known(store: Store, campaign: CampaignRow, role: Role) -> ProjectRow | None:
    with store.reading() as session:
        return next((p for p in projects_of(session, campaign) if p.role == role), None)


def _found(server: Server, campaign: CampaignRow, spec: ProjectSpec) -> Project | None:
    """The project that the team brings, or one of ours that the store has lost."""
    if spec.existing is not None:
        return server.project(spec.existing)
    return server.find_project(DESCRIPTION.format(name=campaign.name, role=spec.role))


def _check_free(store: Store, server: Server, project: Project, url: str) -> None:
    """A project that we find serves no other campaign, here or of another installation. Raises ExchangeError."""
    with store.reading() as session:
        taken = find_project(session, server.url, project.id, project.created)
        owner = session.get_one(CampaignRow, taken.campaign_id).name if taken is not None else None
    if owner is not None:
        raise ExchangeError(f"project {project.id} already serves the campaign {owner}; name another project")
    living = [c for c in server.connections(project.id) if c.title.startswith(TITLE_PREFIX) and c.state == CONNECTED]
    others = [c.url for c in living if c.url.rstrip("/") != url]
    if others:
        raise ExchangeError(
            f"project {project.id} is connected to another clime at {others[0]}; use another campaign name, or remove"
            " that ML backend in the project's settings"
        )


def _remember(
    store: Store,
    campaign: CampaignRow,
    role: Role,
    server: Server,
    project: Project,
    known: ProjectRow | None,
) -> ProjectRow:
    if known is not None:
        with store.session() as session:
            session.merge(known).server = server.url  # the same project may have moved to another address
        known.server = server.url
        return known
    row = ProjectRow(campaign_id=campaign.id, role=role, server=server.url, project=project.id, created=project.created)
    with store.session() as session:
        session.add(row)
    return row


def _apply_settings(project: LinkedProject, there: Project, spec: ProjectSpec) -> None:
    """Serve by score, show no predictions. A team's own project keeps its label config, overlap and way with skips."""
    right: dict[str, object] = {"show_collab_predictions": False}
    if not project.row.closed:
        right["sampling"] = SERVED
    if spec.existing is None:
        right |= {
            "label_config": spec.label_config,
            "skip_queue": "IGNORE_SKIPPED",  # else a skipped task goes to the next annotator
            "maximum_annotations": spec.overlap,
        }
    changes = {name: value for name, value in right.items() if _plain(getattr(there, name)) != _plain(value)}
    if "maximum_annotations" in changes:
        forget_reopened(project.store, project.row)  # before Label Studio does: whatever is tied then is asked again
    if changes:
        project.server.change_project(project.number, **changes)


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def ensure_connected(project: LinkedProject, url: str, credentials: Credentials) -> None:
    """The backend is connected once, under this address and user, and lives.

    Connecting sets the project's model version to the backend's title, which matches no score: publish an order next.
    """
    ours = [
        c for c in project.server.connections(project.number) if c.url.rstrip("/") == url or c.user == credentials.user
    ]
    good = [c for c in ours if c.url.rstrip("/") == url and c.user == credentials.user and c.state == CONNECTED]
    for connection in ours:
        if connection not in good[:1]:
            project.server.disconnect(connection.id)
    if not good:
        project.server.connect(project.number, url, f"{TITLE_PREFIX}{credentials.user}", credentials)


def ensure_hook(project: LinkedProject, url: str, credentials: Credentials) -> None:
    """There is one webhook to us, active and with the password. Hooks of ours to other addresses are removed.

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
            f"{project.server.url}: the webhook {address} of project {project.number} is missing or has no password; "
            "add it in the project's settings, with the Authorization header that `clime doctor` shows"
        )
