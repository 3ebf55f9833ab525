"""What changes under a campaign while it goes on: tasks, files, its own file."""

import json
from pathlib import Path

import pytest

from clime_core.errors import CampaignError
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.rounds.live_models import load_model
from tests.live.conftest import MakeStage
from tests.live.stage import Stage


def test_a_task_deleted_in_label_studio_stops_nothing(stage: Stage, annotator: AnnotatorClient) -> None:
    """Nothing waits for it, the next round works, and another task takes its place."""
    doomed, *others = [task.task for task in stage.tasks]
    stage.ask("DELETE", f"/api/tasks/{doomed}/")
    stage.answer(annotator, stage.take(annotator))
    stage.work()
    assert [r.error for r in stage.rounds if r.error] == []
    assert stage.live == 2
    open_now = [t.task for t in stage.tasks if t.id in stage.readings.open_ids]
    assert doomed not in open_now
    assert len(open_now) == len(others) + 1
    assert sorted(stage.order()) == sorted(task for task in open_now if task is not None)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('categories = ["other", "health"]', 'categories = ["health", "sport"]', "'other' was taken away"),
        ("budget_minutes = 60", 'budget_minutes = 60\nsetup = "two-projects"', r"work\.setup was 'mixed'"),
    ],
)
def test_what_would_tear_a_campaign_apart_is_refused(stage: Stage, old: str, new: str, message: str) -> None:
    """Nothing is changed, and the message says what to put back."""
    text = stage.file.read_text()
    assert old in text
    stage.file.write_text(text.replace(old, new))
    with pytest.raises(CampaignError, match=message):
        stage.up()
    stage.file.write_text(text)
    stage.up()


def test_changed_files_make_a_new_version_and_leave_the_old_ones_right(
    make_stage: MakeStage, annotator: AnnotatorClient, corpus: Path, tmp_path: Path
) -> None:
    """Vectors that are replaced are noticed; a version keeps predicting with those it was made from."""
    vectors = tmp_path / "en.vec"
    vectors.write_text((corpus / "en.vec").read_text())
    stage = make_stage({"data": {"source_vectors": str(vectors)}})
    stage.up()
    stage.answer(annotator, stage.take(annotator))
    stage.work()
    folder, live = stage.installation.folder(stage.row), stage.live
    before = load_model(folder, live).embeddings.source
    head, *lines = vectors.read_text().splitlines()
    vectors.write_text("\n".join([head, *reversed(lines)]) + "\n")
    stage.up()
    assert stage.live == live + 1
    assert list(load_model(folder, live).embeddings.source.words) == list(before.words)
    newest = load_model(folder, live + 1).embeddings.source
    assert list(newest.words) == list(reversed(before.words))


def test_a_document_that_leaves_the_pool_is_asked_no_more(make_stage: MakeStage, corpus: Path, tmp_path: Path) -> None:
    """Neither the queue nor a round stumbles over it."""
    pool = tmp_path / "pool.jsonl"
    lines = (corpus / "pool.jsonl").read_text().splitlines()
    pool.write_text("\n".join(lines) + "\n")
    stage = make_stage({"data": {"pool": str(pool)}})
    stage.up()
    pool.write_text("\n".join(lines[: len(lines) // 2]) + "\n")
    stage.up()
    kept = {json.loads(line)["id"] for line in lines[: len(lines) // 2]}
    asked_later = [t.key.removeprefix("d:") for t in stage.tasks if t.key.startswith("d:")][1:]
    assert stage.live == 2
    assert all(document in kept for document in asked_later[4:])
