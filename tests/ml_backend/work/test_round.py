"""The parts of a round that need no Label Studio."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from clime_core.laboratory.demo_corpus import DemoSizes, write_demo
from clime_core.model.classifier import Classifier
from clime_core.progress import silent
from clime_core.round.campaign_round import Evidence, run_round
from ml_backend.exchange.campaign import Campaign
from ml_backend.ground.label_studio import Server
from ml_backend.ground.settings import Settings
from ml_backend.ground.store.campaigns import save_campaign
from ml_backend.ground.store.tables import RoundRow
from ml_backend.ground.store.versions import publish_version, version_folder
from ml_backend.work.round import Round, _reusable
from ml_backend.work.workshop import open_workshop

Begun = tuple[Round, Evidence, Path]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begun]:
    """A round of a campaign whose version 1 was made from the same; its evidence, and the version's folder."""
    write_demo(tmp_path, 0, DemoSizes(train=20, pool=10, test=5, text=60, dim=8))
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
    workshop = open_workshop(Settings(data_dir=tmp_path / "data"))
    materials = workshop.materials_of(campaign, [])
    evidence = Evidence(materials.embeddings, 2, materials.train, materials.pool)
    with workshop.store.session() as session:
        row = save_campaign(session, "health", campaign.model_dump(mode="json"))
        publish_version(session, row, 1, {}, {})
    folder = version_folder(workshop.folder(row), 1)
    trained = run_round(evidence, campaign.round, 0, device="cpu").trained
    trained.classifier.save(folder / "classifier")
    manifest = {"training": trained.fingerprint, "vectors": materials.copies, "data": materials.stamps}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    waiting = RoundRow(campaign_id=row.id, forced=False)
    yield Round(workshop, waiting, row, campaign, [], cast(Server, None), materials, silent), evidence, folder
    workshop.close()


def test_a_round_takes_over_the_classifier_of_the_newest_version(begun: Begun) -> None:
    """Where it would train the very same."""
    this, evidence, _ = begun
    assert _reusable(this, evidence) is not None


def test_a_forced_round_trains_anew(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses Start training wants to see a training; the old weights are not even read."""
    this, evidence, _ = begun
    this.row.forced = True
    monkeypatch.setattr(Classifier, "load", lambda _: pytest.fail("weights were read"))
    assert _reusable(this, evidence) is None


def test_a_damaged_newest_version_costs_a_training(begun: Begun) -> None:
    """The round goes on without it."""
    this, evidence, folder = begun
    (folder / "manifest.json").write_text('{"training": ')
    assert _reusable(this, evidence) is None
