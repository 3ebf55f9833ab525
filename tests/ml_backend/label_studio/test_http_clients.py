"""Both HTTP clients obey the same variables: proxies, certificates and time-outs."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
import requests

from clime_core.errors import ExchangeError
from ml_backend.http_clients import CERTIFICATE_VARIABLES, httpx_client, requests_session

Fetch = Callable[[str], str]
"""Answers with the text at an address."""

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATE = Path(__file__).parent / "loopback.pem"
"""A certificate of 127.0.0.1 that it signed itself, and its key. It is good for these tests and nothing else."""

NOWHERE = "http://label-studio.invalid"
"""An address that only a proxy can answer."""


class LocalServer(ThreadingHTTPServer):
    """Answers every request with what it was asked for, as a server and as a proxy."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.busy = Event()

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no error here."""

    @property
    def url(self) -> str:
        """Its address, without encryption."""
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """One request. A proxy is asked for a whole address, a server for a path."""

    server: LocalServer

    def do_GET(self) -> None:
        """Answer with the request line's address; `/slow` waits."""
        if self.path == "/slow":
            self.server.busy.wait(20)
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def running(local: LocalServer) -> Iterator[LocalServer]:
    """The server answers until the block ends."""
    with local:
        thread = Thread(target=local.serve_forever, args=(0.05,))
        thread.start()
        yield local
        local.busy.set()
        local.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server on this machine, which also is a proxy."""
    with running(LocalServer()) as local:
        yield local


@pytest.fixture
def https_server() -> Iterator[LocalServer]:
    """A server whose certificate nobody knows."""
    local = LocalServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    local.socket = context.wrap_socket(local.socket, server_side=True)
    with running(local):
        yield local


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment that runs the tests counts."""
    for name in (*PROXY_VARIABLES, *(name.lower() for name in PROXY_VARIABLES), *CERTIFICATE_VARIABLES):
        monkeypatch.delenv(name, raising=False)


def by_httpx(url: str) -> str:
    """As the SDK asks."""
    with httpx_client(url) as client:
        return client.get(url).text


def by_requests(url: str) -> str:
    """As our own code asks."""
    with requests_session() as session:
        return session.get(url).text


both = pytest.mark.parametrize("fetch", [by_httpx, by_requests])


@both
def test_a_proxy_is_asked_for_the_whole_address(
    fetch: Fetch, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY holds for both clients, with and without its scheme."""
    for proxy in (server.url, server.url.removeprefix("http://")):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        assert fetch(f"{NOWHERE}/api") == f"{NOWHERE}/api"


@both
@pytest.mark.parametrize("exception", ["127.0.0.1", "127.0.0.0/8", "elsewhere.example, 127.0.0.1"])
def test_an_exception_is_asked_directly(
    fetch: Fetch, server: LocalServer, monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    """NO_PROXY holds for both clients, also for a range of addresses."""
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    monkeypatch.setenv("NO_PROXY", exception)
    assert fetch(f"{server.url}/api") == "/api"


@both
def test_https_goes_through_its_own_proxy(fetch: Fetch, server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS_PROXY is asked for a tunnel, which this proxy refuses; HTTP_PROXY is not asked."""
    monkeypatch.setenv("HTTPS_PROXY", server.url)
    monkeypatch.setenv("HTTP_PROXY", NOWHERE)
    with pytest.raises((httpx.ProxyError, requests.exceptions.ProxyError), match="501"):
        fetch(f"{NOWHERE.replace('http', 'https')}/api")


@both
@pytest.mark.parametrize("variable", CERTIFICATE_VARIABLES)
def test_missing_certificates_name_their_variable(
    fetch: Fetch, server: LocalServer, monkeypatch: pytest.MonkeyPatch, variable: str, tmp_path: Path
) -> None:
    """An error for people, whichever client asks."""
    monkeypatch.setenv(variable, str(tmp_path / "none.pem"))
    with pytest.raises(ExchangeError, match=rf"{variable}: no file or folder .*none\.pem"):
        fetch(server.url)


@pytest.mark.parametrize("variable", CERTIFICATE_VARIABLES)
@both
def test_both_trust_the_same_certificates(
    fetch: Fetch, variable: str, https_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each variable replaces the usual certificates in both clients."""
    address = https_server.url.replace("http", "https") + "/api"
    with pytest.raises((httpx.ConnectError, requests.exceptions.SSLError), match="certificate verify failed"):
        fetch(address)
    monkeypatch.setenv(variable, str(CERTIFICATE))
    assert fetch(address) == "/api"


def test_a_file_that_holds_no_certificate_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The SDK's client is made at once, so the error comes at once."""
    (tmp_path / "empty.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(ExchangeError, match="holds no certificates"):
        httpx_client("https://label-studio.example")


def test_a_proxy_of_an_unknown_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which variables to correct."""
    monkeypatch.setenv("HTTPS_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(ExchangeError, match=r"the proxy for https://x\.example cannot be used: .*HTTPS_PROXY"):
        httpx_client("https://x.example")


def test_a_slow_server_is_given_up(server: LocalServer) -> None:
    """Every request has a time-out, also one that does not ask for it."""
    start = time.monotonic()
    with requests_session(0.2) as session, pytest.raises(requests.Timeout):
        session.get(f"{server.url}/slow")
    with httpx_client(server.url, 0.2) as client, pytest.raises(httpx.TimeoutException):
        client.get(f"{server.url}/slow")
    assert time.monotonic() - start < 10
