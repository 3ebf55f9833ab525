"""How Label Studio counts time, seen in headless Chromium: the facts on which the ledger rests."""

import time
from datetime import datetime
from typing import Any

import pytest

from clime_core.scheduling.ledger import Rule
from ml_backend.queue.time_budget import ledger_of
from tests.live.browser import Annotator
from tests.live.conftest import MakeStage
from tests.live.stage import Stage

pytestmark = pytest.mark.browser

WAIT = 1.0
"""Seconds that a visit lasts at least."""


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A campaign of documents whose time is checked with the clock."""
    made = make_stage({"work": {"clock": True, "lot": 12, "share_documents": 1.0}})
    made.up()
    return made


@pytest.fixture
def annotator(stage: Stage, person: Annotator) -> Annotator:
    """Somebody who has opened the queue."""
    person.open_queue(stage.project_row().project)
    return person


def annotations(stage: Stage, task: int | None) -> list[dict[str, Any]]:
    """The annotations of a task as Label Studio has them, oldest first."""
    found: list[dict[str, Any]] = stage.ask("GET", f"/api/tasks/{task}/")["annotations"]
    return sorted(found, key=lambda annotation: annotation["id"])


def stay() -> None:
    """Read."""
    time.sleep(WAIT)


def checked(stage: Stage, annotator: Annotator) -> dict[str, float]:
    """The seconds of each task by the ledger, all counted as they were sent, within the time that passed."""
    passed = time.monotonic() - annotator.opened_at
    stage.work()
    ledger = ledger_of(stage.campaign, stage.readings.visits)
    assert ledger.count(Rule.AS_SENT) == len(ledger.entries)
    assert ledger.spent() <= passed
    seconds: dict[str, float] = {}
    for entry in ledger.entries:
        seconds[entry.visit.task] = seconds.get(entry.visit.task, 0.0) + entry.seconds
    return seconds


def test_a_task_that_is_left_and_resumed_adds_up(stage: Stage, annotator: Annotator) -> None:
    """Its draft keeps the seconds of the first visit; those in between on another task are not its own."""
    annotator.label_document("other")
    begun = time.monotonic()
    annotator.submit()
    task = annotator.task_id
    annotator.label_document("health")
    stay()
    annotator.go_back()
    stay()
    annotator.go_on()
    assert annotator.task_id == task
    stay()
    annotator.submit()
    passed = time.monotonic() - begun
    (sent,) = annotations(stage, task)
    assert sent["draft_created_at"] is not None
    assert 2 * WAIT <= sent["lead_time"] < passed - WAIT
    checked(stage, annotator)


def test_a_change_adds_its_visit_and_moves_the_time_of_change(stage: Stage, annotator: Annotator) -> None:
    """`lead_time` grows by each visit, the time of submission stays."""
    task = annotator.task_id
    stay()
    annotator.label_document("other")
    annotator.submit()
    (first,) = annotations(stage, task)
    stage.work()
    annotator.go_back()
    stay()
    annotator.label_document("health")
    annotator.update()
    (second,) = annotations(stage, task)
    assert second["id"] == first["id"]
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] > first["updated_at"]
    assert first["lead_time"] + WAIT <= second["lead_time"]
    assert list(checked(stage, annotator).values()) == [second["lead_time"]]


@pytest.mark.parametrize("seen", [True, False])
def test_a_skip_taken_back_is_in_what_follows(stage: Stage, annotator: Annotator, seen: bool) -> None:
    """The skip is deleted, and the annotation that follows has its seconds; they count once, seen between or not."""
    task = annotator.task_id
    stay()
    annotator.skip()
    (skip,) = annotations(stage, task)
    assert skip["was_cancelled"]
    if seen:
        stage.work()
    annotator.go_back()
    annotator.take_skip_back()
    annotator.label_document("health")
    stay()
    annotator.submit()
    (after,) = annotations(stage, task)
    assert after["id"] != skip["id"]
    assert after["lead_time"] >= skip["lead_time"] + WAIT
    assert list(checked(stage, annotator).values()) == [after["lead_time"]]


def test_two_tabs_do_not_count_a_minute_twice(stage: Stage, annotator: Annotator) -> None:
    """The same task done in two tabs gives two annotations; of the second the time since the first counts."""
    task, first_tab = annotator.task_id, annotator.driver.current_window_handle
    assert task is not None
    annotator.driver.switch_to.new_window("tab")
    annotator.open_task(stage.project_row().project, task)
    stay()
    annotator.label_document("other")
    annotator.submit()
    annotator.driver.switch_to.window(first_tab)
    annotator.label_document("health")
    annotator.submit()
    one, other = annotations(stage, task)
    assert min(one["lead_time"], other["lead_time"]) >= WAIT
    stage.work()
    ledger = ledger_of(stage.campaign, stage.readings.visits)
    since = datetime.fromisoformat(other["created_at"]) - datetime.fromisoformat(one["created_at"])
    assert [entry.rule for entry in ledger.entries] == [Rule.AS_SENT, Rule.CLOCK]
    assert ledger.spent() == pytest.approx(one["lead_time"] + since.total_seconds(), abs=1e-3)
