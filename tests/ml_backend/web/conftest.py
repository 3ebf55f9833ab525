"""An installation of two teams, and clients."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.tables import ProjectRow
from ml_backend.web.app import create_app

SPEC: dict[str, Any] = {
    "label_studio": {"url": "http://ls.example"},
    "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
    "task": {"categories": ["other", "health"]},
    "data": {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "t.jsonl", "pool": "p.jsonl"},
}


@pytest.fixture(autouse=True)
def waiting_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait until the annotations are read, also where the machine is busy."""
    monkeypatch.setattr("ml_backend.web.pages.PAGE_TIMEOUT", None)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Two teams' campaigns in one installation."""
    opened = open_installation(Settings(data_dir=tmp_path, secret=SecretStr("s" * 32)))
    with opened.store.session() as session:
        for number, name in enumerate(("one", "two"), start=1):
            spec = Campaign.model_validate({"name": name, **SPEC}).model_dump(mode="json")
            row = save_campaign(session, name, spec)
            session.add(ProjectRow(campaign_id=row.id, role="mixed", server="http://ls", project=number, created=7))
    yield opened
    opened.close()


@pytest.fixture
def client(installation: Installation) -> FlaskClient:
    """A client without credentials."""
    return create_app(installation).test_client()


@pytest.fixture(scope="session")
def browser(filled: Installation) -> FlaskClient:
    """A browser's client in front of filled campaigns, logged in as the operator."""
    client = create_app(filled).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = filled.keyring.credentials("clime").header
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client
