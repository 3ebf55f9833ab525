"""Progress bars for work that takes longer than a moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from clime_core.progress import Progress

PATIENCE_SECONDS = 2.0
"""Work that ends sooner shows no bar."""


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress callback that draws on standard error, once the work has lasted for two seconds."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    display = Bars(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, tuple[TaskID, float]] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in tasks:
            tasks[what] = (display.add_task(what, visible=False), now)
        task, began = tasks[what]
        late = now - began >= PATIENCE_SECONDS
        if late and not display.live.is_started:
            display.start()
        display.update(task, completed=done, total=total or None, visible=late)

    try:
        yield report
    finally:
        if display.live.is_started:
            display.stop()
