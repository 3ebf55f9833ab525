"""Requests of tests."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ml_backend.installation import Installation


def auth(installation: Installation, user: str) -> dict[str, str]:
    """The header of a user."""
    return {"Authorization": installation.keyring.credentials(user).header}


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """An answer, its headers in the form `If_None_Match`."""
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True)
