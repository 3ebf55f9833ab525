"""The worker: a thread that does the rounds, one after the other, outside every request."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from clime_core.errors import ClimeError
from clime_core.progress import Progress, silent
from ml_backend.installation import Installation
from ml_backend.label_studio.errors import UnreachableError
from ml_backend.rounds.looping_thread import LoopingThread
from ml_backend.rounds.round import RoundReport, do_round
from ml_backend.store.campaigns import all_campaigns
from ml_backend.store.events import prune_events
from ml_backend.store.rounds import (
    beat,
    claim_round,
    drop_round,
    end_round,
    forget_failures,
    postpone_round,
    queue_round,
    requeue_dead,
)
from ml_backend.store.tables import CampaignRow, RoundRow, RoundState

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0

STOP_SECONDS = 30.0
"""How long a round under way may go on when the worker is stopped."""

MAX_IDLE_SECONDS = 1.0
"""How long the worker waits for an event before it checks the queue of rounds, which other processes write to."""


class Worker(LoopingThread):
    """Does the waiting rounds, and checks every campaign from time to time without having been called."""

    def __init__(self, installation: Installation) -> None:
        super().__init__("worker", wake=installation.new_event)
        self._installation = installation
        self._next_poll = float("-inf")

    def stop(self, timeout: float | None = STOP_SECONDS) -> None:
        """Finish the round under way. After `timeout` seconds it is left, and done again by the next worker."""
        super().stop(timeout)

    def step(self) -> float:
        """Do one round, if one is waiting."""
        poll_seconds = self._installation.settings.poll_seconds
        if time.monotonic() >= self._next_poll:
            poll_campaigns(self._installation)
            self._next_poll = time.monotonic() + poll_seconds
        return 0.0 if do_next(self._installation) else min(MAX_IDLE_SECONDS, poll_seconds)


class Heartbeat(LoopingThread):
    """Reports every few seconds that a round is alive, however long one of its steps takes."""

    def __init__(self, installation: Installation, row: RoundRow) -> None:
        super().__init__("heartbeat", delay=BEAT_SECONDS)
        self._installation, self._row = installation, row

    def step(self) -> float:
        """Report it once. A store that is away for a moment gets the next report."""
        with suppress(SQLAlchemyError), self._installation.store.session() as session:
            beat(session, self._row.id)
        return BEAT_SECONDS


def poll_campaigns(installation: Installation) -> None:
    """Queue what a dead worker left, and a round for each campaign: events may have been lost."""
    with installation.store.session() as session:
        prune_events(session)
        requeue_dead(session, installation.worker)
        for campaign in all_campaigns(session):
            queue_round(session, campaign.id, "a regular check")


def do_next(installation: Installation, campaign_id: int | None = None, progress: Progress = silent) -> bool:
    """Do the oldest waiting round. False if there is none. Errors end the round, never the worker."""
    with installation.store.session() as session:
        row = claim_round(session, installation.worker, campaign_id)
        if row is None:
            return False
        name = session.get_one(CampaignRow, row.campaign_id).name
    try:
        with _heartbeat(installation, row):
            report = do_round(installation, row, progress)
    except UnreachableError as error:
        _postpone(installation, row, name, str(error))
    except ClimeError as error:
        log.warning("campaign %s: round %d failed: %s", name, row.id, error)
        _fail(installation, row, name, str(error))
    except Exception:  # the outermost frame of a round
        log.exception("campaign %s: round %d failed", name, row.id)
        _fail(installation, row, name, "an error inside clime; its log says more")
    else:
        _finish(installation, row, name, report)
    return True


@contextmanager
def _heartbeat(installation: Installation, row: RoundRow) -> Iterator[None]:
    """The round's heart beats until the block ends."""
    heartbeat = Heartbeat(installation, row)
    heartbeat.start()
    try:
        yield
    finally:
        heartbeat.stop()


def _finish(installation: Installation, row: RoundRow, name: str, report: RoundReport) -> None:
    if report.version is None:
        with installation.store.session() as session:
            drop_round(session, row.id)
            forget_failures(session, row.campaign_id)
        return
    for step, seconds in report.seconds.items():
        installation.metrics.steps.labels(step).observe(seconds)
    installation.metrics.live.labels(name).set(report.version)
    log.info("campaign %s: model version %d in %.1f s", name, report.version, sum(report.seconds.values()))
    values = {"seconds": report.seconds, "notes": list(report.notes), "version": report.version}
    _end(installation, row, name, RoundState.DONE, **values)


def _fail(installation: Installation, row: RoundRow, name: str, error: str) -> None:
    with installation.store.session() as session:
        forget_failures(session, row.campaign_id, error)
    _end(installation, row, name, RoundState.FAILED, error=error)


def _end(installation: Installation, row: RoundRow, name: str, state: RoundState, **values: object) -> None:
    installation.metrics.rounds.labels(name, state).inc()
    with installation.store.session() as session:
        end_round(session, row.id, state, **values)


def _postpone(installation: Installation, row: RoundRow, name: str, error: str) -> None:
    log.warning("campaign %s: waiting for Label Studio: %s", name, error)
    installation.metrics.rounds.labels(name, "postponed").inc()
    with installation.store.session() as session:
        postpone_round(session, row, error, installation.settings.poll_seconds)
