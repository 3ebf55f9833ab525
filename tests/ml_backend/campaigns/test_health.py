"""Whether a backend answers: the one check of `clime health`, `clime up` and `clime doctor`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from ml_backend.auth import Keyring
from ml_backend.campaigns.health import answers, check_health
from ml_backend.installation import open_installation
from ml_backend.label_studio.local_server import free_port
from ml_backend.settings import Settings
from ml_backend.web.app import create_app

Serve = Callable[[Flask], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves an application on this machine, and gives its address."""
    stops: list[Callable[[], None]] = []

    def start(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app)
        thread = Thread(target=server.serve_forever)
        thread.start()
        stops.extend((server.shutdown, thread.join, server.server_close))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for stop in stops:
        stop()


def program(answer: Response) -> Flask:
    """Another program, which answers /health in its own way."""
    app = Flask("another")
    app.add_url_rule("/health", view_func=lambda: answer)
    return app


def test_a_backend_of_this_installation_answers(serve: Serve, tmp_path: Path) -> None:
    """Its own keyring opens it, and that of another data folder does not."""
    installation = open_installation(Settings(data_dir=tmp_path))
    address = serve(create_app(installation))
    health = check_health(address, installation.keyring)
    assert (health.ok, health.found, health.fix) == (True, f"answers at {address}", "")
    stranger = check_health(address, Keyring(b"another secret"))
    assert (stranger.ok, stranger.found) == (False, f"{address} has other passwords")
    assert "CLIME_DATA_DIR" in stranger.fix
    installation.close()


def test_an_address_where_nothing_listens() -> None:
    """The fix names the command that would listen there."""
    address = f"http://127.0.0.1:{free_port(18950)}"
    health = check_health(address, Keyring(b"secret"))
    assert (health.ok, health.found) == (False, f"nothing answers at {address}")
    assert "`clime serve`" in health.fix
    assert not answers(address, Keyring(b"secret"))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Response("gone", 404), "answers 404"),
        (Response("<p>Welcome</p>"), "is another program"),
        (Response('{"model_class": "another"}', mimetype="application/json"), "is another program"),
        (Response("[]", mimetype="application/json"), "is another program"),
    ],
)
def test_another_program_on_the_port_is_no_backend(serve: Serve, answer: Response, found: str) -> None:
    """Also where it answers every address with a page of its own."""
    health = check_health(serve(program(answer)), Keyring(b"secret"))
    assert not health.ok
    assert found in health.found
