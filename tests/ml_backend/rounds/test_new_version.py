"""Taking over the classifier of an earlier version."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.model.bases.base import Base
from clime_core.model.bases.classifier import Classifier
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.round.campaign_round import RoundInputs, RoundSettings, run_round, training_fingerprint
from ml_backend.demo.corpus import DemoSizes, make_demo
from ml_backend.rounds.new_version import reusable
from ml_backend.store.version_folder import VersionFolder

SETTINGS = RoundSettings(ClassifierSettings(kind="lr"), runs=1, keywords=2)
COPIES, STAMPS = {"src": "/v/en", "tgt": "/v/es"}, {"train": "a1", "pool": "b2"}
MANIFEST: dict[str, Any] = {"training": "same", "vectors": COPIES, "data": STAMPS}


@pytest.fixture(scope="module")
def inputs() -> RoundInputs:
    """What is known before anybody has said anything."""
    demo = make_demo(0, DemoSizes(train=30, pool=10, test=5, text=80, dim=8))
    return RoundInputs(demo.embeddings, 2, demo.train, demo.pool)


@pytest.fixture(scope="module")
def classifier(inputs: RoundInputs) -> Base:
    """A small classifier."""
    return run_round(inputs, SETTINGS, 0, device="cpu").trained.classifier


@pytest.fixture
def folder(tmp_path: Path, classifier: Base) -> Path:
    """A version's folder."""
    classifier.save(tmp_path / "classifier")
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    return tmp_path


def test_the_fingerprint_is_the_rounds_own(inputs: RoundInputs) -> None:
    """Else every round would train anew, and nobody would see why."""
    pool, word = inputs.pool[0].id, Word(Language.SOURCE, inputs.train[0].tokens[0])
    labels: dict[DocumentId, int] = {pool: 1}
    marks = [Mark("ann", Word(Language.TARGET, inputs.pool[0].tokens[0]), word, similar=True, added=False, at=1.0)]
    said = replace(inputs, labels=labels, marks=marks)
    for settings in (SETTINGS, replace(SETTINGS, train_on="refined", target_weight=2.0)):
        for seen in (inputs, said):
            assert training_fingerprint(seen, settings, 3) == run_round(seen, settings, 3).trained.fingerprint


def test_a_version_made_from_the_same_gives_its_classifier(folder: Path, classifier: Base, inputs: RoundInputs) -> None:
    """It predicts as before."""
    trained = reusable(VersionFolder(folder), "same", COPIES, STAMPS)
    assert trained is not None
    assert trained.fingerprint == "same"
    again, before = (
        model.predict_proba(inputs.embeddings, inputs.pool, Language.TARGET)
        for model in (trained.classifier, classifier)
    )
    assert (again == before).all()


@pytest.mark.parametrize(
    ("fingerprint", "copies", "stamps"),
    [("other", COPIES, STAMPS), ("same", {**COPIES, "tgt": "/v/new"}, STAMPS), ("same", COPIES, {"train": "a2"})],
)
def test_a_version_made_from_something_else_gives_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fingerprint: str, copies: dict[str, str], stamps: dict[str, str]
) -> None:
    """And its weights are not read."""
    monkeypatch.setattr(Classifier, "load", lambda _: pytest.fail("weights were read"))
    assert reusable(VersionFolder(folder), fingerprint, copies, stamps) is None


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: _cut(folder / "manifest.json"),
        lambda folder: (folder / "manifest.json").write_bytes(b"\xff\x00"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: (folder / "manifest.json").write_text(json.dumps({"vectors": COPIES, "data": STAMPS})),
        lambda folder: _cut(folder / "classifier" / "weights.safetensors"),
        lambda folder: (folder / "classifier" / "weights.safetensors").unlink(),
        lambda folder: _cut(folder / "classifier" / "classifier.json"),
        lambda folder: (folder / "classifier" / "classifier.json").write_text("{}"),
    ],
    ids=[
        "no manifest", "half a manifest", "not text", "a list", "an older clime",
        "half the weights", "no weights", "half a description", "an empty description",
    ],
)  # fmt: skip
def test_a_damaged_or_older_version_gives_none(folder: Path, spoil: Callable[[Path], object]) -> None:
    """The round trains anew instead of failing for ever."""
    spoil(folder)
    assert reusable(VersionFolder(folder), "same", COPIES, STAMPS) is None


def test_a_folder_that_is_gone_gives_none(tmp_path: Path) -> None:
    """Somebody made room."""
    assert reusable(VersionFolder(tmp_path / "00007"), "same", COPIES, STAMPS) is None
