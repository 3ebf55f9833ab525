"""The quick lane: which campaigns are settled while their round waits."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clime_core.errors import ExchangeError
from ml_backend.ground.settings import Settings
from ml_backend.ground.store.campaigns import save_campaign
from ml_backend.ground.store.events import add_event
from ml_backend.ground.store.rounds import claim_round, kept_waiting, postpone_round, queue_round
from ml_backend.lanes import closer
from ml_backend.lanes.closer import Closer
from ml_backend.work.workshop import Workshop, open_workshop


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """An installation with two campaigns, 1 and 2, whose rounds are due at once."""
    monkeypatch.setattr(closer, "PATIENCE_SECONDS", 0.0)
    opened = open_workshop(Settings(data_dir=tmp_path))
    with opened.store.session() as session:
        for name in ("health", "law"):
            save_campaign(session, name, {})
    yield opened
    opened.close()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The campaigns that were settled, in order; nothing else happens."""
    campaigns: list[int] = []
    monkeypatch.setattr(closer, "settle_campaign", lambda _, campaign: campaigns.append(campaign))
    return campaigns


def happen(workshop: Workshop, campaign: int) -> None:
    """An annotator submits."""
    with workshop.store.session() as session:
        add_event(session, campaign, "ANNOTATION_CREATED", 1)
        queue_round(session, campaign, "ANNOTATION_CREATED")


def test_each_event_is_settled_once_while_its_round_waits(workshop: Workshop, settled: list[int]) -> None:
    """And again after the next event; a campaign without a waiting round is left to the worker."""
    quick = Closer(workshop)
    assert quick.look() == []
    happen(workshop, 1)
    assert (quick.look(), quick.look()) == ([1], [])
    happen(workshop, 1)
    happen(workshop, 2)
    assert (quick.look(), quick.look()) == ([1, 2], [])
    happen(workshop, 2)
    with workshop.store.session() as session:
        claim_round(session, workshop.worker, 2)
    assert quick.look() == []
    assert settled == [1, 1, 2]


def test_a_round_that_the_worker_may_still_take_is_left_to_it(workshop: Workshop) -> None:
    """Only one that has waited for some time, and that is not put off, is kept waiting."""
    happen(workshop, 1)
    with workshop.store.session() as session:
        assert kept_waiting(session, 60.0) == []
        assert kept_waiting(session, 0.0) == [1]
        row = claim_round(session, workshop.worker, 1)
        assert row is not None
        assert kept_waiting(session, 0.0) == []
        postpone_round(session, row, "Label Studio is away", 60.0)
        assert kept_waiting(session, 0.0) == []


def test_a_server_that_fails_holds_nobody_else_up(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again some seconds later."""
    asked: list[int] = []

    def settle(_: Workshop, campaign: int) -> None:
        asked.append(campaign)
        if campaign == 1:
            raise ExchangeError("away")

    monkeypatch.setattr(closer, "settle_campaign", settle)
    happen(workshop, 1)
    happen(workshop, 2)
    quick = Closer(workshop)
    assert (quick.look(), quick.look(), asked) == ([2], [], [1, 2])
    monkeypatch.setattr(closer, "BACK_OFF_SECONDS", 0.0)
    again = Closer(workshop)
    assert (again.look(), again.look(), asked) == ([2], [], [1, 2, 1, 2, 1])


def test_the_thread_survives_a_store_that_is_away(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next turn finds it again."""
    turns: list[int] = []

    def look(_: Closer) -> list[int]:
        turns.append(1)
        raise OSError("disk")

    monkeypatch.setattr(closer, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(closer, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(Closer, "look", look)
    quick = Closer(workshop)
    quick.start()
    deadline = time.monotonic() + 20
    while len(turns) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    quick.stop()
