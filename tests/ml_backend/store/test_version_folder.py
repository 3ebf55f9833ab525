"""The folder of a model version, as a real round fills it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clime_core.errors import DataError
from ml_backend.store.version_folder import VersionFolder
from tests.ml_backend.label_studio.paper_campaign import paper_campaign

NAMED = sorted(name for name, value in vars(VersionFolder).items() if isinstance(value, property) and name != "exists")


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VersionFolder]:
    """The first version of a campaign."""
    with paper_campaign(tmp_path_factory.mktemp("version")) as stage:
        stage.round()
        yield VersionFolder.of(stage.installation.folder(stage.row), 1)


def test_a_round_writes_exactly_the_files_that_are_named(version: VersionFolder) -> None:
    """Each of them, and nothing that nobody knows of."""
    assert version.exists
    named = {getattr(version, name) for name in NAMED}
    assert set(version.path.iterdir()) == named
    assert {path for path in named if path.is_dir()} == {version.classifier}
    assert len(named) == len(NAMED) == 9


def test_file_names_are_those_of_older_versions(version: VersionFolder) -> None:
    """Versions on disk stay readable."""
    assert sorted(path.name for path in version.path.iterdir()) == [
        "classifier",
        "manifest.json",
        "milestone.json",
        "milestone.safetensors",
        "pool.safetensors",
        "predictor.json",
        "predictor.safetensors",
        "rankings.json",
        "refinement.safetensors",
    ]


def test_versions_are_numbered_in_the_campaigns_folder(tmp_path: Path) -> None:
    """With five digits, so that they sort; one whose files were removed does not exist."""
    assert VersionFolder.of(tmp_path, 42).path == tmp_path / "versions" / "00042"
    assert not VersionFolder.of(tmp_path, 42).exists


def test_the_manifest_is_read_as_it_was_written(version: VersionFolder) -> None:
    """What the version was made from."""
    manifest = version.read_manifest()
    assert manifest == json.loads(version.manifest.read_text(encoding="utf-8"))
    assert {"evidence", "metrics", "vectors", "data", "training", "settings", "stretch", "digest"} <= manifest.keys()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read"), ("{", "cannot be read"), ("[]", "not a manifest"), ("null", "not a manifest")],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, content: str | None, message: str) -> None:
    """With what will happen."""
    folder = VersionFolder(tmp_path)
    if content is not None:
        folder.manifest.write_text(content)
    with pytest.raises(DataError, match=rf"manifest\.json: {message}.*press Start training"):
        folder.read_manifest()
