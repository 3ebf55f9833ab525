"""The work lane: a thread that does the rounds, one after the other, outside every request."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from clime_core.errors import ClimeError
from clime_core.progress import Progress, silent
from ml_backend.ground.label_studio import UnreachableError
from ml_backend.ground.store.campaigns import all_campaigns
from ml_backend.ground.store.events import prune_events
from ml_backend.ground.store.rounds import (
    beat,
    claim_round,
    drop_round,
    end_round,
    forget_failures,
    postpone_round,
    queue_round,
    requeue_dead,
)
from ml_backend.ground.store.tables import CampaignRow, RoundRow, RoundState
from ml_backend.work.round import RoundReport, drive_round
from ml_backend.work.workshop import Workshop

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = 5.0
BEAT_SECONDS = 10.0


class Worker:
    """Takes waiting rounds and does them; looks at every campaign by itself from time to time."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._stop = Event()
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish the round under way, or leave it to be done again after `timeout` seconds."""
        self._stop.set()
        self._workshop.bell.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        looked = float("-inf")
        while not self._stop.is_set():
            try:
                if time.monotonic() - looked >= self._workshop.settings.poll_seconds:
                    look_around(self._workshop)
                    looked = time.monotonic()
                idle = not do_next(self._workshop)
            except Exception:  # the outermost frame of the work lane: a store that is away for a moment ends nothing
                log.exception("the worker goes on in %.0f s", BACK_OFF_SECONDS)
                self._stop.wait(BACK_OFF_SECONDS)
                continue
            if idle:
                self._workshop.bell.wait(min(1.0, self._workshop.settings.poll_seconds))
                self._workshop.bell.clear()


def look_around(workshop: Workshop) -> None:
    """Queue what a dead worker left, and a round for each campaign: events may have been lost."""
    with workshop.store.session() as session:
        prune_events(session)
        requeue_dead(session, workshop.worker)
        for campaign in all_campaigns(session):
            queue_round(session, campaign.id, "a regular look")


def do_next(workshop: Workshop, campaign_id: int | None = None, progress: Progress = silent) -> bool:
    """Do the oldest waiting round. False if there is none. Errors end the round, never the worker."""
    with workshop.store.session() as session:
        row = claim_round(session, workshop.worker, campaign_id)
        if row is None:
            return False
        name = session.get_one(CampaignRow, row.campaign_id).name
    try:
        with _beating(workshop, row):
            report = drive_round(workshop, row, progress)
    except UnreachableError as error:
        _postpone(workshop, row, name, str(error))
    except ClimeError as error:
        log.warning("campaign %s: round %d failed: %s", name, row.id, error)
        _fail(workshop, row, name, str(error))
    except Exception:  # the outermost frame of the work lane
        log.exception("campaign %s: round %d failed", name, row.id)
        _fail(workshop, row, name, "an error inside clime; its log says more")
    else:
        _finish(workshop, row, name, report)
    return True


@contextmanager
def _beating(workshop: Workshop, row: RoundRow) -> Iterator[None]:
    """Say every few seconds that the round is alive, however long one of its steps takes."""
    done = Event()

    def run() -> None:
        while not done.wait(BEAT_SECONDS):
            with suppress(SQLAlchemyError), workshop.store.session() as session:
                beat(session, row.id)

    heart = Thread(target=run, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()


def _finish(workshop: Workshop, row: RoundRow, name: str, report: RoundReport) -> None:
    if report.version is None:
        with workshop.store.session() as session:
            drop_round(session, row.id)
            forget_failures(session, row.campaign_id)
        return
    for step, seconds in report.seconds.items():
        workshop.metrics.steps.labels(step).observe(seconds)
    workshop.metrics.live.labels(name).set(report.version)
    log.info("campaign %s: model version %d in %.1f s", name, report.version, sum(report.seconds.values()))
    values = {"seconds": report.seconds, "notes": list(report.notes), "version": report.version}
    _end(workshop, row, name, RoundState.DONE, **values)


def _fail(workshop: Workshop, row: RoundRow, name: str, error: str) -> None:
    with workshop.store.session() as session:
        forget_failures(session, row.campaign_id, error)
    _end(workshop, row, name, RoundState.FAILED, error=error)


def _end(workshop: Workshop, row: RoundRow, name: str, state: RoundState, **values: object) -> None:
    workshop.metrics.rounds.labels(name, state).inc()
    with workshop.store.session() as session:
        end_round(session, row.id, state, **values)


def _postpone(workshop: Workshop, row: RoundRow, name: str, error: str) -> None:
    log.warning("campaign %s: waiting for Label Studio: %s", name, error)
    workshop.metrics.rounds.labels(name, "postponed").inc()
    with workshop.store.session() as session:
        postpone_round(session, row, error, workshop.settings.poll_seconds)
