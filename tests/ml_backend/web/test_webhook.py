"""Events are stored, and some ask for a round."""

import pytest
from flask.testing import FlaskClient

from ml_backend.installation import Installation
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import EventRow, RoundState
from ml_backend.web.payloads import EventPayload, ProjectPayload
from ml_backend.web.webhook import STARTS_ROUND, receive_event
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign
from tests.ml_backend.web.clients import auth


def event(action: str, project: int | None = 3) -> EventPayload:
    """What Label Studio sends."""
    return EventPayload(action=action, project=None if project is None else ProjectPayload(id=project))


@pytest.mark.parametrize("action", sorted(STARTS_ROUND))
def test_what_annotators_and_people_do_asks_for_a_round(stage: PaperCampaign, action: str) -> None:
    """Only `Start training` asks for one where nothing is new."""
    assert receive_event(stage.installation.store, stage.row.id, event(action))
    with stage.installation.store.reading() as session:
        (row,) = recent_rounds(session, stage.row.id)
    assert (row.state, row.reason, row.forced) == (RoundState.QUEUED, action, action == "START_TRAINING")


def test_annotations_that_come_change_and_go_ask_for_a_round() -> None:
    """One by one and several at once, as Label Studio names them."""
    assert {"ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED"} < STARTS_ROUND
    assert {"TASKS_DELETED", "START_TRAINING"} < STARTS_ROUND


@pytest.mark.parametrize("action", ["TASKS_CREATED", "PROJECT_UPDATED", "PROJECT_CREATED", "something new"])
def test_what_comes_back_of_our_own_starts_nothing(stage: PaperCampaign, action: str) -> None:
    """Else rounds would follow one another for ever; the event is stored all the same."""
    assert not receive_event(stage.installation.store, stage.row.id, event(action, None))
    with stage.installation.store.reading() as session:
        assert recent_rounds(session, stage.row.id) == []
    assert [(row.action, row.project, row.campaign_id) for row in stage.stored(EventRow)] == [
        (action, None, stage.row.id)
    ]


def test_many_events_are_one_round(stage: PaperCampaign) -> None:
    """Each is stored with its project, and one round waits."""
    for _ in range(20):
        assert receive_event(stage.installation.store, stage.row.id, event("ANNOTATION_CREATED"))
    with stage.installation.store.reading() as session:
        assert len(recent_rounds(session, stage.row.id)) == 1
    assert [row.project for row in stage.stored(EventRow)] == [3] * 20


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
