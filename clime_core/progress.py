"""How long work reports where it is, without knowing who is watching."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Called from time to time by long work: what it is doing, steps done, steps in all."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody is watching."""


@dataclass
class StepTimer:
    """Reports each step of some work as it begins, and keeps the seconds that it took. `total`: steps, 0 if unknown."""

    progress: Progress
    total: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The step that is done inside the block."""
        self.progress(name, len(self.seconds) if self.total else 0, self.total)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
