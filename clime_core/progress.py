"""How long work reports where it is, without knowing who is watching."""

from typing import Protocol


class Progress(Protocol):
    """Called from time to time by long work: what it is doing, steps done, steps in all."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Report."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody is watching."""
