"""The queue of rounds."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor

from ml_backend.store.database import Store
from ml_backend.store.rounds import (
    MAX_SILENCE_SECONDS,
    claim_round,
    end_round,
    forget_failures,
    is_busy,
    postpone_round,
    queue_round,
    recent_rounds,
    requeue_dead,
    worker_name,
)
from ml_backend.store.tables import RoundRow, RoundState, now

ME = worker_name()


def test_many_requests_make_one_waiting_round(store: Store, campaign: int) -> None:
    """Two hundred events lead to at most one running and one waiting round."""

    def ask(i: int) -> bool:
        with store.session() as session:
            return queue_round(session, campaign, f"event {i}")

    with store.session() as session:
        queue_round(session, campaign, "first")
        claimed = claim_round(session, ME, campaign)
    assert claimed is not None
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(200))) == 1
    with store.session() as session:
        states = [row.state for row in recent_rounds(session, campaign)]
    assert sorted(states) == ["queued", "running"]


def test_a_campaign_has_one_round_at_a_time(store: Store, campaign: int) -> None:
    """The waiting round is taken when the running one has ended."""
    with store.session() as session:
        queue_round(session, campaign, "a")
        first = claim_round(session, ME)
        queue_round(session, campaign, "b")
        assert claim_round(session, ME) is None
        assert first is not None
        end_round(session, first.id, RoundState.DONE, version=1)
    with store.session() as session:
        second = claim_round(session, ME)
        assert second is not None
        assert second.reason == "b"


def test_several_workers_never_take_the_same_round(store: Store, campaign: int) -> None:
    """Of eight workers at the same moment one gets the round."""
    with store.session() as session:
        queue_round(session, campaign, "a")

    def take(_: int) -> bool:
        with store.session() as session:
            return claim_round(session, ME) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1


def running(store: Store, campaign: int, worker: str) -> None:
    """A forced round under way."""
    with store.session() as session:
        queue_round(session, campaign, "Start training", forced=True)
        assert claim_round(session, worker) is not None


def test_the_round_of_a_dead_worker_is_done_again(store: Store, campaign: int) -> None:
    """A kill -9 leaves a running round of a process that is gone; it is queued, and still forced."""
    running(store, campaign, f"{socket.gethostname()}:99:old")
    with store.session() as session:
        assert requeue_dead(session, ME, alive=lambda _: True) == 0
        assert requeue_dead(session, ME, alive=lambda _: False) == 1
    with store.session() as session:
        again = claim_round(session, ME)
        assert again is not None
        assert again.forced
        assert "its worker died" in again.reason


def test_a_restarted_container_takes_up_what_its_former_self_left(store: Store, campaign: int) -> None:
    """Every process there is number 1: the same host and process id, and yet another worker."""
    running(store, campaign, f"{socket.gethostname()}:{os.getpid()}:former")
    with store.session() as session:
        assert requeue_dead(session, ME) == 1


def test_a_worker_never_takes_its_own_round_for_dead(store: Store, campaign: int) -> None:
    """Looking around while a round runs changes nothing."""
    running(store, campaign, ME)
    with store.session() as session:
        assert requeue_dead(session, ME, alive=lambda _: False) == 0


def test_a_silent_worker_elsewhere_is_taken_for_dead(store: Store, campaign: int) -> None:
    """On another machine only the time of the last beat can tell."""
    running(store, campaign, "elsewhere:1:x")
    with store.session() as session:
        assert requeue_dead(session, ME) == 0
        (row,) = recent_rounds(session, campaign)
        row.beat_at = now() - MAX_SILENCE_SECONDS - 1
        session.flush()
        assert requeue_dead(session, ME) == 1


def test_a_postponed_round_waits_and_says_why(store: Store, campaign: int) -> None:
    """While Label Studio is away the round stays in the queue with the reason."""
    with store.session() as session:
        queue_round(session, campaign, "a")
        row = claim_round(session, ME)
        assert row is not None
        postpone_round(session, row, "Label Studio cannot be reached", seconds=60)
    with store.session() as session:
        assert is_busy(session, campaign)
        assert claim_round(session, ME) is None
        (waiting,) = recent_rounds(session, campaign)
        assert waiting.error == "Label Studio cannot be reached"
        waiting.not_before = 0
    with store.session() as session:
        assert claim_round(session, ME) is not None


def test_start_training_forces_a_waiting_round(store: Store, campaign: int) -> None:
    """The button counts also when an event came first."""
    with store.session() as session:
        queue_round(session, campaign, "event")
        assert not queue_round(session, campaign, "Start training", forced=True)
        row = session.query(RoundRow).one()
        session.refresh(row)
        assert row.forced


def failed(store: Store, campaign: int, error: str) -> None:
    """A round that failed."""
    with store.session() as session:
        queue_round(session, campaign, "a")
        row = claim_round(session, ME)
        assert row is not None
        end_round(session, row.id, RoundState.FAILED, error=error)


def test_a_fault_that_repeats_is_told_once_and_forgotten_when_gone(store: Store, campaign: int) -> None:
    """A server that is looked at every half minute does not fill the page with one fault."""
    failed(store, campaign, "no token")
    failed(store, campaign, "no file")
    with store.session() as session:
        assert forget_failures(session, campaign, "no file") == 1
        assert [row.error for row in recent_rounds(session, campaign)] == ["no token"]
        assert forget_failures(session, campaign) == 1
        assert recent_rounds(session, campaign) == []
