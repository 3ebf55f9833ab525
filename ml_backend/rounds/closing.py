"""Closing queues on time: a queue whose budget is spent closes within seconds, however long a round takes."""

import logging
from threading import Event, Thread
from time import monotonic

from clime_core.errors import ClimeError
from ml_backend.installation import Installation
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.sync import sync_recent
from ml_backend.label_studio.visits import read_visits
from ml_backend.queue.publish import open_or_close
from ml_backend.queue.time_budget import campaign_budget, ledger_of
from ml_backend.store.campaigns import projects_of
from ml_backend.store.events import newest_event
from ml_backend.store.rounds import kept_waiting
from ml_backend.store.tables import CampaignRow

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.3
MIN_WAIT_SECONDS = 0.3
"""A worker that is free takes a round at once; only rounds that wait longer are looked after."""
BACK_OFF_SECONDS = 5.0


def close_if_spent(installation: Installation, campaign_id: int) -> bool:
    """Read what is new, close or open the campaign's queues; whether they are closed now. Raises ExchangeError.

    Safe at any moment of a round: it only adds to the store what a round would add, too, and every step of it is
    idempotent. A round that ends later reads it, and hands nothing out.
    """
    store = installation.store
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
        rows = projects_of(session, row)  # before the annotations, see open_or_close
    campaign = installation.campaign(row)
    server = installation.server(campaign)
    projects = [LinkedProject(server, store, project) for project in rows]
    for project in projects:
        sync_recent(project)
    ledger = ledger_of(campaign, read_visits(store, rows, row.created_at))
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
    closed = row.annotating_paused or campaign_budget(campaign, row).spent(ledger, campaign.work.annotators)
    open_or_close(projects, closed=closed)
    return closed


class QueueCloser:
    """A thread that closes the queues of campaigns whose round has to wait for another one."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._stop = Event()
        self._thread = Thread(target=self._run, name="queue-closer", daemon=True)
        self._checked: dict[int, int] = {}
        self._not_before: dict[int, float] = {}

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop the thread."""
        self._stop.set()
        self._thread.join(timeout)

    def check(self) -> list[int]:
        """Check the campaigns that had events since the last check and whose round waits; which those were.

        Where a Label Studio server fails it is tried again later, as long as the round waits; the round reports it.
        """
        with self._installation.store.reading() as session:
            waiting = {c: newest_event(session, c) for c in kept_waiting(session, MIN_WAIT_SECONDS)}
        due = [c for c, event in waiting.items() if self._checked.get(c) != event]
        return [c for c in due if self._not_before.get(c, 0.0) <= monotonic() and self._check(c, waiting[c])]

    def _check(self, campaign: int, event: int) -> bool:
        try:
            close_if_spent(self._installation, campaign)
        except ClimeError as error:
            log.info("campaign %d: queue not checked while its round waits: %s", campaign, error)
            self._not_before[campaign] = monotonic() + BACK_OFF_SECONDS
            return False
        self._checked[campaign] = event
        return True

    def _run(self) -> None:
        while not self._stop.wait(CHECK_SECONDS):
            try:
                self.check()
            except Exception:  # the outermost frame of the thread: a store that is away for a moment ends nothing
                log.exception("the queue closer goes on in %.0f s", BACK_OFF_SECONDS)
                self._stop.wait(BACK_OFF_SECONDS)
