"""The backend as a server: `clime serve`, or any WSGI server with `ml_backend.wsgi:application()`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from flask import Flask

from clime_core.errors import ExchangeError
from ml_backend.ground.settings import Settings
from ml_backend.lanes.app import create_app
from ml_backend.lanes.closer import Closer
from ml_backend.lanes.worker import Worker
from ml_backend.work.workshop import Workshop, open_workshop


@contextmanager
def working(workshop: Workshop) -> Iterator[Worker]:
    """A worker at work until the block ends, and beside it what closes queues while it is busy."""
    worker, closer = Worker(workshop), Closer(workshop)
    worker.start()
    closer.start()
    try:
        yield worker
    finally:
        closer.stop()
        worker.stop()


def serve(workshop: Workshop) -> None:
    """Answer requests and do rounds until interrupted; a round under way is finished first."""
    settings = workshop.settings
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a Ctrl-C
    with working(workshop):
        try:
            waitress.serve(create_app(workshop), host=settings.host, port=settings.port, threads=settings.web_threads)
        except OSError as error:
            raise ExchangeError(
                f"{settings.host}:{settings.port}: cannot listen there ({error});"
                " set CLIME_PORT, or stop what uses the port"
            ) from error


def application() -> Flask:
    """The web application alone, for another WSGI server; run `clime work` beside it."""
    return create_app(open_workshop(Settings()))
