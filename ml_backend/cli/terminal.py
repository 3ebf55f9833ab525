"""What a person reads in the terminal. Texts are shown as they are: a bracket in them is no markup."""

import time
from collections.abc import Iterator
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


@contextmanager
def bars() -> Iterator[Progress]:
    """A progress callback that draws on standard error, once the work has lasted for two seconds."""
    from rich.console import Console
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
