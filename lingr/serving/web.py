"""The web server as a program to supervise: its listening sockets, its command line, its health."""

from __future__ import annotations

import errno
import http.client
import socket
import sys

from lingr.serving.supervisor import CannotServe, Program
from lingr.settings import Settings

_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
_BACKLOG = 2048


class Web:
    """gunicorn on listening sockets that stay open while gunicorn is replaced.

    So a client that comes while there is no gunicorn waits for the next one and is not refused.
    """

    def __init__(self, settings: Settings) -> None:
        self._host = settings.host
        self._ports = settings.ports
        self._sockets: list[socket.socket] = []

    def bound(self) -> bool:
        """Take the addresses; False when one is in use. Raises CannotServe when one cannot be had at all."""
        while len(self._sockets) < len(self._ports):
            listener = self._listener(self._ports[len(self._sockets)])
            if listener is None:
                return False
            self._sockets.append(listener)
        return True

    def _listener(self, port: int) -> socket.socket | None:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self._host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            listener = socket.socket(family, kind, protocol)
        except OSError as error:
            raise CannotServe(f"HOST {self._host} cannot be used: {error}.") from error
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                return None
            raise CannotServe(f"{self._host}:{port} cannot be used: {error}.") from error
        return listener

    @property
    def in_use(self) -> str:
        """The sentence for an address that somebody else has."""
        port, setting = self._ports[0], "PORT"
        if self._sockets:
            port, setting = self._ports[-1], "LINGR_OBSERVE_PORT"
        return f"Port {port} of {self._host} is in use: stop what listens there, or set {setting} to another."

    def program(self) -> Program:
        """What to run, once the addresses are bound."""
        if not self._sockets:
            raise RuntimeError("the addresses are not bound")
        fds = tuple(listener.fileno() for listener in self._sockets)
        command = [
            *(sys.executable, "-m", "gunicorn"),
            *("--config", "python:lingr.serving.gunicorn_conf"),
            *(part for fd in fds for part in ("--bind", f"fd://{fd}")),
            "lingr.wsgi:app",
        ]
        return Program(
            name="gunicorn",
            command=command,
            log="its messages above",
            pass_fds=fds,
            # Its own graceful time-out is 15 seconds.
            stop_seconds=20,
            takes_hangup=True,
        )

    def answers(self) -> bool:
        """Whether GET /healthz answers 200."""
        connection = http.client.HTTPConnection(
            _ANY_ADDRESS.get(self._host, self._host), self._ports[0], timeout=1
        )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def close(self) -> None:
        """Give the addresses back. From here on clients are refused."""
        while self._sockets:
            self._sockets.pop().close()
