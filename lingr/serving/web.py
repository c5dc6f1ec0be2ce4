"""The web server as a program to supervise: its listening socket, its command line, its health."""

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
    """gunicorn on a listening socket that stays open while gunicorn is replaced.

    So a client that comes while there is no gunicorn waits for the next one and is not refused.
    """

    def __init__(self, settings: Settings) -> None:
        self._host = settings.host
        self._port = settings.port
        self._socket: socket.socket | None = None

    def bound(self) -> bool:
        """Take the address; False when it is in use. Raises CannotServe when it cannot be had at all."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self._host or None, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
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
                return False
            raise CannotServe(f"{self._host}:{self._port} cannot be used: {error}.") from error
        self._socket = listener
        return True

    @property
    def in_use(self) -> str:
        """The sentence for an address that somebody else has."""
        return (
            f"Port {self._port} of {self._host} is in use: stop what listens there, or set PORT to another."
        )

    def program(self) -> Program:
        """What to run, once the address is bound."""
        if self._socket is None:
            raise RuntimeError("the address is not bound")
        fd = self._socket.fileno()
        command = [
            *(sys.executable, "-m", "gunicorn"),
            *("--config", "python:lingr.serving.gunicorn_conf"),
            *("--bind", f"fd://{fd}"),
            "lingr.wsgi:app",
        ]
        return Program(
            name="gunicorn",
            command=command,
            log="its messages above",
            pass_fds=(fd,),
            # Its own graceful time-out is 15 seconds.
            stop_seconds=20,
            takes_hangup=True,
        )

    def answers(self) -> bool:
        """Whether GET /healthz answers 200."""
        connection = http.client.HTTPConnection(
            _ANY_ADDRESS.get(self._host, self._host), self._port, timeout=1
        )
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def close(self) -> None:
        """Give the address back. From here on clients are refused."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
