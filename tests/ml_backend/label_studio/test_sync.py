"""The store is made to agree with Label Studio."""

import pytest

from clime_core.errors import ExchangeError
from ml_backend.label_studio.errors import UnreachableError
from ml_backend.label_studio.sync import confirm_tasks, notice_deleted, sync_project, sync_recent
from ml_backend.store.annotations import Changes
from ml_backend.store.tables import AnnotationRow, DecisionRow, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, another_project


@pytest.fixture
def busy(stage: PaperCampaign) -> PaperCampaign:
    """A campaign whose first lot is out, with Ada's answer to the first task."""
    stage.round()
    stage.server.emails = {"ada": "ada@example.com"}
    stage.answer(stage.tasks[0])
    return stage


def newest(stage: PaperCampaign) -> list[AnnotationRow]:
    """The newest state of each annotation in the store."""
    return [row for row in stage.stored(AnnotationRow) if row.current]


def unconfirm(stage: PaperCampaign, *tasks: TaskRow) -> None:
    """As a crash leaves them that came before the import was confirmed."""
    with stage.installation.store.session() as session:
        for task in tasks:
            session.get_one(TaskRow, task.id).task = None


def test_what_is_new_changed_and_gone_is_read(busy: PaperCampaign) -> None:
    """A second sync changes nothing; a change, and an annotation that was taken back, are seen."""
    assert sync_project(busy.project()) == Changes(added=1)
    assert sync_project(busy.project()) == Changes()
    (number,) = busy.server.annotated
    busy.server.change(number, [], 31.0)
    assert sync_project(busy.project()) == Changes(updated=1)
    assert [row.lead_time for row in newest(busy)] == [31.0]
    busy.server.annotated.clear()
    assert sync_project(busy.project()) == Changes(deleted=1)
    assert [row.deleted for row in newest(busy)] == [True]


def test_annotators_go_by_their_addresses(busy: PaperCampaign) -> None:
    """Whoever was deleted there goes by the number."""
    busy.answer(busy.tasks[1], "17")
    for sync in (sync_project, sync_recent):
        sync(busy.project())
        assert [row.annotator for row in newest(busy)] == ["ada@example.com", "user 17"]


def test_a_quick_sync_reads_from_a_minute_before_the_last_change(busy: PaperCampaign) -> None:
    """Requests overtake one another, so that older changes may still come; much older ones are left to the whole."""
    sync_recent(busy.project())
    assert busy.server.requests[-2:] == ["annotations", "users"]  # the first time reads all
    at = newest(busy)[0].updated
    late, too_late = busy.answer(busy.tasks[1]), busy.answer(busy.tasks[2])
    for number, seconds in ((late, 59.0), (too_late, 61.0)):
        state = busy.server.annotated[number]
        busy.server.tasks_there[state.task].updated = at - seconds
    assert sync_recent(busy.project()) == Changes(added=1)
    assert busy.server.requests[-2:] == ["recent_annotations", "users"]
    assert late in {row.annotation for row in newest(busy)}
    assert sync_project(busy.project()) == Changes(added=1)


def test_a_quick_sync_takes_nothing_back(busy: PaperCampaign) -> None:
    """What is missing among the recent ones may be older, and what was deleted is found by the whole sync."""
    sync_project(busy.project())
    busy.server.annotated.clear()
    assert sync_recent(busy.project()) == Changes()
    assert not newest(busy)[0].deleted


def test_a_project_that_is_gone_changes_nothing(busy: PaperCampaign) -> None:
    """Else all its annotations would be taken for taken back."""
    sync_project(busy.project())
    another_project(busy)
    for sync in (sync_project, sync_recent):
        with pytest.raises(ExchangeError, match="no longer there"):
            sync(busy.project())
    assert not newest(busy)[0].deleted


def test_a_server_that_is_away_changes_nothing(busy: PaperCampaign) -> None:
    """Whichever of its requests fails."""
    for request in ("project", "annotations", "users"):
        busy.server.fails = ("before", request)
        with pytest.raises(UnreachableError):
            sync_project(busy.project())
    assert newest(busy) == []


def test_tasks_whose_import_was_interrupted_are_confirmed_or_forgotten(busy: PaperCampaign) -> None:
    """Those that came in get their number, those that did not are to be handed out again, with a new decision."""
    came_in, lost = busy.tasks[1], busy.tasks[2]
    assert lost.task is not None
    unconfirm(busy, came_in, lost)
    busy.server.delete_task(lost.task)
    sync_project(busy.project())
    assert {task.key: task.task for task in busy.tasks}[came_in.key] == came_in.task
    assert lost.key not in {task.key for task in busy.tasks}
    decided = {decision.key for decision in busy.stored(DecisionRow)}
    assert (came_in.key in decided, lost.key in decided) == (True, False)


def test_tasks_are_listed_only_where_one_is_unconfirmed(busy: PaperCampaign) -> None:
    """A project may hold a hundred thousand; the number says how many were unconfirmed."""
    busy.server.requests.clear()
    assert confirm_tasks(busy.project()) == 0
    assert "tasks" not in busy.server.requests
    unconfirm(busy, *busy.tasks[:2])
    assert confirm_tasks(busy.project()) == 2
    assert busy.server.requests == ["tasks"]


def test_deleted_tasks_are_noticed_by_their_number(busy: PaperCampaign) -> None:
    """Tasks are listed only where some are missing; one that is known to be gone is not missed again."""
    gone, there = busy.tasks[0], len(busy.tasks)
    assert gone.task is not None
    busy.server.requests.clear()
    assert notice_deleted(busy.project(), there) == 0
    assert busy.server.requests == []
    busy.server.delete_task(gone.task)
    assert notice_deleted(busy.project(), there - 1) == 1
    assert [task.key for task in busy.tasks if task.gone] == [gone.key]
    busy.server.requests.clear()
    assert notice_deleted(busy.project(), there - 1) == 0
    assert busy.server.requests == []


def test_a_task_that_somebody_added_hides_none_that_was_deleted_for_long(busy: PaperCampaign) -> None:
    """Numbers are compared, so a stranger's task in place of ours goes unnoticed until the next is deleted."""
    first, second = busy.tasks[:2]
    assert first.task is not None
    assert second.task is not None
    busy.server.import_tasks(busy.project().number, [{"data": {"text": "a stranger's"}}])
    busy.server.delete_task(first.task)
    sync_project(busy.project())
    assert [task.key for task in busy.tasks if task.gone] == []
    busy.server.delete_task(second.task)
    sync_project(busy.project())
    assert [task.key for task in busy.tasks if task.gone] == [first.key, second.key]
