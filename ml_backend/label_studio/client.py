"""The client: all that we ask of a Label Studio server, over its SDK.

Raises UnreachableError where Label Studio does not answer, RefusedError where it refuses the token, and ExchangeError
where it answers with an error; the message says which, and what to do.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.store.annotations import AnnotationState

TIMEOUT_SECONDS = 60.0
PAGE = 500

CONNECTED = "CO"
"""The state of an ML backend that answered when it was listed."""

SERVED = "Uncertainty sampling"
"""The sampling that serves the lowest score first."""

_ANNOTATED = json.dumps(
    {
        "filters": {
            "conjunction": "or",
            "items": [
                {"filter": f"filter:tasks:{count}", "operator": "greater", "type": "Number", "value": 0}
                for count in ("total_annotations", "cancelled_annotations")
            ],
        }
    }
)

_OF_ANNOTATIONS = "id,annotations,task,completed_by,result,was_cancelled,lead_time,created_at,updated_at"
"""The fields that are read; the data of tasks, which we sent ourselves, may be long."""


class UnreachableError(ExchangeError):
    """Label Studio does not answer. Waiting may help."""


class RefusedError(ExchangeError):
    """Label Studio does not accept the token."""


class NotFoundError(ExchangeError):
    """What was asked for is not there."""


@dataclass(frozen=True)
class Project:
    """What we need to know of a project. `created` in whole seconds since the epoch.

    `skip_queue` says what becomes of a skipped task: IGNORE_SKIPPED takes it for done.
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
class ShownTask:
    """A task as Label Studio has it, without its annotations."""

    id: int
    data: dict[str, Any]


class Server:
    """One Label Studio server, as the owner of one token."""

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(timeout=timeout, follow_redirects=True)
        with self._asking("reading the token"):
            self._sdk: Any = LabelStudio(base_url=self.url, api_key=token, httpx_client=self._http)  # type: ignore[no-untyped-call]  # the SDK's own

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def whoami(self) -> str:
        """The e-mail address of the token's owner."""
        with self._asking("asking who we are"):
            return str(self._sdk.users.whoami().email)

    def release(self) -> str:
        """The version of Label Studio."""
        with self._asking("asking for its version"):
            return str(self._sdk.versions.get().release)

    def users(self) -> dict[str, str]:
        """E-mail address by user id."""
        with self._asking("listing users"):
            return {str(user.id): str(user.email) for user in self._sdk.users.list()}

    # projects

    def find_project(self, description: str) -> Project | None:
        """The project with exactly this description, if there is one."""
        with self._asking("listing projects"):
            ids = [int(p.id) for p in self._sdk.projects.list() if p.description == description]
        return self.project(ids[0]) if ids else None

    def project(self, project: int) -> Project:
        """The project with this id. Raises NotFoundError."""
        with self._asking(f"reading project {project}"):
            return _project(self._sdk.projects.get(project))

    def create_project(self, title: str, description: str, label_config: str) -> Project:
        """A new project that serves the task with the lowest score first and shows no predictions."""
        with self._asking(f"creating the project {title!r}"):
            made = self._sdk.projects.create(
                title=title,
                description=description,
                label_config=label_config,
                sampling=SERVED,
                show_collab_predictions=False,
            )
        return self.project(int(made.id))

    def change_project(self, project: int, **changes: Any) -> None:
        """Change settings of a project: `sampling`, `model_version`, `label_config`, ..."""
        with self._asking(f"changing {', '.join(changes)} of project {project}"):
            self._sdk.projects.update(project, **changes)

    # tasks and annotations

    def tasks(self, project: int) -> Iterator[ShownTask]:
        """All tasks of a project."""
        with self._asking(f"listing the tasks of project {project}"):
            for task in self._sdk.tasks.list(project=project, page_size=PAGE):
                yield ShownTask(int(task.id), dict(task.data))

    def annotations(self, project: int, since: float | None = None) -> list[AnnotationState]:
        """All annotations and skips of a project, or those of tasks that were changed at `since` or later."""
        query = _ANNOTATED if since is None else _changed_since(since)
        with self._asking(f"reading the annotations of project {project}"):
            tasks = self._sdk.tasks.list(
                project=project, fields="all", include=_OF_ANNOTATIONS, query=query, page_size=PAGE
            )
            return [_annotation(item) for task in tasks for item in task.annotations or []]

    def import_tasks(self, project: int, tasks: Sequence[dict[str, Any]]) -> list[int]:
        """Add tasks (`data`, `predictions`); their ids in the same order. Raises ExchangeError unless all came in."""
        with self._asking(f"importing {len(tasks)} tasks into project {project}"):
            answer = self._sdk.projects.import_tasks(project, request=tasks, return_task_ids=True)
        ids = [int(task) for task in answer.task_ids or []]
        if len(ids) != len(tasks):
            raise ExchangeError(f"{self.url}: sent {len(tasks)} tasks to project {project}, {len(ids)} came in")
        return ids

    def push_scores(self, project: int, version: str, scores: Mapping[int, float]) -> None:
        """Give tasks a score under a version. Raises ExchangeError unless all were taken."""
        if not scores:
            return
        predictions = [
            {"task": task, "result": [], "score": score, "model_version": version} for task, score in scores.items()
        ]
        with self._asking(f"pushing {len(scores)} scores to project {project}"):
            answer = self._sdk.projects.import_predictions(project, request=predictions)
        if answer.created != len(scores):
            raise ExchangeError(f"{self.url}: sent {len(scores)} scores to project {project}, {answer.created} came in")

    def reopen_task(self, task: int, annotators: int) -> None:
        """Serve a task until so many annotators have done it, to those who have not.

        Label Studio takes the new number, but looks at it only when the next annotation comes: it must be told that
        the task is not done.
        """
        with self._asking(f"asking one more annotator about task {task}"):
            self._sdk.tasks.update(str(task), overlap=annotators, is_labeled=False)

    def delete_version(self, project: int, version: str) -> None:
        """Delete all predictions of a version. Not in the SDK."""
        with self._asking(f"deleting predictions {version!r} of project {project}"):
            self._request("DELETE", f"/api/projects/{project}/model-versions/", {"model_version": version})

    # connection

    def connections(self, project: int) -> list[Connection]:
        """The ML backends connected to a project."""
        with self._asking(f"listing the ML backends of project {project}"):
            found = self._sdk.ml.list(project=project)
        return [Connection(int(ml.id), str(ml.url), ml.title or "", ml.basic_auth_user, str(ml.state)) for ml in found]

    def connect(self, project: int, url: str, title: str, credentials: Credentials) -> None:
        """Connect an ML backend with basic auth; Label Studio calls it at once to see whether it lives."""
        what = (
            f"connecting {url} to project {project} (for a backend on a private address start Label Studio with both"
            " ML_BLOCK_LOCAL_IP=false and SSRF_PROTECTION_ENABLED=false)"
        )
        with self._asking(what):
            self._sdk.ml.create(
                project=project,
                url=url,
                title=title,
                auth_method="BASIC_AUTH",
                basic_auth_user=credentials.user,
                basic_auth_pass=credentials.password,
                is_interactive=False,
            )

    def disconnect(self, connection: int) -> None:
        """Remove an ML backend; its webhook stays."""
        with self._asking(f"removing ML backend {connection}"):
            self._sdk.ml.delete(connection)

    def hooks(self, project: int) -> list[Hook]:
        """The webhooks of a project."""
        with self._asking(f"listing the webhooks of project {project}"):
            found = self._sdk.webhooks.list(project=str(project))
        return [
            Hook(int(hook.id), str(hook.url), (hook.headers or {}).get("Authorization"), bool(hook.is_active))
            for hook in found
        ]

    def add_hook(self, project: int, url: str, credentials: Credentials) -> None:
        """Register a webhook that carries the password."""
        with self._asking(f"adding a webhook to project {project}"):
            self._sdk.webhooks.create(
                project=project,
                url=url,
                headers={"Authorization": credentials.header},
                send_payload=True,
                send_for_all_actions=True,
                is_active=True,
            )

    def update_hook(self, hook: int, credentials: Credentials) -> None:
        """Make the webhook active and let it carry the password."""
        with self._asking(f"changing webhook {hook}"):
            headers = {"Authorization": credentials.header}
            self._sdk.webhooks.update(hook, headers=headers, is_active=True, send_payload=True)

    def remove_hook(self, hook: int) -> None:
        """Remove a webhook."""
        with self._asking(f"removing webhook {hook}"):
            self._sdk.webhooks.delete(hook)

    def _request(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = self._sdk._client_wrapper.get_headers()  # the SDK's only way to a fresh token
        response = self._http.request(method, self.url + path, json=body, headers=headers)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise ApiError(status_code=response.status_code, body=response.text)

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn the SDK's errors into ours."""
        try:
            yield
        except ApiError as error:
            raise self._explained(what, error) from error
        except httpx.TimeoutException as error:
            raise UnreachableError(f"{self.url}: no answer while {what}; is the server overloaded?") from error
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{self.url}: cannot be reached while {what} ({error}); is Label Studio running there?"
            ) from error

    def _explained(self, what: str, error: ApiError) -> ExchangeError:
        if error.status_code == httpx.codes.FORBIDDEN:
            return RefusedError(f"{self.url}: not allowed while {what}: {_detail(error.body)}")
        if error.status_code == httpx.codes.UNAUTHORIZED:
            return RefusedError(
                f"{self.url}: the token was refused while {what}; take a fresh one from Account & Settings"
                " (a legacy token must be enabled for the organisation; a personal token may have expired)"
            )
        if error.status_code == httpx.codes.NOT_FOUND:
            return NotFoundError(f"{self.url}: not found while {what}")
        if error.status_code in (502, 503, 504):
            return UnreachableError(f"{self.url}: answered {error.status_code} while {what}; is it starting up?")
        return ExchangeError(f"{self.url}: answered {error.status_code} while {what}: {_detail(error.body)}")


def _changed_since(at: float) -> str:
    """The filter of the tasks that were changed at that time or later; an annotation changes its task."""
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    field = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime", "value": moment}
    return json.dumps({"filters": {"conjunction": "and", "items": [field]}})


def _detail(body: Any) -> str:
    """What Label Studio said, in short."""
    if isinstance(body, dict):
        said = body.get("validation_errors") or body.get("detail") or body
        return json.dumps(said, ensure_ascii=False)[:500] if not isinstance(said, str) else said[:500]
    return str(body)[:500]


def _project(item: Any) -> Project:
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


def _annotation(item: dict[str, Any]) -> AnnotationState:
    def seconds(key: str) -> float:
        return datetime.fromisoformat(item[key]).timestamp()

    return AnnotationState(
        annotation=int(item["id"]),
        task=int(item["task"]),
        annotator="" if item["completed_by"] is None else str(item["completed_by"]),  # of a user that was deleted
        result=list(item["result"] or []),
        skipped=bool(item["was_cancelled"]),
        lead_time=None if item["lead_time"] is None else float(item["lead_time"]),
        created=seconds("created_at"),
        updated=seconds("updated_at"),
    )
