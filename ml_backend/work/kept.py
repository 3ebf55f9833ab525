"""The last few things that were made for the pages, by what they were made from."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Value = TypeVar("Value")


class Kept:
    """At most `most` values; the one that was not asked for longest goes first. Holds only what can be made again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of that key, made if it is not there. Two requests at once may both make it: equal values."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                there: Value = self._values[key]
                return there
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value
