"""Progress of long computations, reported to whoever shows it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Progress(Protocol):
    """Called from time to time by long work: the name of the step under way, steps done, steps in all."""

    def __call__(self, step: str, done: int, total: int, /) -> None:
        """Show it. `total` is 0 where it is not known."""


def silent(step: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass
class StepTimer:
    """Reports each step of some work as it begins, and records its seconds. `total`: steps in all, 0 if unknown."""

    progress: Progress
    total: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block as a step of this name."""
        self.progress(name, len(self.seconds) if self.total else 0, self.total)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
