"""Polls in flight, and bytes sent as they are."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

from support.client import Answer, Visitor

QUIET_SECONDS = 0.1


class Poll:
    """A room.observe on a connection of its own, not answered yet when it is made."""

    def __init__(self, url: str, visitor: Visitor, **params: object) -> None:
        asked = {"session": visitor.session, "ticket": visitor.ticket, "counter": visitor.counter, **params}
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._connection.request("GET", "/api/room/observe?" + urlencode({"format": "json", **asked}))

    def is_answered(self, within: float = QUIET_SECONDS) -> bool:
        return bool(select.select([self._connection.sock], [], [], within)[0])

    def answer(self) -> Any:
        """What it is answered in the end, decoded."""
        try:
            return json.loads(self._connection.getresponse().read())
        finally:
            self._connection.close()

    def hang_up(self) -> None:
        self._connection.close()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        yield connection


def exchange(port: int, request: bytes) -> Answer:
    """Sends these bytes on a fresh connection and reads the one answer to them."""
    with connected(port) as connection:
        connection.sendall(request)
        return receive(connection)


class _Sparing:
    """Reads no more of a connection than is asked for: what comes behind is the next answer's."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, mode: str) -> _Sparing:
        return self

    def readline(self, most: int = 65_536) -> bytes:
        line = b""
        while not line.endswith(b"\n") and len(line) < most and (byte := self._connection.recv(1)):
            line += byte
        return line

    def read(self, size: int | None = None) -> bytes:
        data = b""
        while size is None or len(data) < size:
            more = self._connection.recv(65_536 if size is None else size - len(data))
            if not more:
                break
            data += more
        return data

    def close(self) -> None:
        """The connection stays."""

    flush = close


def receive(connection: socket.socket, verb: str = "GET") -> Answer:
    """Reads one answer from a connection that stays open."""
    response = http.client.HTTPResponse(_Sparing(connection), method=verb)
    response.begin()
    names = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, names, response.read())
