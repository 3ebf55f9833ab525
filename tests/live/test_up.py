"""`clime up` against a real Label Studio: once, twice, after losses."""

import pytest

from clime_core.errors import ExchangeError
from ml_backend.auth import OPERATOR
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.store.tables import Role
from tests.live.conftest import MakeStage
from tests.live.stage import Stage, keys


def _held(stage: Stage) -> dict[str, object]:
    """What Label Studio holds for the campaign, as far as doing things twice could double it."""
    project = stage.project_row().project
    return {
        "projects": stage.titles().count(stage.name),
        "backends": len(stage.server.connections(project)),
        "webhooks": len(stage.server.hooks(project)),
        "tasks": sorted(task.id for task in stage.server.tasks(project)),
        "scores": {task: list(by.values()) for task, by in stage.scores().items()},
    }


def test_up_makes_and_connects_one_project(stage: Stage) -> None:
    """After `clime up` there is one project, backend and webhook, and one scored lot of tasks."""
    held = _held(stage)
    assert (held["projects"], held["backends"], held["webhooks"]) == (1, 1, 1)
    assert [task.task for task in stage.tasks] == held["tasks"] == sorted(stage.scores())
    assert len(stage.tasks) == stage.campaign.work.lot
    assert stage.live == 1


def test_up_twice_doubles_nothing(stage: Stage) -> None:
    """The second `clime up` changes nothing in Label Studio and makes no model version."""
    before, order = _held(stage), stage.order()
    stage.up()
    assert _held(stage) == before
    assert stage.order() == order
    assert stage.live == 1


def test_up_keeps_the_order_when_the_backend_moves(make_stage: MakeStage) -> None:
    """With another address the old connection and webhook are replaced, and the queue keeps its order."""
    first = make_stage()
    first.up()
    order = first.order()
    moved = make_stage()  # the same data folder, another port
    moved.up()
    project = moved.project_row().project
    assert [c.url for c in moved.server.connections(project)] == [moved.installation.settings.address]
    assert [h.url for h in moved.server.hooks(project)] == [f"{moved.installation.settings.address}/webhook"]
    assert moved.order() == order
    assert moved.project().model_version == moved.project_row().order_version


def test_up_mends_a_webhook_without_password(stage: Stage) -> None:
    """A webhook that carries no password, as Label Studio registers it, gets one."""
    project = stage.project_row().project
    (hook,) = stage.server.hooks(project)
    stage.ask("PATCH", f"/api/webhooks/{hook.id}/", {"headers": {}})
    assert stage.server.hooks(project)[0].authorization is None
    stage.up()
    (fixed,) = stage.server.hooks(project)
    assert (fixed.id, fixed.authorization) == (
        hook.id,
        stage.installation.keyring.credentials(stage.name).header,
    )


def test_up_removes_a_second_backend(stage: Stage) -> None:
    """Of two connections to us one remains, and the project is still served by the published order."""
    project = stage.project_row().project
    own = stage.installation.keyring.credentials(stage.name)
    stage.server.connect(project, stage.installation.settings.address, "again", own)
    assert len(stage.server.connections(project)) == 2
    stage.up()
    assert len(stage.server.connections(project)) == 1
    assert stage.project().model_version == stage.project_row().order_version


def test_up_replaces_a_connection_by_the_operator(stage: Stage) -> None:
    """A connection to us by the operator's password is replaced by one with the campaign's own."""
    project = stage.project_row().project
    (before,) = stage.server.connections(project)
    stage.server.disconnect(before.id)
    operator = stage.installation.keyring.credentials(OPERATOR)
    stage.server.connect(project, stage.installation.settings.address, "by hand", operator)
    stage.up()
    assert [c.user for c in stage.server.connections(project)] == [stage.name]


def test_up_refuses_a_deleted_project(stage: Stage) -> None:
    """A project that was deleted is not silently made again: its annotations went with it."""
    stage.ask("DELETE", f"/api/projects/{stage.project_row().project}/")
    with pytest.raises(ExchangeError, match=r"mixed project \d+ of this campaign is no longer there"):
        stage.up()


def test_up_adopts_after_a_lost_store(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """With a new data folder the project, its tasks and what was said of them are found again."""
    first = make_stage()
    first.up()
    task = first.take(annotator)
    first.answer(annotator, task)
    first.work()
    again = make_stage(data="another-folder")
    with pytest.raises(ExchangeError, match=r"connected to another clime at .*; use another campaign name"):
        again.up()  # the first one is still alive
    for connection in first.server.connections(first.project_row().project):
        first.server.disconnect(connection.id)
    again.up()
    assert again.project_row().project == first.project_row().project
    assert set(keys(first.tasks)) <= set(keys(again.tasks))
    assert len(keys(again.tasks)) == len(set(keys(again.tasks)))
    assert [v.annotator for v in again.readings.visits] == [annotator.email]
    before, after = first.readings, again.readings
    assert (after.labels, after.marks) == (before.labels, before.marks)
    assert len(again.tasks) == len(list(again.server.tasks(again.project_row(Role.MIXED).project)))


@pytest.mark.parametrize(
    "by_hand",
    [
        {"sampling": "Sequential sampling"},
        {"model_version": "the backend's title"},
        {"show_collab_predictions": True},
        {"sampling": None},
    ],
    ids=lambda change: next(iter(change)) + str(next(iter(change.values()))),
)
def test_up_mends_settings_changed_by_hand(stage: Stage, by_hand: dict[str, object]) -> None:
    """Settings on which the order depends are put right, whatever somebody set them to."""
    order = stage.order()
    if "model_version" in by_hand:  # as a person chooses the connected model in the settings
        by_hand = {"model_version": f"clime: {stage.name}"}
    stage.server.change_project(stage.project_row().project, **by_hand)
    stage.up()
    project = stage.project()
    assert (project.sampling, project.show_collab_predictions) == ("Uncertainty sampling", False)
    assert project.model_version == stage.project_row().order_version
    assert stage.order() == order
