"""What tests of the pages share: a campaign half way through, without Label Studio."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from tests.bench.filled_store import Filling, fill

HALF_DONE, EMPTY, TWICE, OLD = "half-done", "empty", "twice", "old"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Campaigns in different states; tests only look at them."""
    folder = tmp_path_factory.mktemp("filled")
    installation = open_installation(Settings(data_dir=folder, secret=SecretStr("s" * 32), device="cpu"))
    fill(installation, HALF_DONE)
    fill(installation, EMPTY, Filling(annotations=0, versions=0))
    fill(installation, TWICE, Filling(annotations=80, versions=3, overlap=2))
    fill(installation, OLD, Filling(annotations=24, versions=3, modern=False, evaluated=False))
    yield installation
    installation.close()
