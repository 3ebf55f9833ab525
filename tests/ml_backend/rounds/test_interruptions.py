"""Rounds that are interrupted at a given request: what no real server can be made to do at the right moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ml_backend.campaigns.replay import SAME, replayed
from ml_backend.store.tables import CampaignRow, DecisionRow, ProjectRow, RoundState, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A campaign of three minutes, before its first round."""
    with paper_campaign(tmp_path, {"work": {"budget_minutes": 3}}) as made:
        yield made


@pytest.mark.parametrize(
    "fails",
    [
        ("before", "push_scores"),
        ("before", "import_tasks"),
        ("after", "import_tasks"),
        ("before", "change_project"),
        ("after", "order_changed"),
    ],
)
def test_the_first_lot_comes_out_whatever_stops_the_round_that_brings_it(
    stage: PaperCampaign, fails: tuple[str, str]
) -> None:
    """The next round brings the same tasks, each once, in an order, each with a decision that can be replayed."""
    stage.server.fails = fails
    stage.round()
    for _ in range(3):
        stage.round()
    keys = [task.data["key"] for task in stage.server.tasks_there.values()]
    decisions = stage.stored(DecisionRow)
    assert len(keys) == len(set(keys)) == 4
    assert sorted(keys) == sorted(row.key for row in stage.stored(TaskRow)) == sorted(row.key for row in decisions)
    assert {replayed(row) for row in decisions} == {SAME}
    (project,) = stage.stored(ProjectRow)
    assert stage.server.projects[project.project].model_version == project.order_version is not None


def test_a_queue_closes_though_the_data_cannot_be_read(stage: PaperCampaign) -> None:
    """The round fails, and says why; the budget holds all the same."""
    assert stage.round() is RoundState.DONE
    stage.installation.campaign_data.clear()
    (stage.folder / "pool.jsonl").unlink()
    for task in stage.tasks:
        assert task.task is not None
        stage.server.submit(task.task, "ada", seconds=250.0, skipped=True)
    assert stage.round() is RoundState.FAILED
    (project,) = stage.stored(ProjectRow)
    assert stage.server.projects[project.project].sampling is None
    assert project.closed
    assert stage.stored(CampaignRow)[0].live_version == 1
