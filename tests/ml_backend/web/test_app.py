"""Who may use the web application, and what errors look like."""

import pytest
from flask.testing import FlaskClient

from ml_backend.auth import Credentials
from ml_backend.installation import Installation
from ml_backend.web.app import create_app
from tests.ml_backend.web.clients import auth

ROUTES = [("GET", "/health"), ("POST", "/setup"), ("POST", "/predict"), ("POST", "/webhook"), ("GET", "/versions")]
PAGES = [
    ("GET", "/"),
    ("GET", "/metrics"),
    ("GET", "/campaigns/one"),
    ("GET", "/campaigns/one/status.json"),
    ("GET", "/static/page.js"),
]


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
