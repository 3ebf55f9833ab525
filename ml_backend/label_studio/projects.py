"""A campaign's project: its row in the store and the Label Studio server that holds it."""

from collections.abc import Iterable
from dataclasses import dataclass

from clime_core.errors import ExchangeError
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.errors import NotFoundError
from ml_backend.label_studio.records import Project
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
        """The project as Label Studio has it now. Raises ExchangeError where it was deleted.

        A project is (server, id, creation time), because ids are used again. Without this check all annotations of a
        deleted project would count as taken back.
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


def linked_projects(server: Server, store: Store, rows: Iterable[ProjectRow]) -> list[LinkedProject]:
    """The projects of these rows, all on one server."""
    return [LinkedProject(server, store, row) for row in rows]


def rows_of(projects: Iterable[LinkedProject]) -> list[ProjectRow]:
    """The projects' rows in the store."""
    return [project.row for project in projects]
