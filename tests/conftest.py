"""What all tests share: where Label Studio and Chromium are, and what is skipped without them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import torch

from ml_backend.label_studio.annotator_client import Login
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.web import pages
from tests.empty_database import copy_empty_database
from tests.ports import unused_port
from tests.what_ci_skips import pytest_sessionfinish as pytest_sessionfinish

ROOT = Path(__file__).parent.parent
PROGRAM = Path(os.environ.get("CLIME_TEST_LABEL_STUDIO", ROOT / ".venv-label-studio" / "bin" / "label-studio"))
OWNER = Login("owner@example.com", "owner-password-1")
WAITS_FOR_THE_BACKEND = ("WEBHOOK_TIMEOUT", "ML_CONNECTION_TIMEOUT", "ML_TIMEOUT_HEALTH", "ML_TIMEOUT_SETUP")
"""Label Studio's settings in seconds. By default it gives up after 1 to 3 s: a busy machine would lose events."""
torch.set_num_threads(1)  # several times faster than more threads on a busy machine
NOTHING_SKIPPED = os.environ.get("CI") == "true"

# The same examples at each run, however slow the machine. New ones: `--hypothesis-profile=default`.
hypothesis.settings.register_profile(
    "clime", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=20, database=None)
hypothesis.settings.load_profile("clime")


def _missing(what: str, command: str) -> None:
    """Skip, saying how to get what is missing; in CI fail instead."""
    message = f"{what} is not installed: `{command}`"
    if NOTHING_SKIPPED:
        pytest.fail(message)
    pytest.skip(message)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each process of a parallel run begins with its share of the live tests; the short ones even out the end."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    live = ROOT / "tests" / "live"
    parts = [[item for item in items if (live in item.path.parents) is wanted] for wanted in (True, False)]
    if processes > 1:
        items[:] = [item for number in range(processes) for part in parts for item in _share(part, number, processes)]


def _share(part: list[pytest.Item], number: int, processes: int) -> list[pytest.Item]:
    """The items that one of the processes begins with."""
    return part[number * len(part) // processes : (number + 1) * len(part) // processes]


@pytest.fixture(scope="session", autouse=True)
def _pages_wait_for_the_facts() -> None:
    """On a busy machine a page would show the state before, or none yet; tests of that set a timeout of their own."""
    pages.PAGE_TIMEOUT = 120.0


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalLabelStudio]:
    """A real Label Studio server with an empty database.

    Each process of a parallel run has its own: Label Studio on SQLite refuses some of the writes that come at once.
    """
    if not PROGRAM.is_file():
        _missing("Label Studio", "make label-studio")
    os.environ.update(dict.fromkeys(WAITS_FOR_THE_BACKEND, "60"))
    folder = tmp_path_factory.mktemp("label-studio")
    server = LocalLabelStudio(PROGRAM, folder, unused_port(), OWNER, "f" * 40)
    copy_empty_database(server)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> None:
    """A headless browser and its driver."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        _missing("Chromium", "apt-get install chromium chromium-driver")
