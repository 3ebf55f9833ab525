"""Events from Label Studio."""

import pytest
from flask.testing import FlaskClient

from ml_backend.installation import Installation
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import EventRow
from tests.ml_backend.web.clients import auth


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
