"""The quick lane: a thread that settles the queues of campaigns whose round has to wait for another one."""

import logging
from threading import Event, Thread
from time import monotonic

from clime_core.errors import ClimeError
from ml_backend.ground.store.events import newest_event
from ml_backend.ground.store.rounds import kept_waiting
from ml_backend.work.settle import settle_campaign
from ml_backend.work.workshop import Workshop

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
PATIENCE_SECONDS = 0.3
"""A worker that is free takes a round at once."""
BACK_OFF_SECONDS = 5.0


class Closer:
    """Sees to it that a queue closes seconds after the Submit that uses up its time, however long a round takes."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._stop = Event()
        self._thread = Thread(target=self._run, name="closer", daemon=True)
        self._settled: dict[int, int] = {}
        self._again: dict[int, float] = {}

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join(timeout)

    def look(self) -> list[int]:
        """Settle the campaigns that have had events since the last look and whose round waits; which those were.

        Where a Label Studio server fails it is tried again later, as long as the round waits; the round will tell.
        """
        with self._workshop.store.reading() as session:
            waiting = {c: newest_event(session, c) for c in kept_waiting(session, PATIENCE_SECONDS)}
        due = [c for c, event in waiting.items() if self._settled.get(c) != event]
        return [c for c in due if self._again.get(c, 0.0) <= monotonic() and self._settle(c, waiting[c])]

    def _settle(self, campaign: int, event: int) -> bool:
        try:
            settle_campaign(self._workshop, campaign)
        except ClimeError as error:
            log.info("campaign %d: not settled while its round waits: %s", campaign, error)
            self._again[campaign] = monotonic() + BACK_OFF_SECONDS
            return False
        self._settled[campaign] = event
        return True

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:  # the outermost frame of the quick lane: a store that is away for a moment ends nothing
                log.exception("the closer goes on in %.0f s", BACK_OFF_SECONDS)
                self._stop.wait(BACK_OFF_SECONDS)
