"""What these tests share: campaigns half way through for the pages, and one beside a Label Studio on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from tests.bench.filled_store import Filling, fill
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign

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


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A mixed campaign beside a Label Studio on paper, before its first round."""
    with paper_campaign(tmp_path) as made:
        yield made
