"""A campaign's project: its row in the store and the Label Studio server that holds it."""

from dataclasses import dataclass

from clime_core.errors import ExchangeError
from ml_backend.label_studio.client import NotFoundError, Project, Server
from ml_backend.store.database import Store
from ml_backend.store.tables import ProjectRow


@dataclass(frozen=True)
class LinkedProject:
    """A project in the store and on its server."""

    server: Server
    store: Store
    row: ProjectRow

    @property
    def number(self) -> int:
        """Label Studio's id of the project."""
        return self.row.project

    def look_up(self) -> Project:
        """The project as it is now. Raises ExchangeError where it was deleted: its annotations went with it.

        A project is (server, id, creation time): without this check, annotations of a deleted project would be taken
        for annotations that were taken back.
        """
        try:
            project = self.server.project(self.number)
        except NotFoundError:
            project = None
        if project is None or project.created != self.row.created:
            raise ExchangeError(
                f"{self.server.url}: the {self.row.role} project {self.number} of this campaign is no longer there; "
                "restore it there, or start again under another campaign name"
            )
        return project
