"""Who may talk to the backend: basic auth whose passwords are derived, never stored.

The user name is the campaign's name, so credentials also say which team asks. The operator has a name of its own. A
password is the HMAC of the name under the installation's secret.
"""

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ml_backend.settings import Settings

OPERATOR = "clime"
"""The operator's user name."""


@dataclass(frozen=True)
class Credentials:
    """A user name and its password."""

    user: str
    password: str

    @property
    def header(self) -> str:
        """The value of the `Authorization` header."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class Keyring:
    """Derives and checks passwords."""

    secret: bytes

    def credentials(self, user: str) -> Credentials:
        """The user's name and password."""
        digest = hmac.new(self.secret, f"clime:{user}".encode(), hashlib.sha256).digest()
        return Credentials(user, base64.urlsafe_b64encode(digest[:18]).decode())

    def admits(self, user: str, password: str) -> bool:
        """Whether the password is the user's. Takes the same time for right and wrong ones."""
        return hmac.compare_digest(self.credentials(user).password.encode(), password.encode())


def open_keyring(settings: Settings) -> Keyring:
    """The keyring of this installation; its secret is made at the first call (`<data_dir>/secret`, mode 0600)."""
    if settings.secret is not None:
        return Keyring(settings.secret.get_secret_value().encode())
    return Keyring(_secret_file(settings.data_dir / "secret"))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first byte on; whole or not at all."""
    draft = _private_draft(path, text)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _secret_file(path: Path) -> bytes:
    """The secret in this file. The first process creates it, whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _private_draft(path, secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_bytes()


def _private_draft(path: Path, text: str) -> Path:
    """Write the text beside `path`, under a name of its own, so that only its owner may read it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return draft
