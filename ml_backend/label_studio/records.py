"""What Label Studio keeps, as far as we need it: projects, connections, webhooks, tasks and annotations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ml_backend.store.annotations import AnnotationState

ANNOTATION_FIELDS = "id,annotations,task,completed_by,result,was_cancelled,lead_time,created_at,updated_at"
"""The fields of a task that `annotation_of` needs. The task's data, which may be long, is not among them."""

CONNECTED = "CO"
"""The state of an ML backend that answered when it was listed."""

LOWEST_SCORE_FIRST = "Uncertainty sampling"
"""The sampling that serves the task with the lowest score first."""


@dataclass(frozen=True)
class Project:
    """A project. `created` in whole seconds since the epoch; `tasks` is how many it has.

    `skip_queue` says what happens to a skipped task: with IGNORE_SKIPPED it counts as done.
    """

    id: int
    title: str
    description: str
    created: int
    label_config: str
    sampling: str | None
    model_version: str | None
    show_collab_predictions: bool
    maximum_annotations: int
    skip_queue: str | None
    tasks: int


@dataclass(frozen=True)
class Connection:
    """A connected ML backend."""

    id: int
    url: str
    title: str
    user: str | None
    state: str


@dataclass(frozen=True)
class Hook:
    """A registered webhook."""

    id: int
    url: str
    authorization: str | None
    active: bool


@dataclass(frozen=True)
class ListedTask:
    """A task with its data, without its annotations."""

    id: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Prediction:
    """What a model version predicted of a task; `score` is its own number, if it gave one."""

    task: int
    version: str
    result: list[dict[str, Any]]
    score: float | None


def project_of(item: Any) -> Project:
    """The SDK's project as ours."""
    return Project(
        id=int(item.id),
        title=item.title or "",
        description=item.description or "",
        created=int(item.created_at.timestamp()),
        label_config=item.label_config or "",
        sampling=item.sampling,
        model_version=item.model_version or None,
        show_collab_predictions=bool(item.show_collab_predictions),
        maximum_annotations=int(item.maximum_annotations if item.maximum_annotations is not None else 1),
        skip_queue=item.skip_queue,
        tasks=int(item.task_number or 0),
    )


def connection_of(item: Any) -> Connection:
    """The SDK's ML backend as a connection."""
    return Connection(int(item.id), str(item.url), item.title or "", item.basic_auth_user, str(item.state))


def hook_of(item: Any) -> Hook:
    """The SDK's webhook as ours."""
    return Hook(int(item.id), str(item.url), (item.headers or {}).get("Authorization"), bool(item.is_active))


def task_of(item: Any) -> ListedTask:
    """The SDK's task as ours."""
    return ListedTask(int(item.id), dict(item.data))


def prediction_of(task: int, item: Any) -> Prediction:
    """The SDK's prediction of a task as ours."""
    made = item if isinstance(item, Mapping) else item.dict()
    return Prediction(task, made.get("model_version") or "", list(made["result"] or []), made.get("score"))


def annotation_of(item: Mapping[str, Any]) -> AnnotationState:
    """An annotation from the API as a state for the store; its annotator is a user id, or "" for a deleted user."""
    return AnnotationState(
        annotation=int(item["id"]),
        task=int(item["task"]),
        annotator="" if item["completed_by"] is None else str(item["completed_by"]),
        result=list(item["result"] or []),
        skipped=bool(item["was_cancelled"]),
        lead_time=None if item["lead_time"] is None else float(item["lead_time"]),
        created=_seconds(item["created_at"]),
        updated=_seconds(item["updated_at"]),
    )


def _seconds(moment: str) -> float:
    """A moment in ISO 8601 as seconds since the epoch."""
    return datetime.fromisoformat(moment).timestamp()
