"""What a person reads in the terminal. Texts are shown as they are: a bracket in them is no markup."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
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

SECONDS_BETWEEN_REPORTS = 1.0
"""Of work that says nothing meanwhile."""


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress callback that draws on standard error, once the work has lasted for two seconds.

    Where that is no terminal it writes a line from time to time, also while the work reports nothing.
    """
    if sys.stderr.isatty():
        with _drawn_bars() as report:
            yield report
    else:
        with repeated(lines(warn), SECONDS_BETWEEN_REPORTS) as report:
            yield report


@contextmanager
def repeated(report: Progress, seconds: float) -> Iterator[Progress]:
    """The callback, called again every so many seconds with what it was called with last, from a thread.

    A step that reports once as it begins, or seldom, would else be silent for as long as it takes.
    """
    newest: list[tuple[str, int, int]] = []
    one_at_a_time, over = Lock(), Event()

    def again() -> None:
        while not over.wait(seconds):
            with one_at_a_time:
                for step in newest:
                    report(*step)

    def report_now(what: str, done: int, total: int) -> None:
        with one_at_a_time:
            newest[:] = [(what, done, total)]
            report(what, done, total)

    thread = Thread(target=again, name="progress", daemon=True)
    thread.start()
    try:
        yield report_now
    finally:
        over.set()
        thread.join()


def lines(write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> Progress:
    """A progress callback that writes `runs: 12 of 48, 3 min, about 9 min left`, at most every 30 seconds.

    The time left is by the pace so far, and is left out before anything is done. Work of the same name that begins
    anew, with fewer done than before, is timed anew.
    """
    started: dict[str, tuple[float, int]] = {}
    newest: dict[str, int] = {}
    quiet_until = clock() + SECONDS_BEFORE_BAR

    def report(what: str, done: int, total: int) -> None:
        nonlocal quiet_until
        now = clock()
        if what not in started or done < newest[what]:
            started[what] = now, done
        newest[what] = done
        since, done_before = started[what]
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
        if done < display.tasks[task].completed:
            display.reset(task, completed=done)
        late = now - started >= SECONDS_BEFORE_BAR
        if late and not display.live.is_started:
            display.start()
        display.update(task, completed=done, total=total or None, visible=late)

    try:
        yield report
    finally:
        if display.live.is_started:
            display.stop()
