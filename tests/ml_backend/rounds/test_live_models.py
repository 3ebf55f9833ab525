"""Loading model versions."""

from pathlib import Path

import pytest

from clime_core.errors import DataError
from ml_backend.rounds.live_models import load_model
from ml_backend.store.version_folder import VersionFolder


def test_a_version_of_an_older_clime_is_named_with_its_mend(tmp_path: Path) -> None:
    """It had no predictor; the round that follows the update writes one."""
    folder = VersionFolder.of(tmp_path, 7)
    folder.path.mkdir(parents=True)
    folder.manifest.write_text('{"vectors": {"src": "/gone", "tgt": "/gone"}}')
    with pytest.raises(DataError, match=r"model version 7 was made by an older clime .* press Start training"):
        load_model(tmp_path, 7)
