"""A store in SQLite and in PostgreSQL: every test here runs on both."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import Store, open_store
from tests.ports import unused_port


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server, made for these tests."""
    programs = _programs()
    if programs is None:
        message = "PostgreSQL is not installed: `apt-get install postgresql`"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with TemporaryDirectory(prefix="clime-postgresql-") as name:
        folder, port = Path(name), unused_port()
        as_user = []
        if os.geteuid() == 0:  # the server refuses to run as root
            as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres")
        run = [*as_user, str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-t", "300"]
        subprocess.run([*run, "init", "-o", "-A trust -U clime --no-sync"], check=True, stdout=subprocess.DEVNULL)
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        subprocess.run([*run, "start", "-l", str(folder / "log"), "-o", options], check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+psycopg://clime@127.0.0.1:{port}/"
        subprocess.run([*run, "stop", "-m", "fast"], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'clime.db'}")
    else:
        server = request.getfixturevalue("postgresql")
        name = f"test_{os.getpid()}_{abs(hash(str(tmp_path)))}"
        engine = create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        opened = open_store(server + name)
    yield opened
    opened.close()


@pytest.fixture
def campaign(store: Store) -> int:
    """The id of a campaign in the store."""
    with store.session() as session:
        return save_campaign(session, "health", {}).id
