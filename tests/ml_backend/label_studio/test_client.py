"""The client, against a small HTTP server that answers what Label Studio was seen to answer."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import label_studio_sdk.core.http_client
import pytest

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.errors import NotFoundError, RefusedError, UnreachableError
from ml_backend.label_studio.records import Prediction

PROJECT = {
    "id": 3,
    "title": "health",
    "description": "Made by clime.",
    "created_at": "2026-01-02T03:04:05.678901Z",
    "label_config": "<View/>",
    "sampling": "Uncertainty sampling",
    "model_version": "",
    "show_collab_predictions": False,
    "maximum_annotations": 2,
    "skip_queue": "IGNORE_SKIPPED",
    "task_number": 7,
}
ANNOTATION = {
    "id": 11,
    "task": 5,
    "completed_by": 1,
    "result": [{"from_name": "label"}],
    "was_cancelled": False,
    "lead_time": 12.5,
    "created_at": "2026-01-02T03:04:05.5Z",
    "updated_at": "2026-01-02T03:04:06.5Z",
}


@dataclass
class Answering:
    """An HTTP server. `answers`: status and body by method and path; 404 elsewhere. `asked`: method, path and body."""

    answers: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    slow: float = 0.0
    port: int = 0

    def client(self, timeout: float = 30.0) -> Server:
        """Our client of it."""
        return Server(f"http://127.0.0.1:{self.port}/", "f" * 40, timeout)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    """A server in a thread; the SDK tries again at once what it would try again after a second."""
    monkeypatch.setattr(label_studio_sdk.core.http_client, "INITIAL_RETRY_DELAY_SECONDS", 0.001)
    answering = Answering()

    class Handler(BaseHTTPRequestHandler):
        def handle_request(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answering.asked.append((self.command, self.path, json.loads(body) if body else None))
            time.sleep(answering.slow)
            status, answer = answering.answers.get((self.command, self.path.split("?")[0]), (404, {"detail": "no"}))
            if "page=" in self.path and "page=1&" not in f"{self.path}&":
                status, answer = 404, {"detail": "Invalid page."}  # as Label Studio answers beyond the last one
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PATCH = do_DELETE = handle_request  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answering.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield answering
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (
            401,
            {"detail": "Invalid token."},
            RefusedError,
            "the token was refused while reading project 3; take a fresh",
        ),
        (403, {"detail": "Not yours."}, RefusedError, "not allowed while reading project 3: Not yours."),
        (404, {"detail": "Not found."}, NotFoundError, "not found while reading project 3"),
        (502, "<html>Bad Gateway</html>", UnreachableError, "answered 502 while reading project 3; is it starting up"),
        (503, "", UnreachableError, "answered 503"),
        (504, "", UnreachableError, "answered 504"),
        (500, "<html>trace</html>", ExchangeError, "answered 500 while reading project 3: .*trace"),
        (400, {"validation_errors": {"title": ["long"]}}, ExchangeError, r'answered 400 .*: \{"title": \["long"\]\}'),
        (400, "x" * 2_000, ExchangeError, r"answered 400 while reading project 3: x{500}$"),
    ],
)
def test_each_error_says_what_it_was(
    there: Answering, status: int, body: Any, kind: type[ExchangeError], message: str
) -> None:
    """The kind of error decides whether a round waits, and the message names the server and what was asked."""
    there.answers["GET", "/api/projects/3/"] = status, body
    with pytest.raises(ExchangeError, match=f"http://127.0.0.1:{there.port}: {message}") as raised:
        there.client().project(3)
    assert type(raised.value) is kind


def test_an_answer_that_does_not_come_is_a_server_that_is_away(there: Answering) -> None:
    """After the time-out, which is the client's own."""
    there.slow = 1.0
    with pytest.raises(
        UnreachableError, match="no answer while asking for the owner of the token; is the server overloaded"
    ):
        there.client(timeout=0.05).whoami()


def test_a_refused_connection_is_a_server_that_is_away() -> None:
    """Nothing listens there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        with pytest.raises(UnreachableError, match=f"{url}: cannot be reached while listing users .*is Label Studio"):
            Server(url, "f" * 40, 5.0).users()


def test_a_personal_token_is_exchanged_and_a_refused_one_is_named(there: Answering) -> None:
    """It is a JWT, which Label Studio changes for a short-lived one."""
    part = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    claims = "eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6NDEwMjQ0NDgwMH0"
    there.answers["POST", "/api/token/refresh/"] = 401, {"detail": "Token is invalid"}
    url = f"http://127.0.0.1:{there.port}"
    with pytest.raises(ExchangeError, match=url):
        Server(url, f"{part}.{claims}.c2ln", 5.0).whoami()


def test_a_project_is_read_field_by_field(there: Answering) -> None:
    """The creation time in whole seconds; no model version is None."""
    there.answers["GET", "/api/projects/3/"] = 200, PROJECT
    project = there.client().project(3)
    assert (project.id, project.title, project.created, project.tasks) == (3, "health", 1767323045, 7)
    assert (project.model_version, project.maximum_annotations) == (None, 2)
    assert (project.sampling, project.skip_queue) == ("Uncertainty sampling", "IGNORE_SKIPPED")
    assert not project.show_collab_predictions
    there.answers["GET", "/api/projects/3/"] = 200, {**PROJECT, "maximum_annotations": 0, "model_version": "clime 1.2"}
    project = there.client().project(3)
    assert (project.maximum_annotations, project.model_version) == (0, "clime 1.2")
    there.answers["GET", "/api/projects/3/"] = 200, {**PROJECT, "maximum_annotations": None}
    assert there.client().project(3).maximum_annotations == 1


def test_annotations_are_read_with_who_when_and_how_long(there: Answering) -> None:
    """An annotation of a deleted user has no annotator; one without a time has none."""
    bare = {**ANNOTATION, "id": 12, "completed_by": None, "result": None, "was_cancelled": True, "lead_time": None}
    listed = {"tasks": [{"id": 5, "annotations": [ANNOTATION, bare]}, {"id": 6, "annotations": []}], "total": 2}
    there.answers["GET", "/api/tasks/"] = 200, listed
    first, second = there.client().annotations(3)
    assert (first.annotation, first.task, first.annotator, first.lead_time, first.skipped) == (11, 5, "1", 12.5, False)
    assert (first.created, first.updated, len(first.result)) == (1767323045.5, 1767323046.5, 1)
    assert (second.annotator, second.result, second.lead_time, second.skipped) == ("", [], None, True)


def test_predictions_of_every_version_are_read(there: Answering) -> None:
    """Task, version, result and score, of the tasks that have predictions; one of no version and no score has none."""
    chosen = [{"from_name": "topic", "value": {"choices": ["health"]}}]
    first = {"id": 1, "task": 5, "model_version": "gpt", "result": chosen, "score": 0.9}
    bare = {"id": 2, "task": 6, "model_version": None, "result": None}
    listed = [{"id": 5, "predictions": [first]}, {"id": 6, "predictions": [bare]}, {"id": 7, "predictions": []}]
    there.answers["GET", "/api/tasks/"] = 200, {"tasks": listed, "total": 3}
    made = list(there.client().predictions(3))
    assert made == [Prediction(5, "gpt", chosen, 0.9), Prediction(6, "", [], None)]
    assert "total_predictions" in there.asked[0][1]
    assert "project=3" in there.asked[0][1]
    there.answers.clear()
    with pytest.raises(NotFoundError, match="not found while reading the predictions of project 4"):
        list(there.client().predictions(4))


def test_recent_annotations_are_asked_for_by_the_time_of_change(there: Answering) -> None:
    """Label Studio takes it in UTC."""
    there.answers["GET", "/api/tasks/"] = 200, {"tasks": [], "total": 0}
    client = there.client()
    client.annotations(3, since=1767323045.5)
    client.annotations(3)
    recent, whole = (path for _, path, _ in there.asked)
    assert "2026-01-02T03%3A04%3A05.500000Z" in recent
    assert "greater_or_equal" in recent
    assert "total_annotations" in whole
    assert "cancelled_annotations" in whole
    assert "include=id%2Cannotations%2Ctask" in whole
    assert "conjunction%22%3A+%22or%22" in whole.replace("%20", "+")  # a task that was only skipped counts


def test_an_import_of_which_not_all_came_in_is_an_error(there: Answering) -> None:
    """Both numbers are named; where all came in, their ids are given in order."""
    there.answers["POST", "/api/projects/3/import"] = 201, {"task_count": 2, "task_ids": [8, 9]}
    assert there.client().import_tasks(3, [{"data": {}}, {"data": {}}]) == [8, 9]
    with pytest.raises(ExchangeError, match="sent 3 tasks to project 3, 2 were imported"):
        there.client().import_tasks(3, [{"data": {}}] * 3)


def test_scores_of_which_not_all_were_taken_are_an_error(there: Answering) -> None:
    """They go as empty predictions under the version; no scores at all are not sent."""
    there.answers["POST", "/api/projects/3/import/predictions"] = 201, {"created": 1}
    client = there.client()
    client.push_scores(3, "clime 1.2", {})
    assert there.asked == []
    client.push_scores(3, "clime 1.2", {5: 0.25})
    assert there.asked[0][2] == [{"task": 5, "result": [], "score": 0.25, "model_version": "clime 1.2"}]
    with pytest.raises(ExchangeError, match="sent 2 scores to project 3, 1 were imported"):
        client.push_scores(3, "clime 1.2", {5: 0.25, 6: 0.5})


def test_a_version_is_deleted_with_the_token(there: Answering) -> None:
    """The SDK has no such request; its errors are ours all the same."""
    there.answers["DELETE", "/api/projects/3/model-versions/"] = 200, 4
    there.client().delete_version(3, "clime 1.1")
    assert there.asked == [("DELETE", "/api/projects/3/model-versions/", {"model_version": "clime 1.1"})]
    with pytest.raises(NotFoundError, match=r"not found while deleting predictions 'clime 1.1' of project 4"):
        there.client().delete_version(4, "clime 1.1")


def test_a_task_is_reopened_with_its_new_number(there: Answering) -> None:
    """And it is no longer done."""
    there.answers["PATCH", "/api/tasks/5/"] = 200, {"id": 5, "data": {}}
    there.client().reopen_task(5, 3)
    assert there.asked[0][2] == {"overlap": 3, "is_labeled": False}


def test_a_connection_that_fails_names_the_settings_of_label_studio(there: Answering) -> None:
    """Private addresses are refused by default."""
    there.answers["POST", "/api/ml/"] = 400, {"detail": "blocked"}
    with pytest.raises(ExchangeError, match=r"ML_BLOCK_LOCAL_IP=false and SSRF_PROTECTION_ENABLED=false.*blocked"):
        there.client().connect(3, "http://10.0.0.1:9090", "clime: health", Credentials("health", "secret"))
    sent = there.asked[0][2]
    assert (sent["basic_auth_user"], sent["basic_auth_pass"], sent["is_interactive"]) == ("health", "secret", False)
    assert sent["auth_method"] == "BASIC_AUTH"


def test_a_webhook_carries_the_password_and_the_payload(there: Answering) -> None:
    """For all actions; one that is changed is active again."""
    hook = {"id": 4, "url": "http://c/webhook", "headers": {"Authorization": "Basic x"}, "is_active": True}
    there.answers["POST", "/api/webhooks/"] = 201, hook
    there.answers["GET", "/api/webhooks/"] = 200, [hook, {**hook, "id": 5, "headers": None, "is_active": False}]
    client, own = there.client(), Credentials("health", "secret")
    client.add_hook(3, "http://c/webhook", own)
    sent = there.asked[0][2]
    assert sent["headers"] == {"Authorization": own.header}
    assert (sent["send_payload"], sent["send_for_all_actions"], sent["is_active"]) == (True, True, True)
    first, second = client.hooks(3)
    assert (first.id, first.url, first.authorization, first.active) == (4, "http://c/webhook", "Basic x", True)
    assert (second.authorization, second.active) == (None, False)
