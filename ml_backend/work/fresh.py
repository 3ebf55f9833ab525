"""Values that are made anew, in a thread of their own, when what they are made from changes."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from threading import Lock
from typing import Any, TypeVar

Value = TypeVar("Value")
Made = tuple[Hashable, Any]


class Fresh:
    """The newest value of each key. Whoever cannot wait gets the one before while a new one is made."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._made: dict[Hashable, Made] = {}
        self._under_way: dict[Hashable, Future[Made]] = {}
        self._lock = Lock()

    def get(
        self, key: Hashable, stamp: Hashable, make: Callable[[], Value], patience: float | None = None
    ) -> Value | None:
        """The value made under that stamp, or, where that takes more than `patience` seconds, an older one.

        None where there is no older one either; never with a patience of None. Raises what `make` raises.
        """
        made = self._made.get(key)
        if made is not None and made[0] == stamp:
            value: Value = made[1]
            return value
        task = self._task(key, stamp, make)
        try:
            newest = task.result(patience)
        except NotYetError:
            return made[1] if made is not None else None
        if newest[0] != stamp and patience is None:  # that was under way from before the change
            return self.get(key, stamp, make)
        newer: Value = newest[1]
        return newer

    def close(self) -> None:
        """Make nothing more."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _task(self, key: Hashable, stamp: Hashable, make: Callable[[], Value]) -> Future[Made]:
        """What makes the value: the one that is at it already, or a new one. One at a time for each key."""

        def run() -> Made:
            try:
                made = (stamp, make())
                self._made[key] = made
                return made
            finally:
                with self._lock:
                    del self._under_way[key]

        with self._lock:
            if key not in self._under_way:
                self._pool = self._pool or ThreadPoolExecutor(self._threads, "fresh")
                self._under_way[key] = self._pool.submit(run)
            return self._under_way[key]
