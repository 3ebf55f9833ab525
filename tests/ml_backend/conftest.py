"""What tests of the pages share: a campaign half way through, without Label Studio."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from ml_backend.ground.settings import Settings
from ml_backend.work.workshop import Workshop, open_workshop
from tests.bench.filled_store import Filling, fill

HALF_DONE, EMPTY, TWICE, OLD = "half-done", "empty", "twice", "old"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Campaigns in different states; tests only look at them."""
    folder = tmp_path_factory.mktemp("filled")
    workshop = open_workshop(Settings(data_dir=folder, secret=SecretStr("s" * 32), device="cpu"))
    fill(workshop, HALF_DONE)
    fill(workshop, EMPTY, Filling(annotations=0, versions=0))
    fill(workshop, TWICE, Filling(annotations=80, versions=3, overlap=2))
    fill(workshop, OLD, Filling(annotations=24, versions=3, modern=False, evaluated=False))
    yield workshop
    workshop.close()
