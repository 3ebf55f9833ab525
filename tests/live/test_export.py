"""What leaves a campaign."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import read_documents
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.feedback_file import read_feedback
from clime_core.data.language import Language, Word
from clime_core.data.vec_file import read_vec
from clime_core.errors import CampaignError
from clime_core.model.predictor.predictor import Predictor
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaigns.export import export_campaign
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.answers import document_result
from ml_backend.rounds.live_models import load_model
from tests.live.stage import Stage, judged


def test_everything_is_there_and_can_be_read_again(stage: Stage, annotator: AnnotatorClient, tmp_path: Path) -> None:
    """Vectors, classifier, marks, labels, disagreements, manifest: each holds what was said, and reads back."""
    word = stage.find(annotator, "word")
    keyword = word["data"]["word"][0]["keyword"]
    pool_word = next(w for w in campaign_data_of(stage.installation, stage.campaign, []).candidates[Language.TARGET])
    added = Word(Language.TARGET, pool_word)
    annotator.submit(word["id"], judged(word["data"], {added: True}), 20.0)
    stage.work()
    document = stage.find(annotator, "document")
    annotator.submit(document["id"], document_result("health"), 40.0)
    stage.work()
    out = tmp_path / "out"
    written = [path.name for path in export_campaign(stage.installation, stage.row, out)]
    assert written == [
        "source.vec", "target.vec", "marks.csv", "labels.jsonl", "disagreements.json", "marks.1.csv",
        "predictor", "manifest.json",
    ]  # fmt: skip
    embeddings = BilingualEmbeddings(read_vec(out / "source.vec")[0], read_vec(out / "target.vec")[0])
    with (out / "marks.csv").open(newline="") as file:
        header = next(csv.reader(file))
    assert header[:8] == ["keyword", "timestamp", "pos1", "pos2", "neg1", "neg2", "new1", "new2"]
    marks, report = read_feedback(out / "marks.csv", embeddings.source, embeddings.target)
    assert report.unknown_marks == 0
    assert {(m.keyword, m.word, m.similar) for m in marks} == {
        (m.keyword, m.word, m.similar) for m in stage.readings.marks
    }
    assert any(m.added and m.word == added and m.keyword.form == keyword for m in marks)
    labels = {d.id: d.label for d in read_documents(out / "labels.jsonl")}
    assert labels[document["data"]["doc"][0]["id"]] == 1
    pool = campaign_data_of(stage.installation, stage.campaign, []).pool
    version = load_model(stage.installation.folder(stage.row), stage.live)
    again = Predictor.load(out / "predictor").predict_proba(embeddings, pool)
    live = version.predictor.predict_proba(version.embeddings, pool)
    np.testing.assert_allclose(again, live, atol=1e-6)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["model_version"] == stage.live
    assert manifest["model_version_made_from"]["marks"] == len(stage.readings.marks)
    digest = hashlib.sha256((out / "target.vec").read_bytes()).hexdigest()
    assert manifest["files"]["target.vec"]["sha256"] == digest
    assert stage.label_studio.token not in (out / "manifest.json").read_text()


def test_an_earlier_version_can_be_exported_and_a_missing_one_is_named(
    stage: Stage, annotator: AnnotatorClient, tmp_path: Path
) -> None:
    """Each version is complete in itself."""
    stage.answer(annotator, stage.take(annotator))
    stage.work()
    list(export_campaign(stage.installation, stage.row, tmp_path / "one", version=1))
    assert json.loads((tmp_path / "one" / "manifest.json").read_text())["model_version"] == 1
    with pytest.raises(CampaignError, match="no model version 9"):
        list(export_campaign(stage.installation, stage.row, tmp_path / "nine", version=9))
