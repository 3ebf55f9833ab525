"""Tasks, their order, and whether any are served, as they are written to Label Studio."""

import pytest

from ml_backend.label_studio.errors import UnreachableError
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.label_studio.task_data import DocumentTask, build_document_task
from ml_backend.queue import publish
from ml_backend.queue.publish import (
    REOPENED_SCORE,
    NewTask,
    forget_reopened,
    open_or_close,
    publish_order,
    release,
    reopen,
)
from ml_backend.store.tables import DecisionRow, ProjectRow, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign


def new_task(number: int, score: float = 0.0, decision: DecisionRow | None = None) -> NewTask:
    """A document to hand out."""
    data = build_document_task(DocumentTask(number, f"text of {number}"))
    return NewTask(data["key"], "documents", data, score, decision)


def decision(stage: PaperCampaign, key: str) -> DecisionRow:
    """Why a task is handed out."""
    return DecisionRow(
        campaign_id=stage.row.id, activity="documents", key=key, reason="a test", expected_seconds=1.0, seed=0
    )


def scores(stage: PaperCampaign) -> dict[str, dict[str, float]]:
    """Scores by key and version, as they are there."""
    return {task.data["key"]: dict(task.scores) for task in stage.server.tasks_there.values()}


def test_an_order_replaces_the_one_before(stage: PaperCampaign) -> None:
    """Old tasks get their new place, new ones come with theirs, and what was served before is deleted last."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1, 0.0), new_task(2, 0.001)])
    assert scores(stage) == {"d:1": {"clime 1.1": 0.0}, "d:2": {"clime 1.1": 0.001}}
    assert stage.server.requests == ["import_tasks", "change_project"]
    first = stage.tasks[0].task
    assert first is not None
    stage.server.requests.clear()
    publish_order(stage.project(), "clime 2.2", {first: 0.004}, [new_task(3, 0.005)])
    assert scores(stage) == {"d:1": {"clime 2.2": 0.004}, "d:2": {}, "d:3": {"clime 2.2": 0.005}}
    assert stage.server.requests == ["push_scores", "import_tasks", "change_project", "delete_version"]
    assert stage.server.projects[stage.project().number].model_version == "clime 2.2"
    assert stage.project().row.order_version == "clime 2.2"


def test_an_empty_order_is_not_published(stage: PaperCampaign) -> None:
    """The order there goes on serving, rather than a version without scores, which would be chance."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1)])
    publish_order(stage.project(), "clime 2.2", {})
    assert stage.project().row.order_version == "clime 1.1"
    assert stage.server.projects[stage.project().number].model_version == "clime 1.1"


def test_the_same_version_again_keeps_its_scores(stage: PaperCampaign) -> None:
    """After a crash, and where tasks are added to the order there is."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1)])
    publish_order(stage.project(), "clime 1.1", {}, [new_task(2, 0.001)])
    assert scores(stage) == {"d:1": {"clime 1.1": 0.0}, "d:2": {"clime 1.1": 0.001}}
    assert "delete_version" not in stage.server.requests


@pytest.mark.parametrize("request_name", ["push_scores", "change_project"])
def test_an_order_that_did_not_get_through_is_not_remembered(stage: PaperCampaign, request_name: str) -> None:
    """The next round sees that another order is served, and publishes again."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1)])
    task = stage.tasks[0].task
    assert task is not None
    stage.server.fails = ("before", request_name)
    with pytest.raises(UnreachableError):
        publish_order(stage.project(), "clime 2.2", {task: 0.0})
    assert stage.project().row.order_version == "clime 1.1"
    assert scores(stage)["d:1"]["clime 1.1"] == 0.0


def test_tasks_are_written_down_before_they_are_imported(stage: PaperCampaign) -> None:
    """With their reason: a crash in between leaves rows without a number, which the next sync confirms or forgets."""
    stage.server.fails = ("after", "import_tasks")
    with pytest.raises(RuntimeError):
        release(stage.project(), [new_task(1, 0.25, decision(stage, "d:1"))], "clime 1.1")
    (task,) = stage.tasks
    assert (task.key, task.task, task.rank, task.activity, task.length) == ("d:1", None, 0.25, "documents", 3)
    assert task.data["doc"][0]["text"] == "text of 1"
    assert [row.key for row in stage.stored(DecisionRow)] == ["d:1"]


def test_tasks_get_the_numbers_of_label_studio(stage: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each its own, in as many requests as the batches need."""
    monkeypatch.setattr(publish, "BATCH_SIZE", 2)
    release(stage.project(), [new_task(n) for n in range(5)])
    assert stage.server.requests == ["import_tasks"] * 3
    there = {task.data["key"]: number for number, task in stage.server.tasks_there.items()}
    assert {task.key: task.task for task in stage.tasks} == there
    assert all(found == {} for found in scores(stage).values())


def test_a_queue_is_closed_and_opened_once(stage: PaperCampaign) -> None:
    """Label Studio is asked only where that changes anything, and the store remembers."""
    for closed, sampling in ((True, None), (False, LOWEST_SCORE_FIRST)):
        stage.server.requests.clear()
        open_or_close(stage.projects, closed=closed)
        open_or_close(stage.projects, closed=closed)
        assert len(stage.server.requests) == 1
        assert stage.server.projects[stage.project().number].sampling == sampling
        assert stage.project().row.closed is closed


def test_a_queue_that_could_not_be_closed_is_not_taken_for_closed(stage: PaperCampaign) -> None:
    """It is tried again."""
    stage.server.fails = ("before", "close_queue")
    with pytest.raises(UnreachableError):
        open_or_close(stage.projects, closed=True)
    assert not stage.project().row.closed


def test_reading_old_rows_opens_nothing_that_was_closed_since(stage: PaperCampaign) -> None:
    """Whoever read the project before it was closed leaves it closed, as they knew it open."""
    before = stage.projects
    open_or_close(stage.projects, closed=True)
    open_or_close(before, closed=False)
    assert stage.project().row.closed


def test_closing_leaves_other_columns_alone(stage: PaperCampaign) -> None:
    """Another thread may have published an order since the row was read."""
    before = stage.projects
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1)])
    open_or_close(before, closed=True)
    assert stage.project().row.order_version == "clime 1.1"


def test_a_task_asked_again_goes_first(stage: PaperCampaign) -> None:
    """It needs so many annotators, lies ahead of the order, and the reason is logged."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1), new_task(2, 0.001)])
    second = stage.tasks[1]
    reopen(stage.project(), {second: 3}, [decision(stage, "d:2")])
    assert scores(stage)["d:2"] == {"clime 1.1": REOPENED_SCORE}
    assert [task.overlap for task in stage.tasks] == [None, 3]
    assert second.task is not None
    assert stage.server.tasks_there[second.task].overlap == 3
    assert [row.key for row in stage.stored(DecisionRow)] == ["d:2"]


def test_a_task_that_was_deleted_there_holds_no_other_up(stage: PaperCampaign) -> None:
    """It is passed over, and gets no score."""
    publish_order(stage.project(), "clime 1.1", {}, [new_task(1), new_task(2, 0.001)])
    first, second = stage.tasks
    assert first.task is not None
    stage.server.delete_task(first.task)
    reopen(stage.project(), {first: 2, second: 2}, [])
    assert scores(stage) == {"d:2": {"clime 1.1": REOPENED_SCORE}}


def test_without_an_order_nothing_is_scored(stage: PaperCampaign) -> None:
    """A version that does not exist cannot be pushed; the task is asked again all the same."""
    release(stage.project(), [new_task(1)])
    reopen(stage.project(), {stage.tasks[0]: 2}, [])
    assert scores(stage) == {"d:1": {}}
    assert "push_scores" not in stage.server.requests
    assert stage.tasks[0].reopened


def test_reopened_tasks_are_forgotten_with_the_number_of_annotators(stage: PaperCampaign) -> None:
    """Those of this project alone."""
    release(stage.project(), [new_task(1)])
    own = stage.project().row
    with stage.installation.store.session() as session:
        session.get_one(TaskRow, stage.tasks[0].id).overlap = 3
        other = ProjectRow(campaign_id=own.campaign_id, role="words", server=own.server, project=99, created=1)
        session.add(other)
        session.flush()
        session.add(TaskRow(project_id=other.id, key="d:9", activity="documents", data={}, overlap=2))
    forget_reopened(stage.installation.store, own)
    assert [(row.key, row.overlap) for row in stage.stored(TaskRow)] == [("d:1", None), ("d:9", 2)]
