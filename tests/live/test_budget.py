"""The budget: the stream ends when it is spent, and opens again when there is more."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from ml_backend.cli.commands import app
from ml_backend.label_studio.annotator_client import AnnotatorClient
from tests.live.conftest import MakeStage
from tests.live.stage import SECONDS, Stage


@contextmanager
def _environment(stage: Stage) -> Iterator[dict[str, str]]:
    """What the command line must find to meet this stage's data folder and backend."""
    settings = stage.installation.settings
    yield {**os.environ, "CLIME_DATA_DIR": str(settings.data_dir), "CLIME_PORT": str(settings.port)}


def _clime(stage: Stage, *arguments: str) -> str:
    """Run a command of `clime`; what it prints."""
    with _environment(stage) as environment:
        result = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def _work_off(stage: Stage, annotators: tuple[AnnotatorClient, ...], seconds: float) -> int:
    """Let annotators work in turn until nothing is served; how many tasks they did."""
    done = 0
    while done < 40:
        tasks = [(annotator, stage.next(annotator)) for annotator in annotators]
        if not any(task for _, task in tasks):
            return done
        for annotator, task in tasks:  # all have theirs on the screen before anybody submits
            if task is not None:
                stage.answer(annotator, task, seconds)
                done += 1
        stage.work()
    raise AssertionError("the stream does not end")


def test_the_stream_ends_and_opens_again(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """When the budget is spent nothing is served; after `clime extend` the next round serves again."""
    stage = make_stage({"work": {"budget_minutes": 2}})
    stage.up()
    assert _work_off(stage, (annotator,), 25.0) == 5  # 4 x 25 s leave 20 s: one more task
    assert stage.project().sampling is None
    assert stage.status()["state"]["spent"] is True
    assert "The time is used up" in stage.get(f"/campaigns/{stage.name}").text
    assert "the budget is now 4 minutes" in _clime(stage, "extend", stage.name, "--minutes", "2")
    assert stage.work() == 1
    assert stage.project().sampling == "Uncertainty sampling"
    assert stage.status()["state"]["spent"] is False
    assert _work_off(stage, (annotator,), 25.0) == 5
    assert stage.status()["time"]["spent"] == 250.0


def test_three_annotators_exceed_it_by_the_tasks_in_hand_alone(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """With three at work at once, only what is on the screens at the end goes beyond the budget."""
    stage = make_stage({"work": {"budget_minutes": 5, "annotators": 3}})
    stage.up()
    _work_off(stage, annotators, 40.0)
    spent = stage.status()["time"]["spent"]
    assert 300.0 <= spent < 300.0 + 3 * 40.0
    by_annotator = stage.status()["time"]["annotators"]
    assert set(by_annotator) == {annotator.email for annotator in annotators}


def test_a_budget_that_is_cut_closes_the_queue(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Taking minutes away closes the queue at the next round; the task on the screen is the last."""
    stage = make_stage()
    stage.up()
    task = stage.take(annotator)
    _clime(stage, "extend", stage.name, "--minutes", "-60")
    stage.work()
    assert stage.take(annotator)["id"] == task["id"]
    stage.answer(annotator, task)
    assert stage.next(annotator) is None
    stage.work()
    assert len(stage.readings.visits) == 1
    page = stage.get(f"/campaigns/{stage.name}")
    assert page.status_code == 200
    assert "The time is used up" in page.text


@pytest.mark.parametrize("command", ["pause", "rollback"])
def test_a_pause_trains_nothing_and_keeps_the_queue_filled(
    make_stage: MakeStage, annotator: AnnotatorClient, command: str
) -> None:
    """While training is paused annotators find tasks and their time counts; `clime resume` takes up all they did."""
    stage = make_stage({"work": {"lot": 2}})
    stage.up()
    _clime(stage, command, stage.name, *(["1"] if command == "rollback" else []))
    for _ in range(5):
        stage.answer(annotator, stage.take(annotator))
        stage.work()
    assert stage.live == 1
    assert stage.status()["time"]["spent"] == 5 * SECONDS
    _clime(stage, "resume", stage.name)
    stage.work()
    assert stage.live == 2
    assert len(stage.readings.visits) == 5


def test_a_rollback_serves_the_order_of_the_earlier_version(stage: Stage, annotator: AnnotatorClient) -> None:
    """After `clime rollback 1` the queue is ranked by version 1 again."""
    stage.answer(annotator, stage.take(annotator))
    stage.work()
    assert str(stage.project().model_version).startswith("clime 2.")
    _clime(stage, "rollback", stage.name, "1")
    stage.installation.new_event.clear()
    _clime(stage, "pause", stage.name)
    stage.work()
    assert stage.live == 1
    assert str(stage.project().model_version).startswith("clime 1.")
    _clime(stage, "resume", stage.name)
    stage.work()
    assert stage.live == 3  # what was said since is taken up, though it was trained on before
