"""A campaign's project on its server."""

import pytest

from clime_core.errors import ExchangeError
from ml_backend.label_studio.errors import UnreachableError
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, another_project


def test_it_is_looked_up_by_its_number(stage: PaperCampaign) -> None:
    """As it is there now."""
    project = stage.project()
    assert project.number == project.row.project
    assert project.look_up() == stage.server.project(project.number)


def test_a_project_that_was_deleted_is_named(stage: PaperCampaign) -> None:
    """With its role, its number and what to do."""
    project = stage.project()
    stage.server.delete_project(project.number)
    with pytest.raises(ExchangeError, match=rf"http://ls.example: the mixed project {project.number} .*another camp"):
        project.look_up()


def test_another_project_under_the_same_number_is_not_ours(stage: PaperCampaign) -> None:
    """Numbers are used again; the time of creation tells them apart."""
    another_project(stage)
    with pytest.raises(ExchangeError, match="no longer there"):
        stage.project().look_up()


def test_a_server_that_is_away_is_no_deleted_project(stage: PaperCampaign) -> None:
    """Waiting helps there, and the message must not send people to restore a project."""
    stage.server.fails = ("before", "project")
    with pytest.raises(UnreachableError, match="away"):
        stage.project().look_up()
