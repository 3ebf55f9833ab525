"""What all tests share: where Label Studio and Chromium are, and what is skipped without them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from ml_backend.label_studio.annotator_client import Login
from ml_backend.label_studio.local_server import LocalLabelStudio, free_port

ROOT = Path(__file__).parent.parent
PROGRAM = Path(os.environ.get("CLIME_TEST_LABEL_STUDIO", ROOT / ".venv-label-studio" / "bin" / "label-studio"))
torch.set_num_threads(1)  # several times faster than more threads on a busy machine
NOTHING_SKIPPED = os.environ.get("CI") == "true"


def _missing(what: str, command: str) -> None:
    """Skip, saying how to get what is missing; in CI fail instead."""
    message = f"{what} is not installed: `{command}`"
    if NOTHING_SKIPPED:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLabelStudio]:
    """A real Label Studio server with an empty database."""
    if not PROGRAM.is_file():
        _missing("Label Studio", "make label-studio")
    folder = tmp_path_factory.mktemp("label-studio")
    owner = Login("owner@example.com", "owner-password-1")
    server = LocalLabelStudio(PROGRAM, folder, free_port(18080), owner, "f" * 40)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> None:
    """A headless browser and its driver."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        _missing("Chromium", "apt-get install chromium chromium-driver")
