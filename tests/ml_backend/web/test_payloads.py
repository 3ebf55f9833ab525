"""What Label Studio sends, at the edge."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from clime_core.errors import DataError
from ml_backend.installation import Installation
from ml_backend.web.payloads import EventPayload, Payload, PredictPayload, SetupPayload, parse
from tests.ml_backend.web.clients import auth


def test_known_fields_are_read_and_others_left_alone() -> None:
    """Label Studio adds fields with each release."""
    setup = parse(SetupPayload, {"project": "3.1700000000", "schema": "<View/>", "hostname": "", "access_token": "x"})
    assert (setup.project, setup.label_config) == ("3.1700000000", "<View/>")
    assert not hasattr(setup, "access_token")
    event = parse(EventPayload, {"action": "TASKS_CREATED", "project": {"id": 3, "title": "x"}, "tasks": [1]})
    assert event.project is not None
    assert event.project.id == 3
    tasks = parse(PredictPayload, {"tasks": [{"id": 1, "data": {"a": 1}, "meta": {}}, {"data": {}}]}).tasks
    assert [(task.id, task.data) for task in tasks] == [(1, {"a": 1}), (None, {})]


def test_what_may_be_missing() -> None:
    """A project's label config, the project of an event and of a prediction."""
    assert parse(SetupPayload, {"project": "3"}).label_config == ""
    assert parse(EventPayload, {"action": "X"}).project is None
    assert parse(PredictPayload, {"tasks": []}).project is None


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (SetupPayload, {}, "not a setup request: project: Field required"),
        (SetupPayload, {"project": "3; drop"}, "not a setup request: project: "),
        (SetupPayload, {"project": "3.1.2"}, "project: "),
        (PredictPayload, {"tasks": [{"id": 1}]}, r"not a predict request: tasks\.0\.data: Field required"),
        (PredictPayload, {"tasks": None}, "not a predict request: tasks"),
        (EventPayload, {"action": ""}, "not a event request: action"),
        (EventPayload, {"action": "x" * 65}, "action: "),
        (EventPayload, {"action": "X", "project": {}}, r"project\.id: Field required"),
        (EventPayload, None, "not a event request: body: "),
        (EventPayload, [], "body: "),
    ],
)
def test_what_is_wrong_is_named(kind: type[Payload], body: Any, message: str) -> None:
    """Field by field; the store's columns bound what is taken."""
    with pytest.raises(DataError, match=message):
        parse(kind, body)


def test_all_faults_are_named_at_once() -> None:
    """One request shows them all."""
    with pytest.raises(DataError, match=r"action: .*; project\.id: "):
        parse(EventPayload, {"action": 3, "project": {"id": "x"}})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/webhook", {"project": {"id": 1}}, "action"),
        ("/webhook", {"action": "X", "project": {"id": "?"}}, "project.id"),
        ("/predict", {"tasks": "all"}, "tasks"),
        ("/predict", None, "predict request"),
        ("/setup", {"project": "one"}, "project"),
    ],
)
def test_malformed_bodies_name_the_field(
    client: FlaskClient, installation: Installation, path: str, body: object, field: str
) -> None:
    """A 400 that says what is wrong, never a traceback."""
    answer = client.post(path, json=body, headers=auth(installation, "one"))
    assert answer.status_code == 400
    assert field in answer.get_json()["error"]
