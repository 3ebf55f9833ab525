"""The work lane: a thread that does the rounds, one after the other, outside every request."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from clime_core.errors import ClimeError
from clime_core.progress import Progress, silent
from ml_backend.installation import Installation
from ml_backend.label_studio.client import UnreachableError
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

BACK_OFF_SECONDS = 5.0
BEAT_SECONDS = 10.0


class Worker:
    """Takes waiting rounds and does them; looks at every campaign by itself from time to time."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._stop = Event()
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Finish the round under way, or leave it to be done again after `timeout` seconds."""
        self._stop.set()
        self._installation.new_event.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        looked = float("-inf")
        while not self._stop.is_set():
            try:
                if time.monotonic() - looked >= self._installation.settings.poll_seconds:
                    look_around(self._installation)
                    looked = time.monotonic()
                idle = not do_next(self._installation)
            except Exception:  # the outermost frame of the work lane: a store that is away for a moment ends nothing
                log.exception("the worker goes on in %.0f s", BACK_OFF_SECONDS)
                self._stop.wait(BACK_OFF_SECONDS)
                continue
            if idle:
                self._installation.new_event.wait(min(1.0, self._installation.settings.poll_seconds))
                self._installation.new_event.clear()


def look_around(installation: Installation) -> None:
    """Queue what a dead worker left, and a round for each campaign: events may have been lost."""
    with installation.store.session() as session:
        prune_events(session)
        requeue_dead(session, installation.worker)
        for campaign in all_campaigns(session):
            queue_round(session, campaign.id, "a regular look")


def do_next(installation: Installation, campaign_id: int | None = None, progress: Progress = silent) -> bool:
    """Do the oldest waiting round. False if there is none. Errors end the round, never the worker."""
    with installation.store.session() as session:
        row = claim_round(session, installation.worker, campaign_id)
        if row is None:
            return False
        name = session.get_one(CampaignRow, row.campaign_id).name
    try:
        with _beating(installation, row):
            report = do_round(installation, row, progress)
    except UnreachableError as error:
        _postpone(installation, row, name, str(error))
    except ClimeError as error:
        log.warning("campaign %s: round %d failed: %s", name, row.id, error)
        _fail(installation, row, name, str(error))
    except Exception:  # the outermost frame of the work lane
        log.exception("campaign %s: round %d failed", name, row.id)
        _fail(installation, row, name, "an error inside clime; its log says more")
    else:
        _finish(installation, row, name, report)
    return True


@contextmanager
def _beating(installation: Installation, row: RoundRow) -> Iterator[None]:
    """Say every few seconds that the round is alive, however long one of its steps takes."""
    done = Event()

    def run() -> None:
        while not done.wait(BEAT_SECONDS):
            with suppress(SQLAlchemyError), installation.store.session() as session:
                beat(session, row.id)

    heart = Thread(target=run, name="heartbeat", daemon=True)
    heart.start()
    try:
        yield
    finally:
        done.set()
        heart.join()


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
