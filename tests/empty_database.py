"""An empty Label Studio database, made once: the migrations take a minute, a copy takes no time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ml_backend.label_studio.local_server import LocalLabelStudio
from tests.ports import unused_port


def copy_empty_database(server: LocalLabelStudio) -> None:
    """Put the database of a new server with the same owner and token into its folder; make it where there is none.

    It is kept beside the program, by the version of Label Studio. Where nothing can be kept there the server makes
    its own database when it starts.
    """
    environment = server.program.parent.parent
    versions = sorted(environment.glob("lib/python*/site-packages/label_studio-*.dist-info"))
    if not versions or not os.access(environment, os.W_OK):
        return
    kept = environment / f"empty-database-{versions[-1].name.removesuffix('.dist-info')}"
    with _locked(environment / "empty-database.lock"):
        if not kept.is_dir():
            _make(server, kept)
    shutil.copytree(kept, server.folder, dirs_exist_ok=True)


def _make(server: LocalLabelStudio, kept: Path) -> None:
    draft = kept.with_name(f"{kept.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    first = replace(server, folder=draft, port=unused_port())
    first.start()
    first.stop()
    (draft / "label-studio.log").unlink()
    draft.rename(kept)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time is inside the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
