"""Connecting a project: each step changes only what is not right."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.campaigns.connect import (
    MAX_TITLE_LENGTH,
    ProjectSpec,
    ensure_connected,
    ensure_hook,
    ensure_project,
)
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.tables import CampaignRow, ProjectRow, Role, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign

ADDRESS = "http://clime.example:9090"
OTHER = "http://other.example:9090"
OWN = Credentials("health", "secret")
SPEC = ProjectSpec(Role.MIXED, "<View/>", overlap=2)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A campaign in the store without projects."""
    with paper_campaign(tmp_path, linked=False) as made:
        made.save()
        yield made


def ensure(stage: PaperCampaign, spec: ProjectSpec = SPEC, row: CampaignRow | None = None) -> LinkedProject:
    """The project as `clime up` makes sure of it."""
    return ensure_project(stage.server, stage.installation.store, row or stage.row, spec, ADDRESS)


def another_campaign(stage: PaperCampaign, name: str = "law") -> CampaignRow:
    """A second campaign of the same installation."""
    with stage.installation.store.session() as session:
        return save_campaign(session, name, {})


def writes(stage: PaperCampaign) -> list[str]:
    """What was asked that changes something."""
    kinds = ("create", "change", "connect", "disconnect", "add_", "update_", "remove_", "close")
    return [name for name in stage.server.requests if name.startswith(kinds) and name != "connections"]


def test_a_project_is_made_as_the_campaign_needs_it(stage: PaperCampaign) -> None:
    """Served by score, without predictions, a skip being an answer; the store knows it by number and time."""
    project = ensure(stage)
    there = stage.server.projects[project.number]
    assert (there.title, there.description) == ("health", "Made by clime. Campaign: health, mixed.")
    assert (there.label_config, there.sampling, there.show_collab_predictions) == ("<View/>", LOWEST_SCORE_FIRST, False)
    assert (there.maximum_annotations, there.skip_queue) == (2, "IGNORE_SKIPPED")
    (row,) = stage.stored(ProjectRow)
    assert (row.project, row.created, row.server, row.role) == (there.id, there.created, stage.server.url, "mixed")


def test_doing_it_again_changes_nothing(stage: PaperCampaign) -> None:
    """Neither there nor in the store."""
    ensure(stage)
    stage.server.requests.clear()
    ensure(stage)
    assert writes(stage) == []
    assert len(stage.server.projects) == len(stage.stored(ProjectRow)) == 1


def test_what_was_changed_by_hand_is_put_right(stage: PaperCampaign) -> None:
    """Only that; space around the label config is no change."""
    number = ensure(stage).number
    stage.server.projects[number] = replace(stage.server.projects[number], label_config=" <View/>\n", sampling=None)
    stage.server.requests.clear()
    ensure(stage)
    there = stage.server.projects[number]
    assert there.sampling == LOWEST_SCORE_FIRST
    assert there.label_config == " <View/>\n"


def test_a_closed_queue_stays_closed(stage: PaperCampaign) -> None:
    """`clime up` serves nobody whose budget is spent."""
    project = ensure(stage)
    stage.server.change_project(project.number, sampling=None)
    with stage.installation.store.session() as session:
        session.get_one(ProjectRow, project.row.id).closed = True
    ensure(stage)
    assert stage.server.projects[project.number].sampling is None


def test_another_number_of_annotators_forgets_who_was_asked_again(stage: PaperCampaign) -> None:
    """Label Studio does so too, with every task of the project."""
    project = ensure(stage)
    with stage.installation.store.session() as session:
        session.add(TaskRow(project_id=project.row.id, key="d:1", activity="documents", data={}, task=1, overlap=3))
    ensure(stage)
    assert [task.overlap for task in stage.stored(TaskRow)] == [3]
    ensure(stage, replace(SPEC, overlap=1))
    assert [task.overlap for task in stage.stored(TaskRow)] == [None]
    assert stage.server.projects[project.number].maximum_annotations == 1


def test_titles_are_as_long_as_label_studio_takes_them(stage: PaperCampaign) -> None:
    """A long name is cut, the role of two projects is kept."""
    row = another_campaign(stage, "n" * 64)
    for role, end in ((Role.MIXED, "n"), (Role.WORDS, " (words)")):
        title = stage.server.projects[ensure(stage, replace(SPEC, role=role), row).number].title
        assert len(title) == MAX_TITLE_LENGTH
        assert title.endswith(end)


def test_a_project_of_ours_is_found_again_when_the_store_was_lost(stage: PaperCampaign) -> None:
    """By its description; no second one is made."""
    number = ensure(stage).number
    with stage.installation.store.session() as session:
        session.delete(session.get_one(ProjectRow, stage.stored(ProjectRow)[0].id))
    assert ensure(stage).number == number
    assert len(stage.server.projects) == 1


def test_a_project_that_is_gone_is_not_made_again(stage: PaperCampaign) -> None:
    """Its annotations went with it: a person decides."""
    stage.server.delete_project(ensure(stage).number)
    with pytest.raises(ExchangeError, match="no longer there"):
        ensure(stage)
    assert stage.server.projects == {}


def test_a_server_that_moved_is_remembered(stage: PaperCampaign) -> None:
    """The same project at another address."""
    ensure(stage)
    stage.server.url = "http://moved.example"
    ensure(stage)
    assert [row.server for row in stage.stored(ProjectRow)] == ["http://moved.example"]


def test_a_team_keeps_its_own_label_config(stage: PaperCampaign) -> None:
    """And its overlap and its way with skips; the order is ours."""
    own = stage.server.create_project("theirs", "", "<View>theirs</View>")
    stage.server.change_project(own.id, sampling="Sequential sampling", show_collab_predictions=True)
    project = ensure(stage, ProjectSpec(Role.DOCUMENTS, "<View/>", own.id, 2))
    there = stage.server.projects[project.number]
    assert (there.id, there.label_config, there.maximum_annotations) == (own.id, "<View>theirs</View>", 1)
    assert there.skip_queue == "REQUEUE_FOR_OTHERS"
    assert (there.sampling, there.show_collab_predictions) == (LOWEST_SCORE_FIRST, False)


def test_a_project_serves_one_campaign(stage: PaperCampaign) -> None:
    """The message names the campaign that has it."""
    own = stage.server.create_project("theirs", "", "<View/>")
    ensure(stage, ProjectSpec(Role.DOCUMENTS, "<View/>", own.id))
    with pytest.raises(ExchangeError, match=f"project {own.id} already serves the campaign health"):
        ensure(stage, ProjectSpec(Role.DOCUMENTS, "<View/>", own.id), another_campaign(stage))


@pytest.mark.parametrize(
    ("url", "title", "state", "free"),
    [
        (OTHER, "clime: law", "CO", False),
        (OTHER, "clime: law", "ER", True),  # that one is dead
        (OTHER, "their model", "CO", True),  # that one is no clime
        (f"{ADDRESS}/", "clime: law", "CO", True),  # that one is ours
    ],
)
def test_a_project_of_another_installation_is_left_to_it(
    stage: PaperCampaign, url: str, title: str, state: str, free: bool
) -> None:
    """As long as a clime lives there."""
    own = stage.server.create_project("theirs", "", "<View/>")
    stage.server.backend_state = state
    stage.server.connect(own.id, url, title, OWN)
    spec = ProjectSpec(Role.DOCUMENTS, "<View/>", own.id)
    if free:
        assert ensure(stage, spec).number == own.id
        return
    with pytest.raises(ExchangeError, match=f"connected to another clime at {OTHER}"):
        ensure(stage, spec)
    assert stage.stored(ProjectRow) == []


def test_a_backend_is_connected_once(stage: PaperCampaign) -> None:
    """With its user; again nothing changes."""
    project = ensure(stage)
    ensure_connected(project, ADDRESS, OWN)
    (made,) = stage.server.connections(project.number)
    assert (made.url, made.user, made.title) == (ADDRESS, "health", "clime: health")
    ensure_connected(project, ADDRESS, OWN)
    assert stage.server.connections(project.number) == [made]


@pytest.mark.parametrize("fault", ["another address", "another user", "dead", "twice"])
def test_a_connection_that_is_not_right_is_replaced(stage: PaperCampaign, fault: str) -> None:
    """One good one is left; a stranger's stays."""
    project = ensure(stage)
    stage.server.connect(project.number, "http://model.example", "their model", Credentials("them", "x"))
    stage.server.backend_state = "ER" if fault == "dead" else "CO"
    user = Credentials("law", "x") if fault == "another user" else OWN
    for _ in range(2 if fault == "twice" else 1):
        stage.server.connect(project.number, OTHER if fault == "another address" else ADDRESS, "clime: health", user)
    stage.server.backend_state = "CO"
    ensure_connected(project, ADDRESS, OWN)
    theirs, ours = stage.server.connections(project.number)
    assert theirs.url == "http://model.example"
    assert (ours.url, ours.user, ours.state) == (ADDRESS, "health", "CO")


def test_the_webhook_gets_the_password(stage: PaperCampaign) -> None:
    """Label Studio registers it without one when the backend is connected; where it failed to, we add it."""
    for registers in (True, False):
        stage.server.registers_hooks = registers
        project = ensure(stage, replace(SPEC, role=Role.MIXED if registers else Role.WORDS))
        ensure_connected(project, ADDRESS, OWN)
        ensure_hook(project, ADDRESS, OWN)
        (hook,) = stage.server.hooks(project.number)
        assert (hook.url, hook.authorization, hook.active) == (f"{ADDRESS}/webhook", OWN.header, True)
        stage.server.requests.clear()
        ensure_hook(project, ADDRESS, OWN)
        assert writes(stage) == []


def test_hooks_of_ours_that_are_too_many_are_removed(stage: PaperCampaign) -> None:
    """A second one, and one with our password to an old address; one that was switched off is switched on."""
    project = ensure(stage)
    stage.server.add_hook(project.number, f"{ADDRESS}/webhook", OWN)
    first = stage.server.webhooks[project.number][0]
    stage.server.webhooks[project.number][0] = replace(first, active=False)
    stage.server.add_hook(project.number, f"{ADDRESS}/webhook", OWN)
    stage.server.add_hook(project.number, f"{OTHER}/webhook", OWN)
    stage.server.add_hook(project.number, "http://them.example/webhook", Credentials("them", "x"))
    ensure_hook(project, ADDRESS, OWN)
    ours, theirs = stage.server.hooks(project.number)
    assert (ours.id, ours.active) == (first.id, True)
    assert theirs.url == "http://them.example/webhook"


def test_a_webhook_that_does_not_take_is_reported(stage: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one no event would ever come."""
    project = ensure(stage)
    monkeypatch.setattr(type(stage.server), "add_hook", lambda *_: None)
    with pytest.raises(ExchangeError, match=f"the webhook {ADDRESS}/webhook of project {project.number} is missing"):
        ensure_hook(project, ADDRESS, OWN)
