"""Connections in the hands of gunicorn's own request handling: a greenlet each."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any

import gevent
import gevent.socket
from gevent.server import StreamServer


class Handed(gevent.socket.socket):
    """A connection in gunicorn's hands, which knows what it is doing.

    ``idle``: its greenlet waits for a request of which nothing has come yet. ``request``: the one being
    answered. ``used``: it has had a request. ``ahead``: bytes that were read from it before. ``give_back``
    gets the file descriptor in place of a close.
    """

    __slots__ = ("ahead", "give_back", "idle", "request", "used")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idle = False
        self.used = False
        self.request: Any = None
        self.ahead = b""
        self.give_back: Callable[[int], None] | None = None

    def recv(self, size: int, *args: Any) -> bytes:
        if self.ahead:
            self.idle = False
            data, self.ahead = self.ahead[:size], self.ahead[size:]
            return data
        return self._receive(size, *args)

    def close(self) -> None:
        if self.give_back is None:
            super().close()
        elif self.fileno() >= 0:
            self.give_back(self.detach())

    def _receive(self, *args: Any) -> bytes:
        try:
            data: bytes = super().recv(*args)
        except TimeoutError:
            if self.request is not None:
                # What still comes of its body is not the next request.
                self.request.force_close()
            raise
        self.idle = False
        return data

    def hang_up(self) -> None:
        """Let the waiting reader see the end. What has arrived already can still be read."""
        with contextlib.suppress(OSError):
            # gevent's own shutdown would make the waiting reader raise, and that would be logged.
            self._sock.shutdown(socket.SHUT_RD)


class Listener(StreamServer):
    """Accepts connections as Handed objects."""

    def do_read(self) -> tuple[Handed, Any] | None:
        try:
            fd, address = self.socket._accept()
        except BlockingIOError:
            return None
        connection = Handed(self.socket.family, self.socket.type, self.socket.proto, fileno=fd)
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class Address:
    """Stands in for the listening socket, of which handlers want only the name.

    A connection may be accepted a moment before the socket is closed and handled a moment after.
    """

    def __init__(self, name: Any) -> None:
        self._name = name

    def getsockname(self) -> Any:
        return self._name


class NextRequest(gevent.Timeout):
    """The time-out for the arrival of a request, during which the connection may be idle."""

    def __init__(self, connection: Handed, seconds: float) -> None:
        super().__init__(seconds, False)
        self._connection = connection

    def __enter__(self) -> NextRequest:
        self._connection.idle = True
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._connection.idle = False
        swallow: bool | None = super().__exit__(kind, value, trace)
        return swallow
