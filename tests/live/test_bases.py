"""Campaigns over the other kinds of base: a fine-tuned transformer, and predictions that are given in a file."""

import json
from pathlib import Path
from typing import Any

import pytest

from clime_core.data.documents import read_documents
from ml_backend.campaigns.doctor import examine
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.rounds.live_models import live_model
from tests.clime_core.model.bases.tiny_transformer import make_tiny
from tests.live.conftest import MakeStage
from tests.live.stage import Stage

PRESET: dict[str, dict[str, Any]] = {
    "work": {"share_documents": 0.5},  # words, too
    "round": {"runs": None, "keywords": 12},
    "round.classifier": {"kind": None},
}
"""All is as the base's preset has it."""


def goes_round(stage: Stage, annotator: AnnotatorClient) -> None:
    """Up, an answer, a version that learnt from it, a new order; doctor finds nothing wrong."""
    stage.up()
    before = stage.live
    stage.answer(annotator, stage.find(annotator, "document"))
    stage.work()
    assert stage.live > before
    assert len(stage.labels) == 1
    assert stage.order()
    assert [finding for finding in examine(stage.installation, stage.file) if not finding.ok] == []


def test_a_transformer_is_fine_tuned_once(
    make_stage: MakeStage, corpus: Path, tmp_path: Path, annotator: AnnotatorClient
) -> None:
    """Documents and words come; the round after an answer takes the same model over."""
    pytest.importorskip("transformers", reason="transformers is not installed")
    words = sorted({token for document in read_documents(corpus / "train.jsonl") for token in document.tokens})
    tiny = make_tiny(tmp_path / "tiny", words)
    tuning = {"round.classifier.transformer": {"epochs": 1, "max_length": 32}}
    stage = make_stage({"base": {"kind": "transformer", "model": str(tiny)}, **PRESET, **tuning})
    goes_round(stage, annotator)
    assert {task.activity for task in stage.tasks} == {"documents", "words"}
    model = live_model(stage.installation, stage.row).predictor.classifier
    assert (model.settings.kind, model.report.examples_used) == ("transformer", 80)


def test_given_predictions_are_enough(
    make_stage: MakeStage, corpus: Path, tmp_path: Path, annotator: AnnotatorClient
) -> None:
    """No source documents and no word vectors: documents are asked about, and the page promises no words."""
    pool = read_documents(corpus / "pool.jsonl")
    lines = [{"id": document.id, "probabilities": [0.9, 0.1]} for document in pool[:30]]
    (tmp_path / "given.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    nothing = dict.fromkeys(("train", "source_vectors", "target_vectors"))
    base = {"kind": "given", "predictions": str(tmp_path / "given.jsonl")}
    stage = make_stage({"base": base, "data": nothing, **PRESET})
    goes_round(stage, annotator)
    assert {task.activity for task in stage.tasks} == {"documents"}
    assert "10 documents of the pool without a given prediction" in stage.status()["rounds"][0]["notes"]
