"""Caches: values made once, dropped when unused, refreshed when what they are made from changes."""

from collections.abc import Iterator
from functools import partial
from threading import Event, Thread

import pytest

from ml_backend.cache import LRUCache, RefreshingCache

NO_WAIT, NO_TIMEOUT = 0.01, None


@pytest.fixture
def refreshing() -> Iterator[RefreshingCache]:
    """An empty one."""
    cache = RefreshingCache()
    yield cache
    cache.close()


def test_a_value_is_made_once_for_each_stamp(refreshing: RefreshingCache) -> None:
    """The same stamp gives what was made; another one makes it anew."""
    made = iter("abc")
    assert [refreshing.get("k", stamp, lambda: next(made)) for stamp in (1, 1, 2, 2, 1)] == ["a", "a", "b", "b", "c"]


def test_keys_do_not_meet(refreshing: RefreshingCache) -> None:
    """Each has a value of its own under the same stamp."""
    assert [refreshing.get(key, 1, partial(str, key)) for key in ("a", "b")] == ["a", "b"]


def test_whoever_cannot_wait_gets_the_value_before(refreshing: RefreshingCache) -> None:
    """Until the new one is made; nothing where there is none before."""
    go = Event()

    def slow() -> str:
        go.wait(120)
        return "new"

    assert refreshing.get("k", 1, slow, NO_WAIT) is None
    go.set()
    assert refreshing.get("k", 1, slow, NO_TIMEOUT) == "new"
    go.clear()
    assert refreshing.get("k", 2, slow, NO_WAIT) == "new"
    go.set()
    assert refreshing.get("k", 2, lambda: "never made", NO_TIMEOUT) == "new"


def test_whoever_waits_gets_no_value_from_before_the_change(refreshing: RefreshingCache) -> None:
    """Also where one from before is under way."""
    go, begun = Event(), Event()

    def slow() -> str:
        begun.set()
        go.wait(120)
        return "old"

    first = Thread(target=lambda: refreshing.get("k", 1, slow))
    first.start()
    begun.wait(120)
    got = list[str | None]()
    second = Thread(target=lambda: got.append(refreshing.get("k", 2, lambda: "new")))
    second.start()
    go.set()
    first.join()
    second.join()
    assert got == ["new"]


def test_a_failure_is_raised_and_tried_again(refreshing: RefreshingCache) -> None:
    """It leaves nothing behind."""

    def broken() -> str:
        raise ValueError("no such thing")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such thing"):
            refreshing.get("k", 1, broken)
    assert refreshing.get("k", 1, lambda: "fixed") == "fixed"


def test_an_lru_cache_makes_a_value_once() -> None:
    """The second request finds the first one's."""
    cache, values = LRUCache(2), iter(["first", "second"])
    assert [cache.get("a", lambda: next(values)) for _ in range(2)] == ["first", "first"]


def test_an_lru_cache_drops_the_least_recently_used() -> None:
    """And makes it anew when it is wanted again."""
    cache = LRUCache(2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, partial(str, key))
    assert cache.get("a", lambda: "new") == "a"
    assert cache.get("b", lambda: "new") == "new"


def test_another_stamp_replaces_the_value() -> None:
    """One value a key: that of the newest stamp, which may be anything that can be compared."""
    cache, values = LRUCache(2), iter("abc")
    assert [cache.get("k", lambda: next(values), stamp) for stamp in ({}, {}, {"x": 1}, {})] == ["a", "a", "b", "c"]


def test_an_exclusive_cache_makes_one_value_at_a_time() -> None:
    """Whoever asks meanwhile waits and takes what was made."""
    cache, making, go, made = LRUCache(2, exclusive=True), Event(), Event(), list[str]()

    def slow() -> str:
        making.set()
        go.wait(120)
        return "value"

    def get() -> None:
        made.append(cache.get("k", slow))

    threads = [Thread(target=get) for _ in range(2)]
    threads[0].start()
    making.wait(120)
    making.clear()
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join()
    assert made == ["value", "value"]
    assert not making.is_set()


def test_a_cleared_cache_is_empty() -> None:
    """Everything is made anew."""
    cache = LRUCache(2)
    cache.get("k", lambda: "old")
    cache.clear()
    assert cache.get("k", lambda: "new") == "new"
