"""The parts of a round that need no Label Studio."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clime_core.model.bases.classifier import Classifier
from clime_core.progress import silent
from clime_core.round.campaign_round import RoundInputs, run_round
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.installation import open_installation
from ml_backend.rounds.round import CampaignRound
from ml_backend.settings import Settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.tables import RoundRow
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import publish_version

Begun = tuple[CampaignRound, RoundInputs, VersionFolder]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    """A round of a campaign whose version 1 was made from the same; its inputs, and the version's folder."""
    write_corpus(tmp_path, 0, DemoSizes(train=20, pool=10, test=5, text=60, dim=8))
    files = {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train.jsonl", "pool": "pool.jsonl"}
    campaign = Campaign.model_validate(
        {
            "name": "health",
            "label_studio": {"url": "http://ls.example"},
            "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
            "task": {"categories": ["other", "health"]},
            "data": {name: str(tmp_path / file) for name, file in files.items()},
            "round": {"classifier": {"kind": "lr"}, "runs": 1, "keywords": 2},
        }
    )
    installation = open_installation(Settings(data_dir=tmp_path / "data"))
    campaign_data = campaign_data_of(installation, campaign, [])
    inputs = RoundInputs(campaign_data.embeddings, 2, campaign_data.train, campaign_data.pool)
    with installation.store.session() as session:
        row = save_campaign(session, "health", campaign.model_dump(mode="json"))
        publish_version(session, row, 1, {}, {})
    folder = VersionFolder.of(installation.folder(row), 1)
    trained = run_round(inputs, campaign.round, 0, device="cpu").trained
    trained.classifier.save(folder.classifier)
    manifest = {"training": trained.fingerprint, "vectors": campaign_data.copies, "data": campaign_data.stamps}
    folder.manifest.write_text(json.dumps(manifest))
    waiting = RoundRow(campaign_id=row.id, forced=False)
    yield CampaignRound(installation, waiting, row, campaign, [], campaign_data, silent), inputs, folder
    installation.close()


def test_a_round_takes_over_the_classifier_of_the_newest_version(begun: Begun) -> None:
    """Where it would train the very same."""
    this, inputs, _ = begun
    assert this._reusable(inputs) is not None


def test_a_forced_round_trains_anew(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses Start training wants to see a training; the old weights are not even read."""
    this, inputs, _ = begun
    this.row.forced = True
    monkeypatch.setattr(Classifier, "load", lambda _: pytest.fail("weights were read"))
    assert this._reusable(inputs) is None


def test_a_damaged_newest_version_costs_a_training(begun: Begun) -> None:
    """The round goes on without it."""
    this, inputs, folder = begun
    folder.manifest.write_text('{"training": ')
    assert this._reusable(inputs) is None
