"""Tasks on which annotators cancel each other out come to one more annotator."""

import json
from pathlib import Path
from typing import Any

import pytest

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.scheduling.activity import Activity
from ml_backend.campaigns.export import export_campaign
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.rounds.worker import poll_campaigns
from ml_backend.store.decisions import recent_decisions
from ml_backend.store.tables import Role, TaskRow
from tests.live.conftest import MakeStage
from tests.live.stage import SECONDS, Stage, shown

WORK: dict[str, Any] = {"overlap": 2, "annotators": 3, "break_ties": True, "lot": 2}
SCORED = {**WORK, "setup": "two-projects", "documents": "score"}
TWICE = {**WORK, "overlap": 1}
"""One annotator a task, and yet two do the same: Label Studio may serve a task twice at one moment."""


def last(stage: Stage, activity: Activity) -> TaskRow:
    """The task of the activity that was handed out last, and so would be served last."""
    return [task for task in stage.tasks if task.activity == activity][-1]


def again(stage: Stage, task: TaskRow) -> TaskRow:
    """The task as it is in the store now."""
    return next(row for row in stage.tasks if row.id == task.id)


def there(stage: Stage, task: TaskRow) -> tuple[int, bool]:
    """How many annotators Label Studio wants for a task, and whether it takes it for done."""
    shown_there = stage.ask("GET", f"/api/tasks/{task.task}/")
    return shown_there["overlap"], shown_there["is_labeled"]


def disagree(stage: Stage, annotators: tuple[AnnotatorClient, ...], task: TaskRow) -> None:
    """One annotator says this and another that, and a round is done."""
    assert task.task is not None
    for annotator, label in zip(annotators, ("health", "other"), strict=False):
        annotator.submit(task.task, document_result(label), SECONDS)
    stage.work()


def label_of(stage: Stage, task: TaskRow) -> int | None:
    """The label that counts for a document's task."""
    return resolve_labels(stage.readings.labels).labels.get(TaskKey(task.key))


@pytest.mark.parametrize(
    ("work", "role"),
    [(WORK, Role.MIXED), (SCORED, Role.DOCUMENTS), (TWICE, Role.MIXED)],
    ids=["release", "score", "twice"],
)
def test_a_tied_document_comes_to_the_third_annotator_alone(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...], tmp_path: Path, work: dict[str, Any], role: Role
) -> None:
    """Ahead of fresh tasks, to nobody who did it, once; then its vote counts, and the export says what settled it."""
    stage = make_stage({"work": work})
    stage.up()
    one, two, three = annotators
    task = last(stage, Activity.DOCUMENTS)
    disagree(stage, annotators, task)
    assert label_of(stage, task) is None
    assert there(stage, task) == (3, False)
    assert task.id in stage.readings.open_ids
    with stage.installation.store.reading() as session:
        logged = [d.reason for d in recent_decisions(session, stage.row.id, 100) if d.key == task.key]
    assert sum("a tie of 2 annotators" in reason for reason in logged) == 1
    tied = stage.take(three, role)
    assert tied["id"] == task.task
    for annotator in (one, two):
        for _ in range(2):
            other = stage.take(annotator, role)
            assert other["id"] != task.task
            stage.answer(annotator, other)
    stage.answer(three, tied, label="health")
    stage.work()
    assert label_of(stage, task) == 1
    assert there(stage, task) == (3, True)
    assert task.id not in stage.readings.open_ids
    assert stage.take(three, role)["id"] != task.task
    list(export_campaign(stage.installation, stage.row, tmp_path / "out"))
    exported = json.loads((tmp_path / "out" / "disagreements.json").read_text())
    (settled,) = [d for d in exported["documents"] if document_key(d["id"]) == task.key]
    assert settled["labels"] == {one.email: 1, two.email: 0, three.email: 1}
    assert (settled["label"], settled["settled_by"]) == (1, "one more annotator")
    assert exported["agreement"]["documents"]["units"] >= 1
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["agreement"] == exported["agreement"]


def test_a_tied_word_task_comes_to_the_third_annotator(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """Their marks decide the pairs that were tied."""
    stage = make_stage({"work": WORK})
    stage.up()
    task = last(stage, Activity.WORDS)
    assert task.task is not None
    word = shown(task.data)[0]
    for annotator, similar in zip(annotators, (True, False), strict=False):
        annotator.submit(task.task, word_result(task.data, {word: similar}, {}), SECONDS)
    stage.work()
    assert resolve(stage.readings.marks).constraints == ()
    assert stage.take(annotators[2])["id"] == task.task
    annotators[2].submit(task.task, word_result(task.data, {word: False}, {}), SECONDS)
    stage.work()
    (constraint,) = resolve(stage.readings.marks).constraints
    assert (constraint.word, constraint.similar) == (word, False)


def test_asking_again_survives_a_crash_and_happens_once(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """Where Label Studio was told and the store was not, the next round tells it again and writes it down."""
    stage = make_stage({"work": WORK})
    stage.up()
    task = last(stage, Activity.DOCUMENTS)
    disagree(stage, annotators, task)
    with stage.installation.store.session() as session:
        session.query(TaskRow).update({TaskRow.overlap: None})
    poll_campaigns(stage.installation)
    stage.work()
    assert again(stage, task).overlap == 3
    assert there(stage, task) == (3, False)
    tied = stage.take(annotators[2])
    assert tied["id"] == task.task
    annotators[2].submit(tied["id"], [], SECONDS, skipped=True)  # that does not settle it
    stage.work()
    assert again(stage, task).overlap == 3
    assert there(stage, task) == (3, True)
    assert label_of(stage, task) is None
    assert task.id not in stage.readings.open_ids


def test_ties_leave_the_queue_filled(make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """While the third annotator is away, the two others still find tasks, however often they disagree."""
    stage = make_stage({"work": WORK})
    stage.up()
    for _ in range(12):
        task = stage.take(annotators[0])
        word = task["data"]["kind"] == "word"
        for annotator, similar in zip(annotators, (True, False), strict=False):
            words = dict.fromkeys(shown(task["data"]), similar) if word else {}
            result = word_result(task["data"], words, {}) if word else document_result("health" if similar else "other")
            annotator.submit(task["id"], result, SECONDS)
        stage.work()
    waiting = [task for task in stage.tasks if task.reopened and task.id in stage.readings.open_ids]
    assert len(waiting) == WORK["lot"] * WORK["annotators"]  # no more are out at a time


def test_nothing_comes_back_unless_the_campaign_wants_it(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """The default: a tie stays a tie."""
    stage = make_stage({"work": {**WORK, "break_ties": False}})
    stage.up()
    task = last(stage, Activity.DOCUMENTS)
    disagree(stage, annotators, task)
    assert there(stage, task) == (2, True)
    assert task.id not in stage.readings.open_ids


def test_another_overlap_holds_for_what_was_asked_again(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """When `clime up` changes the overlap, store and Label Studio agree again on what is open."""
    stage = make_stage({"work": WORK})
    stage.up()
    task = last(stage, Activity.DOCUMENTS)
    disagree(stage, annotators, task)
    alone = make_stage({"work": {**WORK, "overlap": 1, "break_ties": False}})
    alone.up()
    assert again(alone, task).overlap is None
    assert there(alone, task) == (1, True)
    assert task.id not in alone.readings.open_ids
