"""Answers to what Label Studio asks."""

from flask.testing import FlaskClient

from ml_backend.installation import Installation
from tests.ml_backend.web.clients import auth


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
