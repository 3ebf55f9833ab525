"""The queue closer: which campaigns it checks while their round waits."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clime_core.errors import ExchangeError
from ml_backend.installation import Installation, open_installation
from ml_backend.rounds import closing, looping_thread
from ml_backend.rounds.closing import QueueCloser
from ml_backend.settings import Settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.events import add_event
from ml_backend.store.rounds import claim_round, kept_waiting, postpone_round, queue_round


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation with two campaigns, 1 and 2, whose rounds are due at once."""
    monkeypatch.setattr(closing, "MIN_WAIT_SECONDS", 0.0)
    opened = open_installation(Settings(data_dir=tmp_path))
    with opened.store.session() as session:
        for name in ("health", "law"):
            save_campaign(session, name, {})
    yield opened
    opened.close()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The campaigns that were checked, in order; nothing else happens."""
    campaigns: list[int] = []
    monkeypatch.setattr(closing, "close_if_spent", lambda _, campaign: campaigns.append(campaign))
    return campaigns


def happen(installation: Installation, campaign: int) -> None:
    """An annotator submits."""
    with installation.store.session() as session:
        add_event(session, campaign, "ANNOTATION_CREATED", 1)
        queue_round(session, campaign, "ANNOTATION_CREATED")


def test_each_event_is_checked_once_while_its_round_waits(installation: Installation, checked: list[int]) -> None:
    """And again after the next event; a campaign without a waiting round is left to the worker."""
    closer = QueueCloser(installation)
    assert closer.check() == []
    happen(installation, 1)
    assert (closer.check(), closer.check()) == ([1], [])
    happen(installation, 1)
    happen(installation, 2)
    assert (closer.check(), closer.check()) == ([1, 2], [])
    happen(installation, 2)
    with installation.store.session() as session:
        claim_round(session, installation.worker, 2)
    assert closer.check() == []
    assert checked == [1, 1, 2]


def test_a_round_that_the_worker_may_still_take_is_left_to_it(installation: Installation) -> None:
    """Only one that has waited for some time, and that is not put off, is kept waiting."""
    happen(installation, 1)
    with installation.store.session() as session:
        assert kept_waiting(session, 60.0) == []
        assert kept_waiting(session, 0.0) == [1]
        row = claim_round(session, installation.worker, 1)
        assert row is not None
        assert kept_waiting(session, 0.0) == []
        postpone_round(session, row, "Label Studio is away", 60.0)
        assert kept_waiting(session, 0.0) == []


def test_a_server_that_fails_holds_nobody_else_up(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again some seconds later."""
    asked: list[int] = []

    def close(_: Installation, campaign: int) -> None:
        asked.append(campaign)
        if campaign == 1:
            raise ExchangeError("away")

    monkeypatch.setattr(closing, "close_if_spent", close)
    happen(installation, 1)
    happen(installation, 2)
    closer = QueueCloser(installation)
    assert (closer.check(), closer.check(), asked) == ([2], [], [1, 2])
    monkeypatch.setattr(closing, "BACK_OFF_SECONDS", 0.0)
    again = QueueCloser(installation)
    assert (again.check(), again.check(), asked) == ([2], [], [1, 2, 1, 2, 1])


def test_the_thread_survives_a_store_that_is_away(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next turn finds it again."""
    turns: list[int] = []

    def fail(_: QueueCloser) -> list[int]:
        turns.append(1)
        raise OSError("disk")

    monkeypatch.setattr(closing, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(looping_thread, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(QueueCloser, "check", fail)
    closer = QueueCloser(installation)
    closer.start()
    deadline = time.monotonic() + 120
    while len(turns) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    closer.stop()
