"""A TCP relay in front of a server, which can be cut and joined again: a server that dies and comes back."""

import socket
import threading
from contextlib import suppress


class Relay:
    """Passes connections on to `target` while it is joined; cut, it refuses new ones and breaks those there are."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start()

    @property
    def url(self) -> str:
        """Where the server seems to be."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Be dead."""
        self._shut(self._listener)
        with self._lock:
            for each in self._open:
                self._shut(each)
            self._open.clear()
        self._thread.join()

    def join(self) -> None:
        """Be back, at the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # cut
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._open += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), name="relay", daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        self._shut(other)

    @staticmethod
    def _shut(each: socket.socket) -> None:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
