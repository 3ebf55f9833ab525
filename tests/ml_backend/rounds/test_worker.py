"""The worker survives what its rounds and its store do to it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from clime_core.errors import CampaignError
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.errors import UnreachableError
from ml_backend.rounds import looping_thread, worker
from ml_backend.rounds.round import RoundReport
from ml_backend.rounds.worker import Worker, do_next
from ml_backend.settings import Settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.rounds import queue_round, recent_rounds
from ml_backend.store.tables import RoundRow, RoundState


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An installation with one campaign and a waiting round."""
    opened = open_installation(Settings(data_dir=tmp_path, poll_seconds=0.05))
    with opened.store.session() as session:
        queue_round(session, save_campaign(session, "health", {}).id, "a")
    yield opened
    opened.close()


def rounds(installation: Installation) -> list[RoundRow]:
    """All rounds, newest first."""
    with installation.store.reading() as session:
        return recent_rounds(session, 1)


def raising(error: Exception) -> Callable[..., RoundReport]:
    """A round that fails."""

    def drive(*_: object) -> RoundReport:
        raise error

    return drive


@pytest.mark.parametrize(
    ("error", "state", "reported"),
    [
        (CampaignError("no token"), RoundState.FAILED, "no token"),
        (RuntimeError("detail"), RoundState.FAILED, "an error inside clime; its log says more"),
        (UnreachableError("Label Studio is away"), RoundState.QUEUED, "Label Studio is away"),
    ],
)
def test_how_a_round_ends_is_reported(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, error: Exception, state: RoundState, reported: str
) -> None:
    """A fault fails the round, an absent server postpones it; neither ends the worker."""
    monkeypatch.setattr(worker, "do_round", raising(error))
    assert do_next(installation)
    (row,) = rounds(installation)
    assert (row.state, row.error) == (state, reported)


def test_a_store_that_is_away_for_a_moment_does_not_end_the_worker(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next turn finds it again."""
    turns: list[str] = []

    def flaky(_: Installation) -> None:
        turns.append("poll")
        if len(turns) < 3:
            raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr(worker, "poll_campaigns", flaky)
    monkeypatch.setattr(looping_thread, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(worker, "do_round", lambda *_: RoundReport(1, {}, ()))
    thread = Worker(installation)
    thread.start()
    deadline = time.monotonic() + 120
    while rounds(installation)[-1].state != RoundState.DONE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    thread.stop()
    assert len(turns) >= 3


def test_a_long_step_is_known_to_be_alive(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heart beats while a step that reports nothing goes on."""
    beats: list[float | None] = []

    def slow(*_: object) -> RoundReport:
        deadline = time.monotonic() + 120
        first = rounds(installation)[0].beat_at
        while rounds(installation)[0].beat_at == first:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        beats.append(rounds(installation)[0].beat_at)
        return RoundReport(1, {}, ())

    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(worker, "do_round", slow)
    assert do_next(installation)
    assert beats
