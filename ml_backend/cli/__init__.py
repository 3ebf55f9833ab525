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
    except ValueError as error:
        fail(_settings_fault(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _settings_fault(error: ValueError) -> str:
    """Which CLIME_ variables have a wrong value. Raises the error again where it is another one.

    Errors in the campaign file are explained where it is read.
    """
    from pydantic import ValidationError  # most commands end without an error

    if not isinstance(error, ValidationError):
        raise error
    return "; ".join(f"CLIME_{str(e['loc'][0]).upper()}: {e['msg']}, got {e['input']!r}" for e in error.errors())
