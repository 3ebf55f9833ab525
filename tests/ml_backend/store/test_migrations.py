"""What an older clime stored is read by this one."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Boolean, Column, Float, MetaData, String, Table, func, insert, select

from ml_backend.campaign_file import restore_campaign
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import MIGRATIONS, Store, open_store
from ml_backend.store.rounds import queue_round
from ml_backend.store.tables import (
    AnnotationRow,
    CampaignRow,
    DecisionRow,
    ProjectRow,
    RoundRow,
    TaskRow,
    VersionRow,
)

CAMPAIGNS = Table(
    "campaigns",
    MetaData(),
    Column("name", String),
    Column("spec", JSON),
    Column("extended_minutes", Float, default=0.0),
    Column("paused", Boolean, default=False),
    Column("created_at", Float, default=0.0),
)
"""What the table of campaigns has had from the beginning."""

OLD = {
    "name": "health",
    "label_studio": {"url": "http://ls.example", "token_env": "LABEL_STUDIO_API_KEY"},
    "languages": {"source": {"name": "English", "rtl": False}, "target": {"name": "Uyghur", "rtl": True}},
    "task": {"categories": ["other", "health"]},
    "data": {"source_vectors": "/a/en.vec", "target_vectors": "/a/ug.vec", "train": "/a/train", "pool": "/a/pool"},
    "round": {
        "classifier": {"kind": "dan", "epochs": 30, "widths": [3, 4, 5]},
        "refine": {"solver": "closed", "regularization": 2.0, "steps": 100, "renormalize": True, "margin": 0.1},
        "runs": 3,
        "salience": "norm-of-sum",
        "target_weight": 1.0,
    },
    "seed": 0,
}
"""A campaign as it was stored before refinement said what it keeps."""


def with_refine(**refine: object) -> dict[str, Any]:
    """The campaign with another table `round.refine`."""
    return {**OLD, "round": {**OLD["round"], "refine": refine}}  # type: ignore[dict-item]  # the round is a dict


def migrate(store: Store, revision: str) -> None:
    """Bring the store back to an earlier state."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


@pytest.fixture
def first(store: Store) -> Store:
    """A store with the first tables alone."""
    migrate(store, "0001")
    return store


def opened(store: Store) -> Store:
    """The store as a new process opens it."""
    return open_store(store.engine.url.render_as_string(hide_password=False))


def save(store: Store, name: str, spec: dict[str, Any]) -> None:
    """Store a campaign, whatever the state of the tables."""
    with store.session() as session:
        session.execute(insert(CAMPAIGNS).values(name=name, spec=spec))


def kept(store: Store, name: str = "health") -> dict[str, Any]:
    """What the store has of a campaign, whatever the state of the tables."""
    with store.reading() as session:
        spec: dict[str, Any] = session.execute(select(CAMPAIGNS.c.spec).where(CAMPAIGNS.c.name == name)).scalar_one()
    return spec


@pytest.mark.parametrize(("renormalize", "keep"), [(True, "lengths"), (False, "nothing")])
def test_an_older_campaign_is_read(first: Store, renormalize: bool, keep: str) -> None:
    """What it said of lengths is said by its new name, and all else stays."""
    old = with_refine(solver="closed", regularization=2.0, steps=100, renormalize=renormalize, margin=0.1)
    save(first, "health", old)
    save(first, "fresh", {"name": "fresh"})
    with closing(opened(first)) as store:
        campaign = restore_campaign(kept(store), "health")
        assert kept(store, "fresh") == {"name": "fresh"}
    assert (campaign.round.refine.keep, campaign.round.refine.regularization) == (keep, 2.0)
    assert (campaign.round.runs, campaign.round.classifier.kind, campaign.task.categories[1]) == (3, "dan", "health")


def test_what_is_said_in_the_new_way_stays(first: Store) -> None:
    """A file that has both names keeps what the new one says."""
    save(first, "health", with_refine(keep="directions", renormalize=True))
    with closing(opened(first)) as store:
        assert kept(store)["round"]["refine"] == {"keep": "directions"}


@pytest.mark.parametrize(("keep", "renormalize"), [("lengths", True), ("directions", True), ("nothing", False)])
def test_the_way_back(store: Store, keep: str, renormalize: bool) -> None:
    """An older clime reads the store again after a downgrade."""
    save(store, "health", with_refine(keep=keep, margin=0.1))
    migrate(store, "0001")
    assert kept(store)["round"]["refine"] == {"renormalize": renormalize, "margin": 0.1}


def with_round(**said: object) -> dict[str, Any]:
    """The campaign with another table `round`."""
    return {**OLD, "round": said}


@pytest.mark.parametrize("measure", ["entropy", "margin", "least-confidence"])
def test_how_documents_are_chosen_has_a_new_name(store: Store, measure: str) -> None:
    """The measure of uncertainty is a way to choose now; a campaign that said nothing still says nothing."""
    migrate(store, "0003")
    save(store, "health", with_round(uncertainty=measure, runs=3))
    save(store, "fresh", with_round(runs=3))
    with closing(opened(store)) as again:
        assert kept(again)["round"] == {"selection": measure, "runs": 3}
        assert kept(again, "fresh")["round"] == {"runs": 3}
        assert restore_campaign(kept(again), "health").round.selection == measure


@pytest.mark.parametrize(("selection", "measure"), [("margin", "margin"), ("clusters", "entropy")])
def test_the_way_back_of_how_documents_are_chosen(store: Store, selection: str, measure: str) -> None:
    """An older clime knows measures alone, and takes entropy for the others."""
    save(store, "health", with_round(selection=selection, runs=3))
    migrate(store, "0003")
    assert kept(store)["round"] == {"uncertainty": measure, "runs": 3}


def test_a_campaign_with_all_that_refers_to_it_is_migrated(store: Store) -> None:
    """Projects, tasks, annotations, versions and decisions stay, on the way back and on the way here."""
    with store.session() as session:
        campaign = save_campaign(session, "health", OLD)
        project = ProjectRow(campaign_id=campaign.id, role="mixed", server="http://ls.example", project=1, created=1)
        session.add(project)
        session.flush()
        session.add(TaskRow(project_id=project.id, key="d:1", activity="documents", data={"key": "d:1"}, task=7))
        session.add(
            AnnotationRow(
                project_id=project.id, annotation=1, task=7, annotator="ada", result=[], skipped=False, lead_time=9.0,
                created=1.0, updated=1.0,
            )
        )  # fmt: skip
        session.add(VersionRow(campaign_id=campaign.id, number=1))
        session.add(
            DecisionRow(campaign_id=campaign.id, activity="documents", key="d:1", reason="", expected_seconds=1)
        )
        queue_round(session, campaign.id, "a test")
    tables = (ProjectRow, TaskRow, AnnotationRow, VersionRow, DecisionRow, RoundRow)
    for revision in ("0002", "0001"):
        migrate(store, revision)
        with closing(opened(store)) as again, again.reading() as session:
            assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [1] * len(tables)
            row = session.get_one(CampaignRow, 1)
            assert (row.name, row.extended_annotators, row.annotating_paused) == ("health", {}, False)


def test_files_of_migrations_begin_with_their_revision() -> None:
    """Opening a store compares its revision with the newest file, so that Alembic loads only where it is needed."""
    for path in (MIGRATIONS / "versions").glob("*.py"):
        assert f'\nrevision = "{path.name.partition("_")[0]}"\n' in path.read_text(encoding="utf-8")


def test_a_current_store_opens_without_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time, Alembic is not asked; an older store is still migrated."""
    address = f"sqlite:///{tmp_path / 'clime.db'}"
    first = open_store(address)
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", lambda *_: pytest.fail("a migration was run"))
        open_store(address).close()
    migrate(first, "0005")
    first.close()
    opened = open_store(address)
    with opened.reading() as session:
        assert session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0006"
    opened.close()
