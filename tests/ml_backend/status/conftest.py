"""A small campaign that tests of the status may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from tests.bench.filled_store import Filling, fill
from tests.ml_backend.conftest import HALF_DONE


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Installation]:
    """Nine annotations and two model versions."""
    installation = open_installation(Settings(data_dir=tmp_path, device="cpu"))
    fill(installation, HALF_DONE, Filling(annotations=9, versions=2))
    yield installation
    installation.close()
