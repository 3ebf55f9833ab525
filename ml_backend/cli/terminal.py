"""What a person reads in the terminal. Texts are shown as they are: a bracket in them is no markup."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from clime_core.progress import Progress

if TYPE_CHECKING:
    from rich.progress import TaskID


def _console(*, stderr: bool = False) -> Console:
    """The terminal as wide as it is now."""
    return Console(markup=False, highlight=False, soft_wrap=True, stderr=stderr)


def say(text: str) -> None:
    """One line of the result."""
    _console().print(text)


def show(table: RenderableType) -> None:
    """A table, or a text with colours."""
    _console().print(table)


def warn(text: str) -> None:
    """One line that a person should see, beside the result."""
    _console(stderr=True).print(text)


def fail(text: str) -> None:
    """Why a command ended."""
    _console(stderr=True).print(Text.assemble(("error: ", "bold red"), text))


SECONDS_BEFORE_BAR = 2.0
"""Work that ends sooner shows no bar."""


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress callback that draws on standard error, once the work has lasted for two seconds."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    display = Bars(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, tuple[TaskID, float]] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in tasks:
            tasks[what] = (display.add_task(what, visible=False), now)
        task, started = tasks[what]
        late = now - started >= SECONDS_BEFORE_BAR
        if late and not display.live.is_started:
            display.start()
        display.update(task, completed=done, total=total or None, visible=late)

    try:
        yield report
    finally:
        if display.live.is_started:
            display.stop()
