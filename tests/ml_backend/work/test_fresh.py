"""Values that are made anew when what they are made from changes."""

from collections.abc import Iterator
from functools import partial
from threading import Event, Thread

import pytest

from ml_backend.work.fresh import Fresh

AT_ONCE, FOR_EVER = 0.01, None


@pytest.fixture
def fresh() -> Iterator[Fresh]:
    """An empty one."""
    made = Fresh()
    yield made
    made.close()


def test_a_value_is_made_once_for_each_stamp(fresh: Fresh) -> None:
    """The same stamp gives what was made; another one makes it anew."""
    made = iter("abc")
    assert [fresh.get("k", stamp, lambda: next(made)) for stamp in (1, 1, 2, 2, 1)] == ["a", "a", "b", "b", "c"]


def test_keys_do_not_meet(fresh: Fresh) -> None:
    """Each has a value of its own under the same stamp."""
    assert [fresh.get(key, 1, partial(str, key)) for key in ("a", "b")] == ["a", "b"]


def test_whoever_cannot_wait_gets_the_value_before(fresh: Fresh) -> None:
    """Until the new one is made; nothing where there is none before."""
    go = Event()

    def slow() -> str:
        go.wait(10)
        return "new"

    assert fresh.get("k", 1, slow, AT_ONCE) is None
    go.set()
    assert fresh.get("k", 1, slow, FOR_EVER) == "new"
    go.clear()
    assert fresh.get("k", 2, slow, AT_ONCE) == "new"
    go.set()
    assert fresh.get("k", 2, lambda: "never made", FOR_EVER) == "new"


def test_whoever_waits_gets_no_value_from_before_the_change(fresh: Fresh) -> None:
    """Also where one from before is under way."""
    go, begun = Event(), Event()

    def slow() -> str:
        begun.set()
        go.wait(10)
        return "old"

    first = Thread(target=lambda: fresh.get("k", 1, slow))
    first.start()
    begun.wait(10)
    got = list[str | None]()
    second = Thread(target=lambda: got.append(fresh.get("k", 2, lambda: "new")))
    second.start()
    go.set()
    first.join()
    second.join()
    assert got == ["new"]


def test_a_failure_is_told_and_tried_again(fresh: Fresh) -> None:
    """It leaves nothing behind."""

    def broken() -> str:
        raise ValueError("no such thing")

    for _ in range(2):
        with pytest.raises(ValueError, match="no such thing"):
            fresh.get("k", 1, broken)
    assert fresh.get("k", 1, lambda: "mended") == "mended"
