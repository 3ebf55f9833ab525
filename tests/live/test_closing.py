"""A queue whose time is up closes at once, whatever a round is doing; pauses, and budgets of annotators."""

import os
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner

from clime_core.progress import Progress
from clime_core.round.campaign_round import RoundResult, run_round
from ml_backend.cli.commands import app
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.sync import sync_recent
from ml_backend.queue.publish import open_or_close, publish_order
from ml_backend.queue.time_budget import campaign_budget, ledger_of
from ml_backend.rounds import round as round_module
from ml_backend.rounds.closing import close_if_spent
from ml_backend.store.rounds import queue_round
from ml_backend.store.tables import RoundState
from ml_backend.wsgi import working
from tests.live.conftest import MakeStage
from tests.live.stage import SECONDS, Stage, judged, wait_until


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """While it is cleared, rounds stay at training."""
    gate = Event()
    gate.set()

    def wait(*args: Any, progress: Progress, **named: Any) -> RoundResult:
        progress("train", 0, 0)
        gate.wait()
        return run_round(*args, progress=progress, **named)

    monkeypatch.setattr(round_module, "run_round", wait)
    yield gate
    gate.set()


def clime(stage: Stage, *arguments: str) -> str:
    """Run a command on the stage's data folder; what it prints."""
    settings = stage.installation.settings
    environment = {**os.environ, "CLIME_DATA_DIR": str(settings.data_dir), "CLIME_PORT": str(settings.port)}
    result = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def training(stage: Stage) -> bool:
    """Whether a round is training."""
    newest = [r for r in stage.rounds if r.state == RoundState.RUNNING]
    return any((r.step or "").startswith("train") for r in newest)


def test_it_closes_and_opens_while_a_round_is_training(
    make_stage: MakeStage, annotator: AnnotatorClient, go: Event
) -> None:
    """After the Submit that uses the time up nothing is served; the round that ends later hands nothing out."""
    stage = make_stage({"work": {"budget_minutes": 10, "lot": 10}})
    stage.up()
    for _ in range(4):
        stage.answer(annotator, stage.take(annotator))
    stage.work()
    for _ in range(3):  # so few that the round leaves it to its end to fill their places
        stage.answer(annotator, stage.take(annotator))
    with stage.installation.store.session() as session:
        queue_round(session, stage.row.id, "Start training", forced=True)
    go.clear()
    with working(stage.installation):
        wait_until(lambda: training(stage), what="training")
        for _ in range(2):
            stage.answer(annotator, stage.take(annotator), 280.0)
        out = len(stage.tasks)
        wait_until(lambda: stage.project().sampling is None, what="closing")
        assert training(stage)
        assert stage.next(annotator) is None
        clime(stage, "extend", stage.name, "--minutes", "20")
        wait_until(lambda: stage.project().sampling is not None, what="opening")
        clime(stage, "extend", stage.name, "--minutes", "-20")
        wait_until(lambda: stage.project().sampling is None, what="closing again")
        assert training(stage)
        live = stage.live
        go.set()
        wait_until(lambda: stage.live > live, what="the end of the round")
        wait_until(lambda: all(r.ended_at for r in stage.rounds), what="the end of all rounds")
    assert stage.project().sampling is None
    assert len(stage.tasks) == out
    assert stage.next(annotator) is None
    assert stage.status()["state"]["spent"] is True


def test_settling_at_any_moment_changes_nothing_that_is_right(stage: Stage, annotator: AnnotatorClient) -> None:
    """With time left it only reads what is new: added, changed, skipped; the round finds it and goes on as ever."""
    task = stage.find(annotator, "word")
    annotation = stage.answer(annotator, task)
    before = (len(stage.tasks), stage.project().model_version, stage.live)
    assert close_if_spent(stage.installation, stage.row.id) is False
    assert [visit.seconds for visit in stage.readings.visits][-1] == SECONDS
    annotator.update(annotation["id"], judged(task["data"]), 45.0)
    skipped = stage.take(annotator)
    annotator.submit(skipped["id"], [], 7.0, skipped=True)
    assert close_if_spent(stage.installation, stage.row.id) is False
    assert [visit.seconds for visit in stage.readings.visits][-2:] == [45.0, 7.0]
    assert close_if_spent(stage.installation, stage.row.id) is False
    assert (len(stage.tasks), stage.project().model_version, stage.live) == before
    assert not sync_recent(stage.linked())
    assert stage.work() == 1
    assert stage.live == before[2] + 1


def test_a_deletion_is_left_to_the_round(stage: Stage, annotator: AnnotatorClient) -> None:
    """The quick look takes nothing for gone that it did not look for."""
    annotation = stage.answer(annotator, stage.take(annotator))
    stage.work()
    stage.ask("DELETE", f"/api/annotations/{annotation['id']}/")
    assert not sync_recent(stage.linked())
    stage.work()
    assert stage.readings.done_by == {}


def test_a_pause_of_annotating_closes_the_queue_alone(stage: Stage, annotator: AnnotatorClient) -> None:
    """Who has a task on the screen finishes it; training goes on; `clime resume` serves again."""
    task = stage.take(annotator)
    clime(stage, "pause", stage.name, "--annotating")
    stage.work()
    stage.answer(annotator, task)
    assert stage.next(annotator) is None
    live, out = stage.live, len(stage.tasks)
    stage.work()
    assert stage.live == live + 1
    assert len(stage.tasks) == out
    assert [visit.seconds for visit in stage.readings.visits] == [SECONDS]
    clime(stage, "resume", stage.name)
    stage.work()
    assert stage.next(annotator) is not None
    assert len(stage.tasks) > out


def test_annotators_have_minutes_of_their_own(make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """Label Studio goes on serving one whose time is up; their work counts; when all are done the queue closes."""
    ada, ben = annotators[:2]
    work = {"annotators": 2, "annotator_minutes": 2}
    stage = make_stage({"work": work, "work.minutes_of": {f'"{ben.email.upper()}"': 1}})
    stage.up()
    for _ in range(3):
        stage.answer(ada, stage.take(ada), 50.0)
        stage.work()
    budget, ledger = campaign_budget(stage.campaign, stage.row), ledger_of(stage.campaign, stage.readings.visits)
    assert (budget.left_of(ledger, ada.email), budget.left_of(ledger, ben.email)) == (0, 60)
    assert budget.over_of(ledger, ada.email) == 30
    assert stage.project().sampling is not None
    stage.answer(ada, stage.take(ada), 50.0)
    stage.answer(ben, stage.take(ben), 61.0)
    stage.work()
    assert ledger_of(stage.campaign, stage.readings.visits).spent(annotator=ada.email) == 200
    assert stage.next(ada) is None
    assert stage.next(ben) is None
    assert "the budget of annotator-2@example.com is now 3 minutes" in clime(
        stage, "extend", stage.name, "--annotator", ben.email, "--minutes", "2"
    )
    stage.work()
    assert stage.next(ben) is not None


def test_a_stale_look_reopens_nothing(stage: Stage, annotator: AnnotatorClient) -> None:
    """A round that read the projects before the queue was closed leaves it so."""
    before = [LinkedProject(stage.server, stage.installation.store, row) for row in stage.projects]
    stage.answer(annotator, stage.take(annotator))
    clime(stage, "pause", stage.name, "--annotating")
    assert close_if_spent(stage.installation, stage.row.id) is True
    open_or_close(before, closed=False)
    publish_order(before[0], "clime 1.999", {stage.order()[-1]: 0.5})
    assert stage.project_row().closed
    assert stage.project().sampling is None
    assert stage.project_row().order_version == "clime 1.999"
