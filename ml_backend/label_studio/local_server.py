"""A Label Studio server of our own on this machine, for the demo and the tests: loopback only, no telemetry."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from clime_core.errors import ExchangeError
from ml_backend.http_clients import requests_session
from ml_backend.label_studio.annotator_client import Login
from ml_backend.store.rounds import process_lives

FIRST_START_SECONDS = 900.0
"""The first start makes the database: a minute and a half of work, several minutes on a busy machine."""

PROCESSES = Path("/proc")
"""Where Linux shows its processes; other systems have no such folder."""

HEALTH_SECONDS = 2.0
"""How long one check of the starting server may take."""


@dataclass
class LocalLabelStudio:
    """The server: its program, where its data lies, its port and its owner."""

    program: Path
    folder: Path
    port: int
    owner: Login
    token: str
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers. Raises ExchangeError, naming the log, where it does not."""
        if not self.program.is_file():
            raise ExchangeError(f"{self.program}: no such program; install Label Studio there: `make label-studio`")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stop_orphan()
        command = [
            str(self.program),
            "start",
            "--no-browser",
            "--internal-host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the program that the caller names
                command, env=self._environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        self._pid_file.write_text(str(self._process.pid))
        self._wait()

    def stop(self) -> None:
        """Stop it and its children. Nothing is lost: Label Studio writes every change at once."""
        if self._process is None:
            return
        for stop_signal in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, stop_signal)
            try:
                self._process.wait(15)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def stop_orphan(self) -> None:
        """Stop the server of this folder that a killed owner left running.

        A process that runs another program is left alone: process ids are used again. Raises ExchangeError where nobody
        can say which program the process runs, or it may not be stopped.
        """
        with suppress(OSError, ValueError):  # no server was left, or it wrote no number
            process = int(self._pid_file.read_text())
            if process_lives(process) and str(self.program) in _command_of(process):
                self._kill(process)
        self._pid_file.unlink(missing_ok=True)

    def _kill(self, process: int) -> None:
        try:
            os.killpg(process, signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself
        except PermissionError as error:
            raise ExchangeError(
                f"{self.folder}: its Label Studio, process {process}, still runs and cannot be stopped ({error});"
                " stop it as its owner"
            ) from None
        _wait_until_free(self.port)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "label-studio.pid"

    @property
    def _log(self) -> Path:
        return self.folder / "label-studio.log"

    def _wait(self) -> None:
        deadline, session = time.monotonic() + FIRST_START_SECONDS, requests_session(HEALTH_SECONDS)
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise ExchangeError(f"Label Studio stopped while starting; {self._log} says why")
            with suppress(requests.RequestException):
                if session.get(f"{self.url}/health").ok:
                    return
            time.sleep(0.3)
        self.stop()
        raise ExchangeError(f"Label Studio does not answer at {self.url}; {self._log} says why")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LABEL_STUDIO_")}
        return inherited | {
            "LABEL_STUDIO_BASE_DATA_DIR": str(self.folder),
            "LABEL_STUDIO_USERNAME": self.owner.email,
            "LABEL_STUDIO_PASSWORD": self.owner.password,
            "LABEL_STUDIO_USER_TOKEN": self.token,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
            # both are needed for a backend on a private address
            "ML_BLOCK_LOCAL_IP": "false",
            "SSRF_PROTECTION_ENABLED": "false",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
            # scores come in within half a second instead of ten in large projects
            "fflag_fix_back_4620_memory_efficient_predictions_import_08012025_short": "true",
            "PYTHONWARNINGS": "ignore",
        }


def _command_of(process: int) -> str:
    """The command line of a process: from /proc on Linux, from `ps` elsewhere; empty where it has just ended.

    Raises ExchangeError where the machine has neither.
    """
    with suppress(OSError):
        return (PROCESSES / str(process) / "cmdline").read_text()
    command = ["ps", "-ww", "-o", "command=", "-p", str(process)]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - only a number
    except OSError as error:
        raise ExchangeError(
            f"cannot find out whether process {process} is a Label Studio that was left running ({error});"
            " if it is, stop it; then delete label-studio.pid in the demo's folder"
        ) from None


def _wait_until_free(port: int, seconds: float = 10.0) -> None:
    """Wait until a killed process has let go of its port."""
    deadline = time.monotonic() + seconds
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)


def free_port(preferred: int) -> int:
    """The preferred port, or the next one that nothing listens on."""
    for port in range(preferred, preferred + 50):
        if is_free(port):
            return port
    raise ExchangeError(f"no free port from {preferred} to {preferred + 49}")


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
