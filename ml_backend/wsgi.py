"""The backend as a server: `clime serve`, or any WSGI server with `ml_backend.wsgi:application()`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from flask import Flask

from ml_backend.campaigns.up import cannot_listen
from ml_backend.installation import Installation, open_installation
from ml_backend.rounds.closing import QueueCloser
from ml_backend.rounds.worker import Worker
from ml_backend.settings import read_settings
from ml_backend.web.app import create_app


@contextmanager
def working(installation: Installation) -> Iterator[Worker]:
    """A worker at work until the block ends, and beside it the thread that closes queues while the worker is busy."""
    worker, closer = Worker(installation), QueueCloser(installation)
    worker.start()
    closer.start()
    try:
        yield worker
    finally:
        closer.stop()
        worker.stop()


def serve(installation: Installation) -> None:
    """Answer requests and do rounds until SIGINT or SIGTERM; a round under way gets half a minute to end."""
    settings = installation.settings
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as KeyboardInterrupt, like Ctrl-C
    with working(installation):
        try:
            waitress.serve(
                create_app(installation), host=settings.host, port=settings.port, threads=settings.web_threads
            )
        except OSError as error:
            raise cannot_listen(settings, error) from error


def application() -> Flask:
    """The web application alone, for another WSGI server; run `clime work` beside it."""
    return create_app(open_installation(read_settings()))
