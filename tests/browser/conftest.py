"""Campaigns in every state, served without Label Studio, and a browser in front of them."""

from collections.abc import Iterator

import pytest
from flask import Flask
from pydantic import SecretStr

from ml_backend.campaigns.up import answering
from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import RoundRow, RoundState, now
from ml_backend.web.app import create_app
from tests.bench.filled_store import Filling, fill
from tests.browser.reader import Reader, open_reader
from tests.ports import unused_port

LITTLE = Filling(annotations=24, versions=4)
STATES = {
    "empty": Filling(annotations=0, versions=0),
    "half-done": Filling(),
    "done": Filling(annotations=24, versions=4, minutes=5),
    "failed": LITTLE,
    "waiting": LITTLE,
    "paused": LITTLE,
    "old": Filling(annotations=24, versions=4, modern=False, evaluated=False),
    "sinhala": Filling(annotations=40, versions=4, overlap=2, target="Sinhala"),
    "two-projects": Filling(annotations=24, versions=4, setup="two-projects"),
}


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """All of them in one installation."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("served"), port=unused_port(), secret=SecretStr("s" * 32), device="cpu"
    )
    installation = open_installation(settings)
    for name, filling in STATES.items():
        fill(installation, name, filling)
    with installation.store.session() as session:
        error = "pool.jsonl:17: no text, got an empty line; give the document a text or remove the line"
        unreachable = "http://label-studio.example does not answer; is it running?"
        failed, waiting = (get_campaign(session, name).id for name in ("failed", "waiting"))
        session.add(RoundRow(campaign_id=failed, reason="an annotation", state=RoundState.FAILED, error=error))
        session.add(RoundRow(campaign_id=waiting, reason="an annotation", error=unreachable, not_before=now() + 600))
        get_campaign(session, "paused").paused = True
    yield installation
    installation.close()


@pytest.fixture(scope="session")
def app(served: Installation) -> Iterator[Flask]:
    """The web application, answering. Its pages wait until the annotations are read, however busy the machine is."""
    app = create_app(served)
    with pytest.MonkeyPatch.context() as patch, answering(served, app, lambda _: None):
        patch.setattr("ml_backend.web.pages.PAGE_TIMEOUT", None)
        yield app


@pytest.fixture
def quick_refresh(app: Flask) -> Iterator[None]:
    """Pages refresh four times a second, so that no test waits for five seconds."""
    usual = {name: app.config[name] for name in ("REFRESH_SECONDS", "READING_SECONDS")}
    app.config.update(dict.fromkeys(usual, 0.25))
    yield
    app.config.update(usual)


@pytest.fixture(scope="session")
def reader(served: Installation, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """The operator's browser; one for all tests, as starting it takes longest."""
    request.getfixturevalue("chromium")
    request.getfixturevalue("app")
    with open_reader(served.settings.local_address, served.keyring.credentials("clime")) as found:
        yield found


@pytest.fixture(autouse=True)
def light_screen(reader: Reader) -> None:
    """Every test begins on a screen in the light."""
    reader.be()
