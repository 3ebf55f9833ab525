"""Caches of what can be made again: the values used last, and values that are refreshed in a thread of their own."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import nullcontext
from threading import Lock, RLock
from typing import Any, TypeVar

import cachetools

Value = TypeVar("Value")


class LRUCache:
    """At most `maxsize` values, the least recently used dropped first; each belongs to a stamp of what it is made from.

    An exclusive cache makes one value at a time: whoever asks meanwhile waits. In any other, two threads may make the
    same value at once.
    """

    def __init__(self, maxsize: int, *, exclusive: bool = False) -> None:
        self._values: cachetools.LRUCache[Hashable, tuple[object, Any]] = cachetools.LRUCache(maxsize)
        self._lock = Lock()
        self._making = RLock() if exclusive else nullcontext()

    def get(self, key: Hashable, make: Callable[[], Value], stamp: object = None) -> Value:
        """The value of that key, made where there is none, or one that was made under another stamp."""
        with self._making:
            with self._lock:
                cached = self._values.get(key)
            if cached is None or cached[0] != stamp:
                cached = (stamp, make())
                with self._lock:
                    self._values[key] = cached
            value: Value = cached[1]
            return value

    def clear(self) -> None:
        """Drop all values."""
        with self._lock:
            self._values.clear()


class RefreshingCache:
    """The newest value of each key. Whoever cannot wait gets the previous one while a new one is made."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._values: dict[Hashable, tuple[Hashable, Any]] = {}
        self._refreshing: dict[Hashable, Future[tuple[Hashable, Any]]] = {}
        self._lock = Lock()

    def get(
        self, key: Hashable, stamp: Hashable, make: Callable[[], Value], timeout: float | None = None
    ) -> Value | None:
        """The value made under that stamp, or, where that takes more than `timeout` seconds, an older one.

        None where there is no older one either; never with a timeout of None. Raises what `make` raises.
        """
        cached = self._values.get(key)
        if cached is not None and cached[0] == stamp:
            value: Value = cached[1]
            return value
        task = self._task(key, stamp, make)
        try:
            newest = task.result(timeout)
        except NotYetError:
            return cached[1] if cached is not None else None
        if newest[0] != stamp and timeout is None:  # it was being made from before the change
            return self.get(key, stamp, make)
        newer: Value = newest[1]
        return newer

    def close(self) -> None:
        """Make nothing more."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _task(self, key: Hashable, stamp: Hashable, make: Callable[[], Value]) -> Future[tuple[Hashable, Any]]:
        """The task that makes the value: one under way, or a new one. One at a time for each key."""

        def run() -> tuple[Hashable, Any]:
            try:
                value = (stamp, make())
                self._values[key] = value
                return value
            finally:
                with self._lock:
                    del self._refreshing[key]

        with self._lock:
            if key not in self._refreshing:
                self._pool = self._pool or ThreadPoolExecutor(self._threads, "refreshing-cache")
                self._refreshing[key] = self._pool.submit(run)
            return self._refreshing[key]
