"""What Label Studio sends, validated."""

import pytest
from flask.testing import FlaskClient

from ml_backend.installation import Installation
from tests.ml_backend.web.clients import auth


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
