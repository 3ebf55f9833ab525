"""The installation that commands work on."""

from collections.abc import Iterator
from contextlib import contextmanager

from ml_backend.ground.settings import Settings
from ml_backend.work.workshop import Workshop, open_workshop


@contextmanager
def opened() -> Iterator[Workshop]:
    """The installation of the settings, closed in the end."""
    workshop = open_workshop(Settings())
    try:
        yield workshop
    finally:
        workshop.close()
