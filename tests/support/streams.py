"""Bytes sent as they are, in packets, and all that comes back on the connection until its end."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

QUIET_SECONDS = 0.12
END_SECONDS = 20

# What differs from one answer to the next by its nature: dates, seconds to wait, ids that were made for the
# answer, and the API key of a server's own pages.
_DATE = re.compile(rb"(?m)^(Date|Retry-After): [^\r\n]+")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_KEY = re.compile(rb"\b[0-9a-f]{32}\b")
_FRESH_ID = re.compile(rb'(?<=[">-])[0-9A-Za-z]{11}(?=["<])')


@dataclass(frozen=True)
class Heard:
    """What came back. ``closed_after`` counts the packets after which the server closed; None: it did not."""

    data: bytes
    closed_after: int | None

    @property
    def told(self) -> bytes:
        """What came back, without what is never twice the same."""
        data = _STAMP.sub(b"<stamp>", _DATE.sub(rb"\1: <date>", self.data))
        return _FRESH_ID.sub(b"<fresh id>", _KEY.sub(b"<key>", data))

    @property
    def answers(self) -> int:
        """How many answers came, an interim one included."""
        return len(re.findall(rb"HTTP/1\.[01] \d\d\d ", self.data))


def play(address: str | int, packets: Sequence[bytes], quiet: float = QUIET_SECONDS) -> Heard:
    """Sends the packets on one connection, each when the server has fallen quiet, and hears the end.

    ``address`` is a port, or the path of a Unix socket. After the last packet the client's side is closed.
    """
    with _connect(address) as connection:
        data = b""
        for number, packet in enumerate(packets, 1):
            _send(connection, packet)
            came, ended = _listen(connection, quiet)
            data += came
            if ended:
                return Heard(data, number)
        return Heard(data + _rest(connection), None)


def pour(address: str | int, packets: Sequence[tuple[bytes, float]], quiet: float) -> bytes:
    """Sends the packets one after the other, with a pause after each, whatever the server says meanwhile.

    The client's side is closed when the server has fallen quiet.
    """
    with _connect(address) as connection:
        for packet, pause in packets:
            _send(connection, packet)
            if pause:
                time.sleep(pause)
        data, ended = _listen(connection, quiet)
        return data if ended else data + _rest(connection)


def _connect(address: str | int) -> socket.socket:
    if isinstance(address, int):
        connection = socket.create_connection(("127.0.0.1", address), timeout=END_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(END_SECONDS)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, packet: bytes) -> None:
    try:
        connection.sendall(packet)
    except (BrokenPipeError, ConnectionResetError):
        # The server has closed; what it had to say can still be read.
        return


def _listen(connection: socket.socket, quiet: float) -> tuple[bytes, bool]:
    """What comes until nothing has come for a while, and whether that was the end."""
    connection.settimeout(quiet)
    data = b""
    try:
        while piece := connection.recv(65536):
            data += piece
    except TimeoutError:
        return data, False
    except ConnectionResetError:
        return data, True
    return data, True


def _rest(connection: socket.socket) -> bytes:
    """What comes after the client's side was closed. It is a fault of the server's if that does not end."""
    # The server may have been faster; what it said is still there.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
    data, ended = _listen(connection, END_SECONDS)
    assert ended, data
    return data
