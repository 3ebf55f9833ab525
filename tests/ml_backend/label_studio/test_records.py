"""Label Studio's objects as our records."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ml_backend.label_studio.records import annotation_of, connection_of, hook_of, project_of, task_of
from ml_backend.store.annotations import AnnotationState

PROJECT = {
    "id": "3", "title": None, "description": None, "created_at": datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC),
    "label_config": None, "sampling": None, "model_version": "", "show_collab_predictions": None,
    "maximum_annotations": None, "skip_queue": None, "task_number": None,
}  # fmt: skip

ANNOTATION = {
    "id": 5, "task": 7, "completed_by": 9, "result": [{"from_name": "label"}], "was_cancelled": False,
    "lead_time": 12.5, "created_at": "2026-01-02T03:04:05.500000Z", "updated_at": "2026-01-02T04:04:05.500000+01:00",
}  # fmt: skip


def test_fields_that_a_project_leaves_open_have_plain_values() -> None:
    """One annotator a task, no order, no text; the time of creation is cut to seconds."""
    project = project_of(SimpleNamespace(**PROJECT))
    assert (project.id, project.title, project.description, project.label_config) == (3, "", "", "")
    assert (project.sampling, project.model_version, project.show_collab_predictions) == (None, None, False)
    assert (project.maximum_annotations, project.tasks) == (1, 0)
    assert project.created == int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp())


def test_a_project_that_asks_nobody_keeps_its_zero() -> None:
    """`maximum_annotations` of 0 is not one annotator."""
    assert project_of(SimpleNamespace(**{**PROJECT, "maximum_annotations": 0})).maximum_annotations == 0


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"completed_by": None}, {"annotator": ""}),
        ({"result": None, "was_cancelled": True}, {"result": [], "skipped": True}),
        ({"lead_time": None}, {"lead_time": None}),
    ],
)
def test_an_annotation_becomes_a_state(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    """Times become seconds since the epoch, whatever their zone."""
    at = datetime(2026, 1, 2, 3, 4, 5, 500_000, UTC).timestamp()
    state = {
        "annotation": 5, "task": 7, "annotator": "9", "result": [{"from_name": "label"}], "skipped": False,
        "lead_time": 12.5, "created": at, "updated": at,
    }  # fmt: skip
    assert annotation_of({**ANNOTATION, **changes}) == AnnotationState(**{**state, **expected})


def test_a_webhook_without_headers_carries_no_password() -> None:
    """So that it is seen and put right."""
    hook = {"id": 1, "url": "http://b.example/webhook", "is_active": True}
    assert hook_of(SimpleNamespace(headers=None, **hook)).authorization is None
    assert hook_of(SimpleNamespace(headers={"Authorization": "Basic x"}, **hook)).authorization == "Basic x"


def test_connections_and_tasks_keep_what_is_used_of_them() -> None:
    """A title may be missing; a task's data is a copy."""
    backend = SimpleNamespace(id=1, url="http://b.example", title=None, basic_auth_user="health", state="CO")
    assert vars(connection_of(backend)) == {
        "id": 1, "url": "http://b.example", "title": "", "user": "health", "state": "CO"
    }  # fmt: skip
    data = {"key": "d:1"}
    task = task_of(SimpleNamespace(id="4", data=data))
    assert (task.id, task.data, task.data is data) == (4, data, False)
