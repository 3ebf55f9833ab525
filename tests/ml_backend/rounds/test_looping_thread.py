"""A thread that takes one step after the other."""

import time
from collections.abc import Callable
from threading import Event

import pytest

from ml_backend.rounds import looping_thread
from ml_backend.rounds.looping_thread import LoopingThread


class Counter(LoopingThread):
    """Counts its steps; `act` is done in each, and says how long to wait after it."""

    def __init__(self, act: Callable[[int], float], *, delay: float = 0.0, wake: Event | None = None) -> None:
        super().__init__("counter", delay=delay, wake=wake)
        self.steps = 0
        self._act = act

    def step(self) -> float:
        """Count."""
        self.steps += 1
        return self._act(self.steps)


def wait_for(thread: Counter, steps: int) -> None:
    """Wait until it has taken so many steps."""
    deadline = time.monotonic() + 20
    while thread.steps < steps:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_step_that_fails_is_logged_and_the_next_one_is_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error ends nothing, and is not hidden."""

    def fail_once(step: int) -> float:
        if step == 1:
            raise OSError("disk")
        return 0.005

    monkeypatch.setattr(looping_thread, "BACK_OFF_SECONDS", 0.01)
    thread = Counter(fail_once)
    thread.start()
    wait_for(thread, 3)
    thread.stop()
    assert [(record.message, str(record.exc_info and record.exc_info[1])) for record in caplog.records] == [
        ("counter goes on in 0 s", "disk")
    ]


def test_a_wait_ends_when_somebody_wakes_the_thread() -> None:
    """The thread waits again after it; one call is one step."""
    wake = Event()
    thread = Counter(lambda _: 600.0, wake=wake)
    thread.start()
    wait_for(thread, 1)
    wake.set()
    wait_for(thread, 2)
    time.sleep(0.05)
    assert thread.steps == 2
    thread.stop()


def test_stopping_waits_for_the_step_under_way_and_takes_no_other() -> None:
    """Also during a long wait, and before the first step."""
    begun, go_on = Event(), Event()

    def slow(_: int) -> float:
        begun.set()
        go_on.wait(20)
        return 0.0

    thread = Counter(slow)
    thread.start()
    begun.wait(20)
    thread.stop(timeout=0.01)
    go_on.set()
    thread.stop()
    assert thread.steps == 1
    delayed = Counter(lambda _: 0.0, delay=600.0)
    delayed.start()
    delayed.stop()
    assert delayed.steps == 0
