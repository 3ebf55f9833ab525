"""What a person reads in the terminal. Texts are shown as they are: a bracket in them is no markup."""

from rich.console import Console, RenderableType
from rich.text import Text

console = Console(markup=False, highlight=False, soft_wrap=True)
notice = Console(markup=False, highlight=False, soft_wrap=True, stderr=True)


def say(text: str) -> None:
    """One line of the result."""
    console.print(text)


def show(thing: RenderableType) -> None:
    """A table, or a text with colours."""
    console.print(thing)


def warn(text: str) -> None:
    """One line that a person should see, beside the result."""
    notice.print(text)


def fail(text: str) -> None:
    """Why a command ended."""
    notice.print(Text.assemble(("error: ", "bold red"), text))
