"""The command `clime`."""

import logging
import sys

from rich.console import Console

from clime_core.errors import ClimeError
from ml_backend.cli.commands import app


def main() -> None:
    """Run a command. Errors that a person can mend end in one line and status 1."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "alembic", "waitress.queue"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        app()
    except ClimeError as error:
        Console(stderr=True).print(f"[bold red]error:[/] {error}", highlight=False, markup=True, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
