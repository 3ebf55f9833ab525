"""Digests (SHA-256): names for content, by which it is recognised again."""

import hashlib
import json
from pathlib import Path


def json_digest(value: object, *, sort_keys: bool = False) -> str:
    """The digest of a value's JSON text, 64 hexadecimal digits; `sort_keys` makes the order of keys irrelevant.

    Raises TypeError for a value that JSON cannot carry.
    """
    return hashlib.sha256(json.dumps(value, sort_keys=sort_keys).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """The digest of a file's bytes, 64 hexadecimal digits. Raises OSError where it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
