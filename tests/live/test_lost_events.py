"""Webhooks are only hints: what was said is found without them, and many of them cause little work."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sqlalchemy import func, select

from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.rounds import worker
from ml_backend.store.rounds import claim_round, end_round
from ml_backend.store.tables import EventRow, RoundState
from ml_backend.wsgi import working
from tests.live.conftest import MakeStage
from tests.live.stage import TIMEOUT_SECONDS, Stage, wait_until

BURST = 200


def test_a_lost_event_is_made_good_by_the_regular_look(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Without any webhook an annotation still leads to a round, at the worker's next look."""
    stage = make_stage(poll_seconds=0.5)
    stage.up()
    (hook,) = stage.server.hooks(stage.project_row().project)
    stage.server.remove_hook(hook.id)
    stage.answer(annotator, stage.take(annotator))
    assert stage.work() == 0
    with working(stage.installation):
        wait_until(lambda: stage.live == 2, what="a round without an event")
    assert stage.rounds[0].reason == "a regular check"


def test_an_event_wakes_the_worker(
    make_stage: MakeStage, annotator: AnnotatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the webhook a round follows Submit though no campaign is polled."""
    monkeypatch.setattr(worker, "poll_campaigns", lambda _: None)
    stage = make_stage(poll_seconds=3600)
    stage.up()
    with working(stage.installation):
        stage.answer(annotator, stage.take(annotator))
        wait_until(lambda: stage.live == 2, what="a round after Submit")
    assert stage.rounds[0].reason == "ANNOTATION_CREATED"


def test_a_regular_look_leaves_nothing_behind(stage: Stage) -> None:
    """A look that finds nothing new makes no version and no entry among the rounds."""
    before = [(r.id, r.state) for r in stage.rounds]
    stage.up()
    stage.up()
    assert [(r.id, r.state) for r in stage.rounds] == before


def test_a_burst_of_events_leads_to_at_most_two_rounds(stage: Stage, annotator: AnnotatorClient) -> None:
    """However many events come, one round is running and one is waiting; all of them are stored."""
    stage.answer(annotator, stage.take(annotator))
    with stage.installation.store.session() as session:
        running = claim_round(session, stage.installation.worker)
    assert running is not None
    own = stage.installation.keyring.credentials(stage.name)
    event = {"action": "ANNOTATION_CREATED", "project": {"id": stage.project_row().project}}

    def send(_number: int) -> int:
        address = f"{stage.installation.settings.address}/webhook"
        return requests.post(address, json=event, auth=(own.user, own.password), timeout=TIMEOUT_SECONDS).status_code

    with ThreadPoolExecutor(8) as senders:
        assert set(senders.map(send, range(BURST))) == {requests.codes.ok}
    assert [r.state for r in stage.rounds if r.state != "done"] == ["queued", "running"]
    with stage.installation.store.session() as session:
        stored = session.scalar(select(func.count()).select_from(EventRow).where(EventRow.campaign_id == stage.row.id))
        end_round(session, running.id, RoundState.FAILED, error="this test took it")
    assert stored is not None
    assert stored >= BURST
    assert stage.work() == 1
    assert stage.live == 2
