"""The client: all requests to a Label Studio server, over its SDK.

Every method raises the errors of ml_backend.label_studio.errors.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import httpx
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.core.api_error import ApiError

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.http_clients import TIMEOUT_SECONDS, httpx_client
from ml_backend.label_studio.errors import explained
from ml_backend.label_studio.records import (
    ANNOTATION_FIELDS,
    LOWEST_SCORE_FIRST,
    Connection,
    Hook,
    ListedTask,
    Prediction,
    Project,
    annotation_of,
    connection_of,
    hook_of,
    prediction_of,
    project_of,
    task_of,
)
from ml_backend.store.annotations import AnnotationState

PAGE_SIZE = 500

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

_PREDICTED = json.dumps(
    {
        "filters": {
            "conjunction": "and",
            "items": [
                {"filter": "filter:tasks:total_predictions", "operator": "greater", "type": "Number", "value": 0}
            ],
        }
    }
)


class Server:
    """One Label Studio server, as the owner of one token."""

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._http = httpx_client(self.url, timeout)
        with self._explained("reading the token"):
            self._sdk: Any = LabelStudio(base_url=self.url, api_key=token, httpx_client=self._http)  # type: ignore[no-untyped-call]  # the SDK's own

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def whoami(self) -> str:
        """The e-mail address of the token's owner."""
        with self._explained("asking for the owner of the token"):
            return str(self._sdk.users.whoami().email)

    def release(self) -> str:
        """The version of Label Studio."""
        with self._explained("asking for its version"):
            return str(self._sdk.versions.get().release)

    def users(self) -> dict[str, str]:
        """E-mail address by user id."""
        with self._explained("listing users"):
            return {str(user.id): str(user.email) for user in self._sdk.users.list()}

    # projects

    def find_project(self, description: str) -> Project | None:
        """The project with exactly this description, if there is one."""
        with self._explained("listing projects"):
            ids = [int(p.id) for p in self._sdk.projects.list() if p.description == description]
        return self.project(ids[0]) if ids else None

    def project(self, project: int) -> Project:
        """The project with this id. Raises NotFoundError."""
        with self._explained(f"reading project {project}"):
            return project_of(self._sdk.projects.get(project))

    def create_project(self, title: str, description: str, label_config: str) -> Project:
        """A new project that serves the task with the lowest score first and shows no predictions."""
        with self._explained(f"creating the project {title!r}"):
            created = self._sdk.projects.create(
                title=title,
                description=description,
                label_config=label_config,
                sampling=LOWEST_SCORE_FIRST,
                show_collab_predictions=False,
            )
        return self.project(int(created.id))

    def change_project(self, project: int, **changes: Any) -> None:
        """Change settings of a project: `sampling`, `model_version`, `label_config`, ..."""
        with self._explained(f"changing {', '.join(changes)} of project {project}"):
            self._sdk.projects.update(project, **changes)

    # tasks and annotations

    def tasks(self, project: int) -> Iterator[ListedTask]:
        """All tasks of a project."""
        with self._explained(f"listing the tasks of project {project}"):
            for task in self._sdk.tasks.list(project=project, page_size=PAGE_SIZE):
                yield task_of(task)

    def annotations(self, project: int, since: float | None = None) -> list[AnnotationState]:
        """All annotations and skips of a project, or those of tasks that were changed at `since` or later."""
        query = _ANNOTATED if since is None else _changed_since(since)
        with self._explained(f"reading the annotations of project {project}"):
            tasks = self._sdk.tasks.list(
                project=project, fields="all", include=ANNOTATION_FIELDS, query=query, page_size=PAGE_SIZE
            )
            return [annotation_of(item) for task in tasks for item in task.annotations or []]

    def predictions(self, project: int) -> Iterator[Prediction]:
        """All predictions of a project, those of every model version."""
        with self._explained(f"reading the predictions of project {project}"):
            tasks = self._sdk.tasks.list(
                project=project, fields="all", include="id,predictions", query=_PREDICTED, page_size=PAGE_SIZE
            )
            for task in tasks:
                for item in task.predictions or []:
                    yield prediction_of(int(task.id), item)

    def import_tasks(self, project: int, tasks: Sequence[dict[str, Any]]) -> list[int]:
        """Add tasks (`data`, `predictions`) and return their ids, in the same order.

        Raises ExchangeError unless all were imported.
        """
        with self._explained(f"importing {len(tasks)} tasks into project {project}"):
            answer = self._sdk.projects.import_tasks(project, request=tasks, return_task_ids=True)
        ids = [int(task) for task in answer.task_ids or []]
        if len(ids) != len(tasks):
            raise ExchangeError(f"{self.url}: sent {len(tasks)} tasks to project {project}, {len(ids)} were imported")
        return ids

    def push_scores(self, project: int, version: str, scores: Mapping[int, float]) -> None:
        """Give tasks a score under a version. Raises ExchangeError unless all were imported."""
        if not scores:
            return
        predictions = [
            {"task": task, "result": [], "score": score, "model_version": version} for task, score in scores.items()
        ]
        with self._explained(f"pushing {len(scores)} scores to project {project}"):
            answer = self._sdk.projects.import_predictions(project, request=predictions)
        if answer.created != len(scores):
            raise ExchangeError(
                f"{self.url}: sent {len(scores)} scores to project {project}, {answer.created} were imported"
            )

    def reopen_task(self, task: int, annotators: int) -> None:
        """Serve a task until so many annotators have done it, to those who have not.

        Label Studio uses the new number only when the next annotation comes, so the request also marks the task as not
        done.
        """
        with self._explained(f"asking one more annotator about task {task}"):
            self._sdk.tasks.update(str(task), overlap=annotators, is_labeled=False)

    def delete_version(self, project: int, version: str) -> None:
        """Delete all predictions of a version. Not in the SDK."""
        with self._explained(f"deleting predictions {version!r} of project {project}"):
            self._request("DELETE", f"/api/projects/{project}/model-versions/", {"model_version": version})

    # connection

    def connections(self, project: int) -> list[Connection]:
        """The ML backends connected to a project."""
        with self._explained(f"listing the ML backends of project {project}"):
            return [connection_of(item) for item in self._sdk.ml.list(project=project)]

    def connect(self, project: int, url: str, title: str, credentials: Credentials) -> None:
        """Connect an ML backend with basic auth. Label Studio calls it at once to check that it answers."""
        action = (
            f"connecting {url} to project {project} (for a backend on a private address start Label Studio with both"
            " ML_BLOCK_LOCAL_IP=false and SSRF_PROTECTION_ENABLED=false)"
        )
        with self._explained(action):
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
        with self._explained(f"removing ML backend {connection}"):
            self._sdk.ml.delete(connection)

    def hooks(self, project: int) -> list[Hook]:
        """The webhooks of a project."""
        with self._explained(f"listing the webhooks of project {project}"):
            return [hook_of(item) for item in self._sdk.webhooks.list(project=str(project))]

    def add_hook(self, project: int, url: str, credentials: Credentials) -> None:
        """Register a webhook that carries the password."""
        with self._explained(f"adding a webhook to project {project}"):
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
        with self._explained(f"changing webhook {hook}"):
            headers = {"Authorization": credentials.header}
            self._sdk.webhooks.update(hook, headers=headers, is_active=True, send_payload=True)

    def remove_hook(self, hook: int) -> None:
        """Remove a webhook."""
        with self._explained(f"removing webhook {hook}"):
            self._sdk.webhooks.delete(hook)

    def _request(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = self._sdk._client_wrapper.get_headers()  # the SDK's only way to a fresh token
        response = self._http.request(method, self.url + path, json=body, headers=headers)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise ApiError(status_code=response.status_code, body=response.text)

    def _explained(self, action: str) -> AbstractContextManager[None]:
        """Turn the SDK's errors into ours."""
        return explained(self.url, action)


def _changed_since(at: float) -> str:
    """The filter of the tasks that were changed at that time or later; an annotation changes its task."""
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    field = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime", "value": moment}
    return json.dumps({"filters": {"conjunction": "and", "items": [field]}})
