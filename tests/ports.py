"""Ports for the servers that tests start. Tests that run side by side never get the same one."""

import os
import re
from itertools import count

from ml_backend.label_studio.local_server import is_free

FIRST = 10000
"""Below the ports that the system gives to outgoing connections (from 32768), which come and go at any moment."""
PORTS_PER_PROCESS = 2000
WORKERS = 10

_worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0) % WORKERS
_numbers = count(os.getpid())  # another run of the tests on this machine begins elsewhere


def unused_port() -> int:
    """A port of this test process's own on which nothing listens, another one at each call."""
    for _ in range(PORTS_PER_PROCESS):
        port = FIRST + _worker * PORTS_PER_PROCESS + next(_numbers) % PORTS_PER_PROCESS
        if is_free(port):
            return port
    raise OSError(f"no unused port among {PORTS_PER_PROCESS}")
