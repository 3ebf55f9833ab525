"""What a person reads in the terminal. Texts are shown as they are: a bracket in them is no markup."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from clime_core.progress import Progress

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import TaskID


def say(text: str) -> None:
    """One line of the result."""
    typer.echo(text)


def show(table: "RenderableType") -> None:
    """A table, or a text with colours."""
    from rich.console import Console

    Console(markup=False, highlight=False, soft_wrap=True).print(table)


def warn(text: str) -> None:
    """One line that a person should see, beside the result."""
    typer.echo(text, err=True)


def fail(text: str) -> None:
    """Why a command ended."""
    typer.echo(typer.style("error: ", fg="red", bold=True) + text, err=True)


SECONDS_BEFORE_BAR = 2.0
"""Work that ends sooner shows no bar."""

SECONDS_BETWEEN_LINES = 30.0
"""Where there is no terminal."""


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress callback that draws on standard error, once the work has lasted for two seconds.

    Where that is no terminal it writes a line from time to time.
    """
    if sys.stderr.isatty():
        with _drawn_bars() as report:
            yield report
    else:
        yield lines(warn)


def lines(write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Progress:
    """A progress callback that writes `runs: 12 of 48, 3 min, about 9 min left`, at most every 30 seconds.

    The time left is by the pace so far, and is left out before anything is done.
    """
    started: dict[str, tuple[float, int]] = {}
    quiet_until = clock() + SECONDS_BEFORE_BAR

    def report(what: str, done: int, total: int) -> None:
        nonlocal quiet_until
        now = clock()
        since, done_before = started.setdefault(what, (now, done))
        if now < quiet_until:
            return
        quiet_until = now + SECONDS_BETWEEN_LINES
        text = f"{what}: {done} of {total}" if total else what
        elapsed, pace = now - since, done - done_before
        if elapsed >= 1:
            text += f", {_minutes(elapsed)}"
        if pace and total > done:
            text += f", about {_minutes(elapsed / pace * (total - done))} left"
        write(text)

    return report


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


@contextmanager
def _drawn_bars() -> Iterator[Progress]:
    """Bars of rich, with the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )  # fmt: skip
    display = Bars(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, tuple[TaskID, float]] = {}

    def report(what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what not in tasks:
            tasks[what] = (display.add_task(what, visible=False, completed=done), now)
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
