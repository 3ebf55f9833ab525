"""The command `clime`."""

import logging
import sys

from pydantic import ValidationError

from clime_core.errors import ClimeError
from ml_backend.cli.commands import app
from ml_backend.cli.terminal import fail


def main() -> None:
    """Run a command. Errors that a person can fix end in one line and status 1."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        app()
    except ClimeError as error:
        fail(str(error))
        sys.exit(1)
    except ValidationError as error:  # of the settings: the campaign file's are explained where it is read
        fail("; ".join(f"CLIME_{str(e['loc'][0]).upper()}: {e['msg']}, got {e['input']!r}" for e in error.errors()))
        sys.exit(1)
    except OSError as error:
        fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
