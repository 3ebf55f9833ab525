"""What all parts of one installation share."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from clime_core.errors import CampaignError
from ml_backend import campaign_file
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation, open_installation, opened_installation
from ml_backend.label_studio.client import Server
from ml_backend.settings import Settings
from ml_backend.store.campaigns import all_campaigns
from ml_backend.store.tables import CampaignRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, campaign_of


def row(installation: Installation) -> CampaignRow:
    """The campaign as it is in the store, each time another object."""
    with installation.store.reading() as session:
        return all_campaigns(session)[0]


def test_a_campaign_is_checked_once_a_change(stage: PaperCampaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at every call, and again when its file has changed."""
    checks: list[str] = []
    restore = campaign_file.restore_campaign

    def counted(spec: dict[str, Any], name: str) -> Campaign:
        checks.append(name)
        return restore(spec, name)

    monkeypatch.setattr(campaign_file, "restore_campaign", counted)
    first = stage.installation.campaign(row(stage.installation))
    assert stage.installation.campaign(row(stage.installation)) is first
    assert checks == ["health"]
    stage.change(budget_minutes=7.0)
    changed = stage.installation.campaign(row(stage.installation))
    assert (changed.work.budget_minutes, checks) == (7.0, ["health", "health"])
    assert first.work.budget_minutes == 60


def test_a_change_of_anything_else_is_no_change_of_the_file(stage: PaperCampaign) -> None:
    """Minutes that were added, a pause, a new version."""
    first = stage.installation.campaign(row(stage.installation))
    stage.set(extended_minutes=5.0, paused=True, live_version=3)
    assert stage.installation.campaign(row(stage.installation)) is first


def test_a_stored_campaign_that_is_wrong_is_named(stage: PaperCampaign) -> None:
    """It is not kept: once it is right it is read."""
    spec = row(stage.installation).spec
    stage.set(spec={**spec, "task": {"categories": []}})
    for _ in range(2):
        with pytest.raises(CampaignError, match=r"the stored campaign health: .*categories"):
            stage.installation.campaign(row(stage.installation))
    stage.set(spec=spec)
    assert stage.installation.campaign(row(stage.installation)).name == "health"


def test_a_campaigns_folder_lies_in_the_data_folder(stage: PaperCampaign) -> None:
    """Under its name."""
    expected = stage.installation.settings.data_dir.resolve() / "campaigns" / "health"
    assert stage.installation.folder(stage.row) == expected


def test_a_server_is_opened_once_a_token(tmp_path: Path) -> None:
    """Campaigns share it; another token, as one that was renewed, gets another client. All are closed at the end."""
    installation, campaign = open_installation(Settings(data_dir=tmp_path / "data")), campaign_of(tmp_path)
    first = installation.server(campaign)
    assert isinstance(first, Server)
    assert first.url == campaign.label_studio.url
    assert installation.server(campaign_of(tmp_path)) is first
    (tmp_path / "token").write_text("renewed\n")
    second = installation.server(campaign)
    assert second is not first
    installation.close()
    assert first._http.is_closed
    assert second._http.is_closed


def test_a_missing_token_is_named(stage: PaperCampaign) -> None:
    """With the field that says where it should be."""
    (stage.folder / "token").unlink()
    with pytest.raises(CampaignError, match=r"label_studio\.token_file: no file"):
        stage.installation.server(stage.campaign)


def test_an_installation_opened_again_is_the_same(tmp_path: Path) -> None:
    """Its store, and its passwords; each process is a worker of its own name."""
    with_data = Settings(data_dir=tmp_path)
    first, again = open_installation(with_data), open_installation(with_data)
    assert first.keyring.credentials("health") == again.keyring.credentials("health")
    assert first.store is not again.store
    assert (tmp_path / "clime.db").is_file()
    first.close()
    again.close()


def test_the_environment_says_which_installation_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed when the block ends, also by an error."""
    monkeypatch.setenv("CLIME_DATA_DIR", str(tmp_path / "there"))
    closed: list[Installation] = []
    close = Installation.close

    def noted(installation: Installation) -> None:
        closed.append(installation)
        close(installation)

    monkeypatch.setattr(Installation, "close", noted)
    with pytest.raises(SQLAlchemyError), opened_installation() as installation:
        _broken(installation)
    (left,) = closed
    assert left.settings.data_dir == tmp_path / "there"


def _broken(installation: Installation) -> None:
    """Something that goes wrong with the store."""
    assert installation.settings.data_dir.is_dir()
    raise SQLAlchemyError("something")
