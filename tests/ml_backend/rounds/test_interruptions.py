"""Rounds that are interrupted at a given request: what no real server can be made to do at the right moment.

Label Studio is written down on paper here; tests/live has the real one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from ml_backend.campaign_file import Campaign
from ml_backend.campaigns.replay import SAME, replayed
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.errors import UnreachableError
from ml_backend.rounds.worker import do_next
from ml_backend.settings import Settings
from ml_backend.store.annotations import AnnotationState
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.rounds import queue_round, recent_rounds
from ml_backend.store.tables import CampaignRow, DecisionRow, ProjectRow, RoundState, Table, TaskRow

LABEL_STUDIO = "http://ls.example"


@dataclass
class Paper:
    """A Label Studio of one project on paper, which fails once, before or after a request of a given name."""

    tasks_there: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    annotated: list[AnnotationState] = field(default_factory=list)
    project_there: dict[str, Any] = field(default_factory=lambda: {"model_version": None, "sampling": "served"})
    fails: tuple[str, str] = ("", "")

    def _asked(self, name: str, act: Callable[[], Any]) -> Any:
        if self.fails == ("before", name):
            self.fails = ("", "")
            raise UnreachableError("Label Studio is away")
        answer = act()
        if self.fails == ("after", name):
            self.fails = ("", "")
            raise RuntimeError("killed")
        return answer

    def project(self, _: int) -> Any:
        """As it is now."""
        return SimpleNamespace(id=1, created=1, tasks=len(self.tasks_there), **self.project_there)

    def tasks(self, _: int) -> list[Any]:
        """All of them."""
        return [SimpleNamespace(id=number, data=data) for number, data in self.tasks_there]

    def annotations(self, _: int, since: float | None = None) -> list[AnnotationState]:  # noqa: ARG002 - all are few
        """All of them."""
        return self.annotated

    def users(self) -> dict[str, str]:
        """Nobody has a name."""
        return {}

    def import_tasks(self, _: int, tasks: list[dict[str, Any]]) -> list[int]:
        """Ids in order."""

        def act() -> list[int]:
            first = len(self.tasks_there) + 1
            self.tasks_there += [(first + place, task["data"]) for place, task in enumerate(tasks)]
            return [first + place for place in range(len(tasks))]

        return cast("list[int]", self._asked("import", act))

    def push_scores(self, *_: object) -> None:
        """Taken."""
        self._asked("scores", lambda: None)

    def change_project(self, _: int, **changes: Any) -> None:
        """Taken."""
        self._asked("order" if "model_version" in changes else "lane", lambda: self.project_there.update(changes))

    def delete_version(self, *_: object) -> None:
        """Taken."""

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Stage:
    """A campaign beside its paper server."""

    installation: Installation
    server: Paper
    folder: Path

    def look(self) -> RoundState | None:
        """One round; how it ended, None where it left nothing."""
        with self.installation.store.session() as session:
            queue_round(session, 1, "a test", at_once=True)
        do_next(self.installation)
        with self.installation.store.reading() as session:
            rounds = recent_rounds(session, 1)
        return RoundState(rounds[0].state) if rounds else None

    def rows(self, kind: type[Table]) -> list[Any]:
        """All rows of a table."""
        with self.installation.store.reading() as session:
            return list(session.scalars(select(kind)))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A campaign of one minute, before its first round."""
    write_corpus(tmp_path, 0, DemoSizes(train=20, pool=10, test=5, text=60, dim=8))
    (tmp_path / "token").write_text("t")
    files = {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train.jsonl", "pool": "pool.jsonl"}
    campaign = Campaign.model_validate(
        {
            "name": "health",
            "label_studio": {"url": LABEL_STUDIO, "token_file": str(tmp_path / "token")},
            "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
            "task": {"categories": ["other", "health"]},
            "data": {name: str(tmp_path / file) for name, file in files.items()},
            "round": {"classifier": {"kind": "lr"}, "runs": 1, "keywords": 4},
            "work": {"budget_minutes": 3},
        }
    )
    installation, paper = open_installation(Settings(data_dir=tmp_path / "data", device="cpu")), Paper()
    installation.servers[LABEL_STUDIO, "t"] = cast(Server, paper)
    with installation.store.session() as session:
        row = save_campaign(session, "health", campaign.model_dump(mode="json"))
        session.add(ProjectRow(campaign_id=row.id, role="mixed", server=LABEL_STUDIO, project=1, created=1))
    yield Stage(installation, paper, tmp_path)
    installation.close()


@pytest.mark.parametrize(
    "fails",
    [("before", "scores"), ("before", "import"), ("after", "import"), ("before", "order"), ("after", "order")],
)
def test_the_first_lot_comes_out_whatever_stops_the_round_that_brings_it(stage: Stage, fails: tuple[str, str]) -> None:
    """The next look brings the same tasks, each once, in an order, each with a decision that can be replayed."""
    stage.server.fails = fails
    stage.look()
    for _ in range(3):
        stage.look()
    keys = [data["key"] for _, data in stage.server.tasks_there]
    decisions = stage.rows(DecisionRow)
    assert len(keys) == len(set(keys)) == 4
    assert sorted(keys) == sorted(row.key for row in stage.rows(TaskRow)) == sorted(row.key for row in decisions)
    assert {replayed(row) for row in decisions} == {SAME}
    assert stage.server.project_there["model_version"] == stage.rows(ProjectRow)[0].order_version is not None


def test_a_queue_closes_though_the_data_cannot_be_read(stage: Stage) -> None:
    """The round fails, and says why; the budget holds all the same."""
    assert stage.look() is RoundState.DONE
    stage.installation.campaign_data.clear()
    (stage.folder / "pool.jsonl").unlink()
    stage.server.annotated = [
        AnnotationState(number, number, "ada", [], skipped=True, lead_time=250.0, created=1e9 * number, updated=1e9)
        for number, _ in stage.server.tasks_there
    ]
    assert stage.look() is RoundState.FAILED
    assert stage.server.project_there["sampling"] is None
    assert stage.rows(ProjectRow)[0].closed
    assert stage.rows(CampaignRow)[0].live_version == 1
