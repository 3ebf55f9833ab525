"""The request lane, without Label Studio."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from ml_backend.auth import Credentials
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import EventRow, ProjectRow
from ml_backend.web.app import create_app

SPEC: dict[str, Any] = {
    "label_studio": {"url": "http://ls.example"},
    "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
    "task": {"categories": ["other", "health"]},
    "data": {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "t.jsonl", "pool": "p.jsonl"},
}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Two teams' campaigns in one installation."""
    opened = open_installation(Settings(data_dir=tmp_path, secret=SecretStr("s" * 32)))
    with opened.store.session() as session:
        for number, name in enumerate(("one", "two"), start=1):
            spec = Campaign.model_validate({"name": name, **SPEC}).model_dump(mode="json")
            row = save_campaign(session, name, spec)
            session.add(ProjectRow(campaign_id=row.id, role="mixed", server="http://ls", project=number, created=7))
    yield opened
    opened.close()


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    """A client without credentials."""
    return create_app(installation).test_client()


def auth(installation: Installation, user: str) -> dict[str, str]:
    """The header of a user."""
    return {"Authorization": installation.keyring.credentials(user).header}


ROUTES = [("GET", "/health"), ("POST", "/setup"), ("POST", "/predict"), ("POST", "/webhook"), ("GET", "/versions")]
PAGES = [("GET", "/"), ("GET", "/metrics"), ("GET", "/campaigns/one"), ("GET", "/campaigns/one/status.json")]


@pytest.mark.parametrize(("method", "path"), [*ROUTES, *PAGES])
def test_every_route_needs_a_password(client: FlaskClient, method: str, path: str) -> None:
    """Without one, and with a wrong one, the answer is 401."""
    wrong = {"Authorization": Credentials("one", "guess").header}
    assert client.open(path, method=method).status_code == 401
    assert client.open(path, method=method, headers=wrong).status_code == 401


def test_health_tells_label_studio_that_we_are_up(client: FlaskClient, installation: Installation) -> None:
    """The shape that Label Studio checks."""
    answer = client.get("/health", headers=auth(installation, "one"))
    assert answer.get_json() == {"status": "UP", "model_class": "clime"}


def test_a_team_sees_its_own_campaign_only(client: FlaskClient, installation: Installation) -> None:
    """Another team's page and the operator's metrics are refused."""
    mine = auth(installation, "one")
    assert client.get("/campaigns/one", headers=mine).status_code == 200
    assert client.get("/campaigns/two", headers=mine).status_code == 403
    assert client.get("/campaigns/two/status.json", headers=mine).status_code == 403
    assert client.get("/metrics", headers=mine).status_code == 403


def test_the_operator_sees_all(client: FlaskClient, installation: Installation) -> None:
    """The index lists the campaigns, the metrics are there."""
    operator = auth(installation, "clime")
    page = client.get("/", headers=operator).text
    assert "campaigns/one" in page
    assert "campaigns/two" in page
    client.get("/health", headers=operator)
    assert 'clime_request_seconds_count{route="/health"} 1.0' in client.get("/metrics", headers=operator).text


def test_an_event_is_stored_and_asks_for_a_round(client: FlaskClient, installation: Installation) -> None:
    """The worker is woken; the answer comes at once."""
    body = {"action": "ANNOTATION_CREATED", "project": {"id": 1}, "annotation": {"id": 5}}
    assert client.post("/webhook", json=body, headers=auth(installation, "one")).status_code == 200
    assert installation.new_event.is_set()
    with installation.store.session() as session:
        (event,) = session.query(EventRow).all()
        assert (event.campaign_id, event.action, event.project) == (1, "ANNOTATION_CREATED", 1)
        assert len(recent_rounds(session, 1)) == 1
        assert recent_rounds(session, 2) == []


@pytest.mark.parametrize("action", ["TASKS_CREATED", "PROJECT_UPDATED"])
def test_our_own_imports_start_no_round(client: FlaskClient, installation: Installation, action: str) -> None:
    """They come back as events; a round for each would never end."""
    client.post("/webhook", json={"action": action}, headers=auth(installation, "one"))
    with installation.store.session() as session:
        assert recent_rounds(session, 1) == []


def test_start_training_forces_a_round(client: FlaskClient, installation: Installation) -> None:
    """The button trains even where nothing is new."""
    client.post("/webhook", json={"action": "START_TRAINING"}, headers=auth(installation, "one"))
    with installation.store.session() as session:
        assert recent_rounds(session, 1)[0].forced


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


def test_predicting_before_the_first_round_says_so(client: FlaskClient, installation: Installation) -> None:
    """There is no model yet, and the message says when there will be."""
    body = {"tasks": [{"id": 1, "data": {"text": "x"}}], "project": "1.7"}
    answer = client.post("/predict", json=body, headers=auth(installation, "one"))
    assert answer.status_code == 400
    assert "first round is still to come" in answer.get_json()["error"]


def test_setup_names_what_is_wrong_with_a_label_config(client: FlaskClient, installation: Installation) -> None:
    """Label Studio shows the message where the backend is connected."""
    config = '<View><Text name="text" value="$text"/></View>'
    body = {"project": "1.7", "schema": config, "access_token": "never read"}
    answer = client.post("/setup", json=body, headers=auth(installation, "one"))
    assert answer.status_code == 400
    assert "<Choices" in answer.get_json()["error"]


def test_the_operators_requests_are_routed_by_project(client: FlaskClient, installation: Installation) -> None:
    """A project is its id and its creation time: an id used again is not the same project."""
    operator = auth(installation, "clime")
    body = {"tasks": [{"data": {"text": "x"}}], "project": "2.7"}
    assert "campaign two" in client.post("/predict", json=body, headers=operator).get_json()["error"]
    body["project"] = "2.8"
    assert "0 campaigns" in client.post("/predict", json=body, headers=operator).get_json()["error"]


def test_an_error_inside_stays_inside(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets one line; the log has the traceback."""

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("ml_backend.web.app.receive_event", broken)
    client = create_app(installation).test_client()
    answer = client.post("/webhook", json={"action": "X"}, headers=auth(installation, "one"))
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text
