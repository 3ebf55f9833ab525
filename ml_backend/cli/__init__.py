"""The command `clime`."""

import logging
import sys

from clime_core.errors import ClimeError
from ml_backend.cli.commands import app
from ml_backend.cli.terminal import fail


def main() -> None:
    """Run a command. Errors that a person can fix end in one line and status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app()
    except (ClimeError, OSError) as error:
        fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
