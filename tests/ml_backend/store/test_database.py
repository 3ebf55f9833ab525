"""Opening the store: migrations, transactions."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from ml_backend.store.campaigns import all_campaigns, save_campaign
from ml_backend.store.database import Store, open_store
from ml_backend.store.tables import Table


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    """A change of tables.py without a migration fails here."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    """Two processes share one store."""
    url = f"sqlite:///{tmp_path / 'deep' / 'clime.db'}"
    first = open_store(url)
    with first.session() as session:
        save_campaign(session, "health", {"a": 1})
    second = open_store(url)
    with second.session() as session:
        assert [row.name for row in all_campaigns(session)] == ["health"]
    first.close()
    second.close()


def test_sqlite_writes_ahead(tmp_path: Path) -> None:
    """Readers do not wait for the writer."""
    store = open_store(f"sqlite:///{tmp_path / 'clime.db'}")
    with store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    store.close()


def test_a_block_that_raises_changes_nothing(store: Store) -> None:
    """All or nothing."""

    def half() -> None:
        with store.session() as session:
            save_campaign(session, "health", {})
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        half()
    with store.session() as session:
        assert all_campaigns(session) == []


def test_a_look_waits_for_no_writer(store: Store) -> None:
    """Pages and predictions answer while a round writes."""
    with store.session() as session:
        save_campaign(session, "health", {})
        with store.reading() as other:
            assert all_campaigns(other) == []
    with store.reading() as session:
        assert len(all_campaigns(session)) == 1
