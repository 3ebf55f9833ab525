"""Opening the store: engine, migrations, sessions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x636C696D65
"""The number of PostgreSQL's advisory lock that one process holds while it migrates."""


@dataclass(frozen=True)
class Store:
    """An open store with up-to-date tables."""

    engine: Engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with sessionmaker(self.engine, expire_on_commit=False).begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads. It never waits for a writer, and no writer waits for it."""
        with sessionmaker(self.engine.execution_options(reading=True), expire_on_commit=False)() as session:
            yield session

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """The store at a SQLAlchemy address, made or migrated as needed."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    if not _is_current(engine):
        _migrate(engine)
    return Store(engine)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer; a writer waits up to ten seconds for another one."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """Take the write lock at the start, unless only reading: a transaction then never fails half way without it."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _is_current(engine: Engine) -> bool:
    """Whether the tables are those of the newest migration. Then Alembic, which is slow to load, is not needed."""
    newest = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))
    with engine.execution_options(reading=True).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return [*connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars()] == [newest]


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # one process migrates, the others wait; SQLite's lock does the same
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
