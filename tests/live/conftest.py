"""What the live tests share: a small corpus, annotators, and stages on the one Label Studio server."""

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.label_studio.annotator_client import AnnotatorClient, Login, join
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.settings import Settings
from tests.live.browser import Annotator, browser
from tests.live.stage import Stage, campaign_tables, opened, write_campaign
from tests.ports import unused_port

SIZES = DemoSizes(train=80, pool=40, test=30, text=400, dim=20)
ANNOTATORS = tuple(Login(f"annotator-{n}@example.com", f"annotator-password-{n}") for n in (1, 2, 3))

MakeStage = Callable[..., Stage]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a Label Studio server."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.timeout(1800))  # the first one also makes and starts the server


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bilingual corpus with vectors."""
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, 0, SIZES)
    return folder


@pytest.fixture(scope="session")
def annotators(label_studio: LocalLabelStudio) -> tuple[AnnotatorClient, ...]:
    """Three annotators, logged in."""
    return tuple(join(label_studio.url, label_studio.owner, login) for login in ANNOTATORS)


@pytest.fixture
def annotator(annotators: tuple[AnnotatorClient, ...]) -> AnnotatorClient:
    """One annotator."""
    return annotators[0]


@pytest.fixture(scope="session")
def _person(label_studio: LocalLabelStudio, request: pytest.FixtureRequest) -> Iterator[Annotator]:
    """The first annotator in a browser, logged in; one for all tests, as starting it takes longest."""
    for needed in ("chromium", "annotators"):
        request.getfixturevalue(needed)
    with browser(label_studio.url) as person:
        person.log_in(ANNOTATORS[0].email, ANNOTATORS[0].password)
        yield person


@pytest.fixture
def person(_person: Annotator) -> Iterator[Annotator]:
    """The first annotator in a browser, logged in, no page open."""
    yield _person
    _person.close_pages()


@pytest.fixture
def make_stage(
    label_studio: LocalLabelStudio, corpus: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[MakeStage]:
    """Makes stages that are not up yet; `tables` change the campaign file, keywords the installation's settings.

    Campaigns of different tests have different names: one of the same name would take over the other's project.
    """
    test = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:30].strip("-")
    unique = f"{test}-{zlib.crc32(request.node.nodeid.encode()):08x}"
    token = tmp_path / "token"
    token.write_text(label_studio.token)
    with ExitStack() as stack:

        def make(
            tables: dict[str, dict[str, Any]] | None = None,
            *,
            name: str = "",
            url: str = label_studio.url,
            data: str = "data",
            **settings: Any,
        ) -> Stage:
            whole = f"{unique}-{name}".strip("-")
            folder = tmp_path / whole
            folder.mkdir(exist_ok=True)
            said = campaign_tables(corpus, url, token, tables or {})
            file = write_campaign(folder, said, {"name": whole})
            port = settings.pop("port", None) or unused_port()
            own = Settings(data_dir=tmp_path / data, port=port, poll_seconds=60, device="cpu")
            return stack.enter_context(opened(label_studio, file, own.model_copy(update=settings)))

        yield make


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A mixed campaign for one annotator, up: its first lot is out."""
    made = make_stage()
    made.up()
    return made
