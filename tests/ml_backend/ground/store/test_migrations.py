"""What an older clime stored is read by this one."""

from contextlib import closing
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from ml_backend.exchange.campaign import restore_campaign
from ml_backend.ground.store.campaigns import get_campaign, save_campaign
from ml_backend.ground.store.database import MIGRATIONS, Store, open_store

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


def kept(store: Store, name: str = "health") -> dict[str, Any]:
    """What the store has of a campaign."""
    with store.reading() as session:
        return get_campaign(session, name).spec


@pytest.mark.parametrize(("renormalize", "keep"), [(True, "lengths"), (False, "nothing")])
def test_an_older_campaign_is_read(first: Store, renormalize: bool, keep: str) -> None:
    """What it said of lengths is said by its new name, and all else stays."""
    old = with_refine(solver="closed", regularization=2.0, steps=100, renormalize=renormalize, margin=0.1)
    with first.session() as session:
        save_campaign(session, "health", old)
        save_campaign(session, "fresh", {"name": "fresh"})
    with closing(opened(first)) as store:
        campaign = restore_campaign(kept(store), "health")
        assert kept(store, "fresh") == {"name": "fresh"}
    assert (campaign.round.refine.keep, campaign.round.refine.regularization) == (keep, 2.0)
    assert (campaign.round.runs, campaign.round.classifier.kind, campaign.task.categories[1]) == (3, "dan", "health")


def test_what_is_said_in_the_new_way_stays(first: Store) -> None:
    """A file that has both names keeps what the new one says."""
    with first.session() as session:
        save_campaign(session, "health", with_refine(keep="directions", renormalize=True))
    with closing(opened(first)) as store:
        assert kept(store)["round"]["refine"] == {"keep": "directions"}


@pytest.mark.parametrize(("keep", "renormalize"), [("lengths", True), ("directions", True), ("nothing", False)])
def test_the_way_back(store: Store, keep: str, renormalize: bool) -> None:
    """An older clime reads the store again after a downgrade."""
    with store.session() as session:
        save_campaign(session, "health", with_refine(keep=keep, margin=0.1))
    migrate(store, "0001")
    assert kept(store)["round"]["refine"] == {"renormalize": renormalize, "margin": 0.1}
