"""The Label Studio of the demo, here with a stand-in program: the real one is started by the live tests."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from clime_core.errors import ExchangeError
from ml_backend.label_studio import local_server
from ml_backend.label_studio.annotator_client import Login
from ml_backend.label_studio.local_server import LocalLabelStudio, free_port
from tests.ports import unused_port

LISTEN = """
import socket, sys, time
with socket.socket() as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", int(sys.argv[1])))
    s.listen()
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=["by what the system has", "by ps"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are known from /proc where there is one, and from `ps` as on macOS."""
    if request.param == "by ps":
        monkeypatch.setattr(local_server, "PROCESSES", Path("/no-such-folder"))


def local(folder: Path, program: Path, port: int) -> LocalLabelStudio:
    """A server that is not started."""
    return LocalLabelStudio(program, folder, port, Login("a@example.com", "b"), "c" * 40)


@pytest.mark.usefixtures("processes")
def test_what_a_killed_owner_left_is_stopped_and_its_port_is_free(tmp_path: Path) -> None:
    """The next start of the demo does not stumble over its own Label Studio."""
    program, port = tmp_path / "label-studio", unused_port()
    program.write_text(LISTEN)
    with subprocess.Popen(
        [sys.executable, str(program), str(port)], stdout=subprocess.PIPE, start_new_session=True
    ) as orphan:
        assert orphan.stdout is not None
        orphan.stdout.readline()
        (tmp_path / "label-studio.pid").write_text(str(orphan.pid))
        assert free_port(port) != port
        local(tmp_path, program, port).stop_orphan()
        assert orphan.wait(120) != 0
    assert free_port(port) == port
    assert not (tmp_path / "label-studio.pid").exists()


@pytest.mark.usefixtures("processes")
def test_a_stranger_with_the_old_process_id_is_left_alone(tmp_path: Path) -> None:
    """Process ids are used again."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as stranger:
        (tmp_path / "label-studio.pid").write_text(str(stranger.pid))
        local(tmp_path, tmp_path / "label-studio", 1).stop_orphan()
        assert stranger.poll() is None
        stranger.kill()


def test_a_process_that_nobody_can_name_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without /proc and without `ps` nothing is stopped, and it is not passed over in silence."""
    monkeypatch.setattr(local_server, "PROCESSES", Path("/no-such-folder"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as process:
        (tmp_path / "label-studio.pid").write_text(str(process.pid))
        with pytest.raises(ExchangeError, match=f"process {process.pid} is a Label Studio that was left running"):
            local(tmp_path, tmp_path / "label-studio", 1).stop_orphan()
        assert process.poll() is None
        process.kill()


def test_a_process_id_of_long_ago_is_forgotten(tmp_path: Path) -> None:
    """Where the process has ended, and where the file holds no number."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait(20)
    for content in (str(ended.pid), "nothing"):
        (tmp_path / "label-studio.pid").write_text(content)
        local(tmp_path, tmp_path / "label-studio", 1).stop_orphan()
        assert not (tmp_path / "label-studio.pid").exists()


def test_a_missing_program_names_the_command_that_installs_it(tmp_path: Path) -> None:
    """An error for people."""
    with pytest.raises(ExchangeError, match="make label-studio"):
        local(tmp_path, tmp_path / "none", 1).start()


def test_a_taken_port_is_passed_over() -> None:
    """The demo takes the next one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port


ANSWERING = """#!{python}
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
folder = Path(os.environ["LABEL_STUDIO_BASE_DATA_DIR"])
(folder / "started.json").write_text(json.dumps([sys.argv[1:], dict(os.environ)]))
print("up", flush=True)
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


def stand_in(folder: Path, text: str) -> Path:
    """A program that stands in for Label Studio."""
    program = folder / "label-studio"
    program.write_text(text.replace("{python}", sys.executable))
    program.chmod(0o755)
    return program


def test_it_is_started_on_loopback_and_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its owner, its token and its data folder; settings of another Label Studio are not handed on."""
    monkeypatch.setenv("LABEL_STUDIO_HOST", "https://elsewhere.example")
    server = local(tmp_path / "data", stand_in(tmp_path, ANSWERING), free_port(18850))
    server.start()
    try:
        arguments, environment = json.loads((tmp_path / "data" / "started.json").read_text())
        assert arguments == ["start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(server.port)]
        assert "LABEL_STUDIO_HOST" not in environment
        assert environment["LABEL_STUDIO_USERNAME"] == "a@example.com"
        assert environment["LABEL_STUDIO_USER_TOKEN"] == "c" * 40
        assert (environment["ML_BLOCK_LOCAL_IP"], environment["SSRF_PROTECTION_ENABLED"]) == ("false", "false")
        assert (environment["COLLECT_ANALYTICS"], environment["SENTRY_DSN"]) == ("false", "")
        process = int((tmp_path / "data" / "label-studio.pid").read_text())
        assert requests.get(f"{server.url}/health", timeout=10).ok
        assert "up" in (tmp_path / "data" / "label-studio.log").read_text()
    finally:
        server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not (tmp_path / "data" / "label-studio.pid").exists()
    server.stop()  # once more changes nothing


def test_a_program_that_stops_at_once_is_named_with_its_log(tmp_path: Path) -> None:
    """The log says why."""
    server = local(tmp_path, stand_in(tmp_path, "#!/bin/sh\necho no database >&2\nexit 3\n"), free_port(18860))
    with pytest.raises(ExchangeError, match=r"stopped while starting; .*label-studio\.log says why"):
        server.start()
    assert "no database" in (tmp_path / "label-studio.log").read_text()


def test_a_program_that_never_answers_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time of a first start."""
    monkeypatch.setattr(local_server, "FIRST_START_SECONDS", 0.5)
    server = local(tmp_path, stand_in(tmp_path, "#!/bin/sh\nexec sleep 600\n"), free_port(18870))
    with pytest.raises(ExchangeError, match=f"does not answer at {server.url}"):
        server.start()
    assert not (tmp_path / "label-studio.pid").exists()
