"""A project we know: is it still there, and still the same one?"""

from clime_core.errors import ExchangeError
from ml_backend.ground.label_studio import NotFoundError, Project, Server
from ml_backend.ground.store.tables import ProjectRow


def known_project(server: Server, row: ProjectRow) -> Project:
    """The project as it is now. Raises ExchangeError where it was deleted: its annotations went with it.

    A project is (server, id, creation time): without this look, annotations of a deleted project would be taken for
    annotations that were taken back.
    """
    try:
        project = server.project(row.project)
    except NotFoundError:
        project = None
    if project is None or project.created != row.created:
        raise ExchangeError(
            f"{server.url}: the {row.role} project {row.project} of this campaign is no longer there; "
            "restore it there, or start again under another campaign name"
        )
    return project
