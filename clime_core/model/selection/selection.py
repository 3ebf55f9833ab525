"""The names of the ways to choose documents."""

from typing import Literal, get_args

from clime_core.errors import TrainingError

Selection = Literal[
    "entropy", "margin", "least-confidence", "top-and-threshold", "class-balanced", "prior-corrected", "clusters",
    "ensemble", "random",
]  # fmt: skip


def check_selection(name: str) -> None:
    """Raise TrainingError where there is no way to choose of that name."""
    if name not in get_args(Selection):
        raise TrainingError(f"selection is one of {', '.join(get_args(Selection))}, got {name!r}")
