"""Label Studio goes away in the middle, or the worker dies: nothing is lost, nothing comes twice."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import update

from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.rounds.worker import poll_campaigns
from ml_backend.store.rounds import requeue_dead
from ml_backend.store.tables import CampaignRow, RoundRow
from tests.live.conftest import MakeStage
from tests.live.relay import Relay
from tests.live.stage import Stage, keys, wait_until
from tests.ports import unused_port


class Killed(BaseException):
    """Stands for the end of the process: nothing in the backend catches it."""


@pytest.fixture
def relay(label_studio: LocalLabelStudio) -> Iterator[Relay]:
    """Label Studio behind a wire that can be cut."""
    wire = Relay(label_studio.port)
    yield wire
    wire.cut()


def _whole(stage: Stage) -> None:
    """No task came twice, all that are open have their place in one published order, which is the live version's."""
    row = stage.project_row()
    there = [task.data["key"] for task in stage.server.tasks(row.project)]
    assert sorted(there) == sorted(keys(stage.tasks))
    assert len(there) == len(set(there))
    assert stage.project().model_version == row.order_version
    assert str(row.order_version).startswith(f"clime {stage.live}.")
    open_tasks = {t.task for t in stage.tasks if t.id in stage.readings.open_ids}
    assert open_tasks
    assert open_tasks <= set(stage.order())


@pytest.mark.parametrize("step", ["annotations", "import_tasks", "change_project"])
def test_label_studio_dies_in_the_middle_of_a_round(
    make_stage: MakeStage, annotator: AnnotatorClient, relay: Relay, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The round is put off with a stated wait and done when the server is back; the live version serves meanwhile."""
    stage = make_stage({"work": {"lot": 2}}, url=relay.url, poll_seconds=600)
    stage.up()
    stage.answer(annotator, stage.take(annotator))
    original: Callable[..., Any] = getattr(Server, step)

    def cut_first(*args: Any, **named: Any) -> Any:
        relay.cut()
        monkeypatch.setattr(Server, step, original)
        return original(*args, **named)

    monkeypatch.setattr(Server, step, cut_first)
    assert stage.work() == 1
    status = stage.status()
    assert "cannot be reached" in status["state"]["waiting"]
    assert 0 < status["state"]["again_at"] - status["now"] <= 600
    assert status["state"]["failed"] is None
    assert "Tried again" in stage.get(f"/campaigns/{stage.name}").text
    assert stage.get("/versions").json()["versions"][-1] == "clime 1"
    assert stage.work() == 0, "not before the wait is over"
    relay.join()
    with stage.installation.store.session() as session:
        session.execute(update(RoundRow).where(RoundRow.campaign_id == stage.row.id).values(not_before=0.0))
    assert stage.work()
    assert stage.live == 2
    assert len(stage.readings.visits) == 1
    _whole(stage)


CRASHES = [
    ("push_scores", "before"),
    ("import_tasks", "before"),
    ("import_tasks", "after"),
    ("change_project", "before"),
    ("change_project", "after"),
    ("delete_version", "before"),
]


@pytest.mark.parametrize(("step", "when"), CRASHES, ids=[" ".join(crash) for crash in CRASHES])
def test_the_worker_dies_while_publishing(
    make_stage: MakeStage, annotator: AnnotatorClient, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    """Wherever the worker stops, the next one leaves what an uninterrupted round would have left."""
    stage = make_stage({"work": {"lot": 2}})
    stage.up()
    stage.answer(annotator, stage.take(annotator))
    original: Callable[..., Any] = getattr(Server, step)

    def die(*args: Any, **named: Any) -> Any:
        if when == "after":
            original(*args, **named)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Server, step, die)
        with pytest.raises(Killed):
            stage.work()
    assert stage.get("/versions").status_code == 200
    with stage.installation.store.session() as session:
        assert requeue_dead(session, f"{socket.gethostname()}:1:x", alive=lambda _process: False) == 1
    assert stage.work() == 1
    assert stage.live == 2
    _whole(stage)


def test_a_killed_worker_loses_nothing(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """After kill -9 while training, the last version serves on and the round is done again."""
    stage = make_stage()
    stage.up()
    slow = {**stage.row.spec["round"], "runs": 5, "classifier": {"kind": "cnn", "epochs": 20000}}
    _change_round(stage, slow)
    stage.answer(annotator, stage.take(annotator))
    data, port = str(stage.installation.settings.data_dir), str(unused_port())
    environment = {**os.environ, "CLIME_DATA_DIR": data, "CLIME_PORT": port, "CLIME_DEVICE": "cpu"}
    command = [sys.executable, "-c", "from ml_backend.cli import main; main()", "work"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            wait_until(lambda: stage.rounds[0].step == "train", what="training in another process")
        finally:
            worker.send_signal(signal.SIGKILL)
    assert str(worker.pid) in str(stage.rounds[0].claimed_by).split(":")
    assert stage.rounds[0].state == "running"
    assert stage.live == 1
    (backend,) = stage.server.connections(stage.project_row().project)
    assert stage.ask("GET", f"/api/ml/{backend.id}/versions")["versions"] == ["clime 1"]
    _change_round(stage, stage.campaign.model_dump(mode="json")["round"])
    poll_campaigns(stage.installation)
    assert stage.work() == 1
    assert stage.live == 2
    assert "again: its worker died" in stage.rounds[0].reason
    _whole(stage)


def _change_round(stage: Stage, settings: dict[str, Any]) -> None:
    """Give the stored campaign other settings of its rounds."""
    with stage.installation.store.session() as session:
        row = session.get_one(CampaignRow, stage.row.id)
        row.spec = {**row.spec, "round": settings}
