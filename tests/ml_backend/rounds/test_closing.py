"""Queues close on time, beside a real store and a Label Studio on paper."""

import time

import pytest

from clime_core.errors import ExchangeError
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.rounds import closing, looping_thread
from ml_backend.rounds.closing import QueueCloser, close_if_spent
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.events import add_event
from ml_backend.store.rounds import claim_round, postpone_round, queue_round
from ml_backend.store.tables import AnnotationRow, CampaignRow, ProjectRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign
from tests.ml_backend.label_studio.paper_server import URL

BUDGET_SECONDS = 120.0


@pytest.fixture
def campaign(stage: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> PaperCampaign:
    """A campaign of two minutes whose first lot is out; rounds that wait at all are looked after."""
    monkeypatch.setattr(closing, "MIN_WAIT_SECONDS", 0.0)
    stage.change(budget_minutes=BUDGET_SECONDS / 60)
    stage.round()
    stage.server.requests.clear()
    return stage


def law(stage: PaperCampaign) -> CampaignRow:
    """A second campaign on the same server, with a project of its own."""
    made = stage.server.create_project("law", "law", "<View/>")
    with stage.installation.store.session() as session:
        row = save_campaign(session, "law", {**stage.campaign.model_dump(mode="json"), "name": "law"})
        session.add(ProjectRow(campaign_id=row.id, role="mixed", server=URL, project=made.id, created=made.created))
    return row


def spend(stage: PaperCampaign, seconds: float) -> None:
    """An annotator works so long, which only Label Studio knows as yet."""
    done = {state.task for state in stage.server.annotated.values()}
    stage.answer(next(task for task in stage.tasks if task.task not in done), seconds=seconds)


def submit(stage: PaperCampaign, campaign: int) -> None:
    """The event of an annotation, whose round waits."""
    with stage.installation.store.session() as session:
        add_event(session, campaign, "ANNOTATION_CREATED", 1)
        queue_round(session, campaign, "ANNOTATION_CREATED")


def served(stage: PaperCampaign) -> bool:
    """Whether Label Studio serves anybody; the store says the same."""
    project = stage.project()
    sampling = stage.server.projects[project.number].sampling
    assert sampling == (None if project.row.closed else LOWEST_SCORE_FIRST)
    return not project.row.closed


def test_a_queue_closes_when_the_budget_is_spent(campaign: PaperCampaign) -> None:
    """Not a second before; what was annotated is read first, into the store."""
    spend(campaign, BUDGET_SECONDS - 1)
    assert not close_if_spent(campaign.installation, campaign.row.id)
    assert served(campaign)
    spend(campaign, 1.0)
    assert close_if_spent(campaign.installation, campaign.row.id)
    assert not served(campaign)
    assert len(campaign.stored(AnnotationRow)) == 2


def test_a_queue_opens_when_the_budget_is_extended(campaign: PaperCampaign) -> None:
    """By as much as was added."""
    spend(campaign, BUDGET_SECONDS)
    assert close_if_spent(campaign.installation, campaign.row.id)
    campaign.set(extended_minutes=1.0)
    assert not close_if_spent(campaign.installation, campaign.row.id)
    assert served(campaign)


def test_a_queue_is_closed_while_annotating_is_paused(campaign: PaperCampaign) -> None:
    """However much time is left; it opens when annotating goes on."""
    campaign.set(annotating_paused=True)
    assert close_if_spent(campaign.installation, campaign.row.id)
    assert not served(campaign)
    campaign.server.requests.clear()
    assert close_if_spent(campaign.installation, campaign.row.id)
    assert {"change_project", "close_queue"}.isdisjoint(campaign.server.requests)
    campaign.set(annotating_paused=False)
    assert not close_if_spent(campaign.installation, campaign.row.id)
    assert served(campaign)


def test_a_queue_closes_when_its_annotators_have_used_up_their_own_time(campaign: PaperCampaign) -> None:
    """Though the campaign has more; a second annotator may still go on."""
    campaign.change(budget_minutes=60.0, annotator_minutes=2.0, annotators=2)
    spend(campaign, BUDGET_SECONDS)
    assert not close_if_spent(campaign.installation, campaign.row.id)
    campaign.change(annotators=1)
    assert close_if_spent(campaign.installation, campaign.row.id)


def test_a_pause_during_the_check_counts(campaign: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign is read again after Label Studio answered, which may take long."""
    users = campaign.server.users

    def paused_meanwhile() -> dict[str, str]:
        campaign.set(annotating_paused=True)
        return users()

    monkeypatch.setattr(campaign.server, "users", paused_meanwhile)
    assert close_if_spent(campaign.installation, campaign.row.id)
    assert not served(campaign)


def test_each_event_is_checked_once_while_its_round_waits(campaign: PaperCampaign) -> None:
    """And again after the next event; a campaign without a waiting round is left to the worker."""
    closer, first, second = QueueCloser(campaign.installation), campaign.row.id, law(campaign).id
    assert closer.check() == []
    submit(campaign, first)
    assert (closer.check(), closer.check()) == ([first], [])
    submit(campaign, first)
    submit(campaign, second)
    assert (closer.check(), closer.check()) == ([first, second], [])
    submit(campaign, second)
    with campaign.installation.store.session() as session:
        claim_round(session, campaign.installation.worker, second)
    assert closer.check() == []
    assert campaign.server.requests.count("users") == 3


def test_the_closer_closes_the_queue_of_a_round_that_waits(campaign: PaperCampaign) -> None:
    """Long before that round begins."""
    spend(campaign, BUDGET_SECONDS)
    closer = QueueCloser(campaign.installation)
    assert closer.check() == []
    assert served(campaign)
    submit(campaign, campaign.row.id)
    assert closer.check() == [campaign.row.id]
    assert not served(campaign)


def test_a_round_that_the_worker_may_still_take_is_left_to_it(
    campaign: PaperCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only one that has waited for some time, is not under way and is not put off is looked after."""
    closer, number = QueueCloser(campaign.installation), campaign.row.id
    monkeypatch.setattr(closing, "MIN_WAIT_SECONDS", 60.0)
    submit(campaign, number)
    assert closer.check() == []
    monkeypatch.setattr(closing, "MIN_WAIT_SECONDS", 0.0)
    with campaign.installation.store.session() as session:
        row = claim_round(session, campaign.installation.worker, number)
        assert row is not None
    assert closer.check() == []
    with campaign.installation.store.session() as session:
        postpone_round(session, row, "Label Studio is away", 60.0)
    assert closer.check() == []
    assert campaign.server.requests == []
    submit(campaign, number)
    with campaign.installation.store.session() as session:
        queue_round(session, number, "by hand", at_once=True)
    assert closer.check() == [number]


def test_a_server_that_fails_holds_nobody_else_up(campaign: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again some seconds later, as long as the round waits."""
    first, second = campaign.row.id, law(campaign).id
    submit(campaign, first)
    submit(campaign, second)
    closer = QueueCloser(campaign.installation)
    campaign.server.fails = ("before", "project")
    assert (closer.check(), closer.check()) == ([second], [])
    monkeypatch.setattr(closing, "BACK_OFF_SECONDS", 0.0)
    soon = QueueCloser(campaign.installation)
    campaign.server.fails = ("before", "project")
    assert (soon.check(), soon.check(), soon.check()) == ([second], [first], [])


def test_a_project_that_is_gone_raises(campaign: PaperCampaign) -> None:
    """For whoever asks; the thread tries again, and the round reports it."""
    campaign.server.delete_project(campaign.project().number)
    with pytest.raises(ExchangeError, match="no longer there"):
        close_if_spent(campaign.installation, campaign.row.id)


def test_the_thread_closes_a_queue_and_survives_a_store_that_is_away(
    campaign: PaperCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two turns fail, the third finds the queue whose budget is spent."""
    turns, check = [], QueueCloser.check

    def fails_twice(closer: QueueCloser) -> list[int]:
        turns.append(1)
        if len(turns) < 3:
            raise OSError("disk")
        return check(closer)

    monkeypatch.setattr(closing, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(looping_thread, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(QueueCloser, "check", fails_twice)
    spend(campaign, BUDGET_SECONDS)
    submit(campaign, campaign.row.id)
    closer = QueueCloser(campaign.installation)
    closer.start()
    deadline = time.monotonic() + 60
    while not campaign.project().row.closed:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    closer.stop()
    assert not served(campaign)
    turned = len(turns)
    time.sleep(0.05)
    assert len(turns) == turned
