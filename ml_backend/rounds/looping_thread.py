"""A thread that takes one step after the other until it is stopped."""

import logging
from abc import ABC, abstractmethod
from threading import Event, Thread

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = 5.0
"""How long a thread waits after a step that failed."""


class LoopingThread(ABC):
    """Takes steps in a thread of its own. A step that fails is logged, and the thread goes on.

    `delay` seconds pass before the first step. Whoever sets `wake` ends the wait between two steps.
    """

    def __init__(self, name: str, *, delay: float = 0.0, wake: Event | None = None) -> None:
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._delay = delay
        self._wake = wake or Event()
        self._stopping = Event()

    @abstractmethod
    def step(self) -> float:
        """Do what is due. Returns the seconds to wait before the next step."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Wait until the step under way is done, at most `timeout` seconds; the thread ends after it."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        self._wait(self._delay)
        while not self._stopping.is_set():
            try:
                seconds = self.step()
            except Exception:  # the outermost frame of the thread: a store that is away for a moment ends nothing
                log.exception("%s goes on in %.0f s", self._thread.name, BACK_OFF_SECONDS)
                self._stopping.wait(BACK_OFF_SECONDS)
            else:
                self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self._wake.wait(seconds)
            self._wake.clear()
