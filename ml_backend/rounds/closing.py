"""Closing queues on time: a queue whose budget is spent closes within seconds, however long a round takes."""

import logging
from time import monotonic

from clime_core.errors import ClimeError
from ml_backend.installation import Installation
from ml_backend.label_studio.projects import linked_projects
from ml_backend.label_studio.sync import sync_recent
from ml_backend.label_studio.visits import read_visits
from ml_backend.queue.publish import open_or_close
from ml_backend.queue.time_budget import campaign_budget, ledger_of
from ml_backend.rounds.looping_thread import BACK_OFF_SECONDS, LoopingThread
from ml_backend.store.campaigns import projects_of
from ml_backend.store.events import newest_event
from ml_backend.store.rounds import kept_waiting
from ml_backend.store.tables import CampaignRow

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.3
MIN_WAIT_SECONDS = 0.3
"""A worker that is free takes a round at once; the queue is only checked for rounds that wait longer."""

STOP_SECONDS = 10.0
"""How long a check under way may go on when the thread is stopped."""


def close_if_spent(installation: Installation, campaign_id: int) -> bool:
    """Read new annotations, then close or open the campaign's queues. Returns whether they are closed now.

    Safe at any moment of a round: it adds to the store only what a round would add, and every step is idempotent. A
    round that ends later reads it, and hands nothing out. Raises ExchangeError.
    """
    store = installation.store
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
        rows = projects_of(session, row)  # before the annotations, see open_or_close
    campaign = installation.campaign(row)
    projects = linked_projects(installation.server(campaign), store, rows)
    for project in projects:
        sync_recent(project)
    ledger = ledger_of(campaign, read_visits(store, rows, row.created_at))
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
    closed = row.annotating_paused or campaign_budget(campaign, row).spent(ledger, campaign.work.annotators)
    open_or_close(projects, closed=closed)
    return closed


class QueueCloser(LoopingThread):
    """Closes the queues of campaigns whose round has to wait for another one."""

    def __init__(self, installation: Installation) -> None:
        super().__init__("queue-closer", delay=CHECK_SECONDS)
        self._installation = installation
        self._checked: dict[int, int] = {}
        self._not_before: dict[int, float] = {}

    def stop(self, timeout: float | None = STOP_SECONDS) -> None:
        """Wait for the check under way, at most `timeout` seconds."""
        super().stop(timeout)

    def step(self) -> float:
        """Check the campaigns once."""
        self.check()
        return CHECK_SECONDS

    def check(self) -> list[int]:
        """Check the campaigns whose round waits and that had events since their last check. Returns their ids.

        Where a Label Studio server fails, it is tried again later while the round waits; the round reports the error.
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
