"""Model versions on disk and the pointer to the live one."""

from pathlib import Path

import pytest

from clime_core.errors import CampaignError
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.database import Store
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import (
    next_number,
    prune_versions,
    publish_version,
    roll_back,
    write_version,
)


def fill(draft: VersionFolder) -> None:
    """Write a model."""
    (draft.path / "model").write_text("x")


def make(store: Store, folder: Path, campaign: int, count: int) -> None:
    """Publish some versions."""
    for _ in range(count):
        with store.session() as session:
            row = get_campaign(session, "health")
            number = next_number(session, campaign)
            write_version(folder, number, fill)
            publish_version(session, row, number, {"accuracy": 0.5}, {"digest": str(number)})


def test_versions_count_up_and_the_newest_is_live(store: Store, campaign: int, tmp_path: Path) -> None:
    """Numbers start at one."""
    make(store, tmp_path, campaign, 3)
    with store.session() as session:
        assert get_campaign(session, "health").live_version == 3
    assert (VersionFolder.of(tmp_path, 3).path / "model").read_text() == "x"


def test_a_crash_while_writing_leaves_no_version(store: Store, campaign: int, tmp_path: Path) -> None:
    """Half a version is never seen, and the next attempt replaces it."""

    def fail(draft: VersionFolder) -> None:
        (draft.path / "model").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_version(tmp_path, 1, fail)
    assert not VersionFolder.of(tmp_path, 1).exists
    make(store, tmp_path, campaign, 1)
    assert (VersionFolder.of(tmp_path, 1).path / "model").read_text() == "x"


def test_rollback_points_to_an_earlier_version(store: Store, campaign: int, tmp_path: Path) -> None:
    """Only to one whose files are kept."""
    make(store, tmp_path, campaign, 3)
    with store.session() as session:
        row = get_campaign(session, "health")
        roll_back(session, row, tmp_path, 2)
        assert row.live_version == 2
        with pytest.raises(CampaignError, match=r"no model version 9; kept are \[1, 2, 3\]"):
            roll_back(session, row, tmp_path, 9)


def test_old_versions_lose_their_files_but_never_the_live_one(store: Store, campaign: int, tmp_path: Path) -> None:
    """Disk use is bounded; what serves stays."""
    make(store, tmp_path, campaign, 5)
    with store.session() as session:
        row = get_campaign(session, "health")
        roll_back(session, row, tmp_path, 1)
        assert prune_versions(session, row, tmp_path, keep=2) == 2
    assert [n for n in range(1, 6) if VersionFolder.of(tmp_path, n).exists] == [1, 4, 5]
