"""`clime extend`, `pause`, `resume`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clime_core.errors import CampaignError
from ml_backend.cli.commands import app
from ml_backend.installation import open_installation
from ml_backend.settings import read_settings
from ml_backend.store.campaigns import get_campaign, save_campaign
from ml_backend.store.database import Store
from ml_backend.store.events import newest_event
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import AnnotationRow, CampaignRow, ProjectRow

ADA = "ada@example.org"
SPEC = {
    "name": "health",
    "label_studio": {"url": "http://ls"},
    "languages": {"source": {"name": "English"}, "target": {"name": "Uyghur"}},
    "task": {"categories": ["other", "health"]},
    "data": {"source_vectors": "s", "target_vectors": "t", "train": "a", "pool": "b"},
    "work": {"annotator_minutes": 40},
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A campaign in which Ada has annotated once."""
    monkeypatch.setenv("CLIME_DATA_DIR", str(tmp_path))
    installation = open_installation(read_settings())
    with installation.store.session() as session:
        project = ProjectRow(
            campaign_id=save_campaign(session, "health", SPEC).id,
            role="mixed",
            server="http://ls",
            project=1,
            created=1,
        )
        session.add(project)
        session.flush()
        session.add(
            AnnotationRow(
                project_id=project.id, annotation=1, task=1, annotator=ADA, result=[], skipped=False, lead_time=1.0,
                created=1.0, updated=1.0,
            )
        )  # fmt: skip
    yield installation.store
    installation.close()


def clime(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)


def kept(store: Store) -> CampaignRow:
    """The campaign as it is now."""
    with store.reading() as session:
        return get_campaign(session, "health")


def test_minutes_are_added_to_the_campaign_or_to_one(store: Store) -> None:
    """What is said is the budget now; the server is told."""
    assert "health: the budget is now 80 minutes" in clime("extend", "health", "--minutes", "20").output
    own = clime("extend", "health", "--annotator", "Ada@Example.org", "--minutes", "10").output
    assert f"health: the budget of {ADA} is now 50 minutes" in own
    assert "is now 45 minutes" in clime("extend", "health", "--annotator", ADA, "--minutes", "-5").output
    assert (kept(store).extended_minutes, kept(store).extended_annotators) == (20.0, {ADA: 5.0})
    with store.reading() as session:
        assert [r.reason for r in recent_rounds(session, 1)] == ["the budget was changed"]
        assert newest_event(session, 1) == 3


def test_a_wrong_address_changes_nothing(store: Store) -> None:
    """The error names who there is."""
    with pytest.raises(CampaignError, match=f"there: {ADA}"):
        clime("extend", "health", "--annotator", "eve@example.org", "--minutes", "10")
    assert kept(store).extended_annotators == {}
    with store.reading() as session:
        assert recent_rounds(session, 1) == []


def test_training_and_annotating_are_paused_apart_and_go_on_together(store: Store) -> None:
    """`pause` is about training, with `--annotating` about the queue; `resume` undoes both."""
    assert "annotating is paused" in clime("pause", "health", "--annotating").output
    assert (kept(store).paused, kept(store).annotating_paused) == (False, True)
    assert "training is paused" in clime("pause", "health").output
    assert (kept(store).paused, kept(store).annotating_paused) == (True, True)
    assert "go on" in clime("resume", "health").output
    assert (kept(store).paused, kept(store).annotating_paused) == (False, False)
