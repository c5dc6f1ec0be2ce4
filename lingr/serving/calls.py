"""Requests that are read, each by a greenlet, and what becomes of them."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple, Protocol

import gevent
import structlog
from werkzeug.http import parse_list_header

from lingr.render import Rendered
from lingr.serving.connection import CLOSED, Connection
from lingr.serving.door import Call, Door
from lingr.serving.ordinary import Ordinary
from lingr.serving.polls import Polls
from lingr.serving.sayings import Sayings

POLLS = "/observe"
READERS = 32
"""Polls that are read at the same time, as long as they get on. Thousands come at once when a server has been
started again; the greenlets of all of them would leave its memory in pieces, and no poll would be answered
sooner.
"""

log = structlog.get_logger()


class Wire(Protocol):
    """What calls need of those who have the connections."""

    def respond(self, conn: Connection, rendered: Rendered) -> None: ...

    def drop(self, conn: Connection) -> None: ...


class Unread(NamedTuple):
    """A request as it came: its parts, and whole; ``attempt`` names an earlier attempt at it."""

    conn: Connection
    request: Ordinary
    address: str
    data: bytes
    attempt: str = ""


class Calls:
    """Asks the door, and answers or parks. Polls wait for one of a few readers, all else is read at once."""

    def __init__(self, door: Door, wire: Wire, polls: Polls, sayings: Sayings) -> None:
        self._door = door
        self._wire = wire
        self._polls = polls
        self._sayings = sayings
        self._unread: deque[Unread] = deque()
        self._first_unread: Unread | None = None
        self._readers = 0

    def begin(
        self, conn: Connection, request: Ordinary, address: str, data: bytes, attempt: str = ""
    ) -> None:
        """Sees to a request of somebody at an address. ``attempt`` names an earlier attempt at it."""
        unread = Unread(conn, request, address, data, attempt)
        if not request.path.endswith(POLLS):
            gevent.spawn_raw(self._serve, unread)
            return
        self._unread.append(unread)
        if self._readers < READERS:
            self._read_polls()

    def address_of(self, conn: Connection, request: Ordinary) -> str:
        """The caller's address, which trusted proxies tell."""
        if not self._door.proxies or request.forwarded is None:
            return conn.host
        # As werkzeug's ProxyFix does it.
        told = parse_list_header(request.forwarded)
        return told[-self._door.proxies] if len(told) >= self._door.proxies else conn.host

    def hasten(self) -> None:
        """Has twice as many polls read at the same time if none of those that wait has got on."""
        first = self._unread[0] if self._unread else None
        if first is not None and first is self._first_unread:
            for _ in range(self._readers):
                self._read_polls()
        self._first_unread = first

    def _read_polls(self) -> None:
        self._readers += 1
        gevent.spawn_raw(self._serve_polls)

    def _serve_polls(self) -> None:
        try:
            while self._unread:
                self._serve(self._unread.popleft())
        finally:
            self._readers -= 1

    def _serve(self, unread: Unread) -> None:
        conn, request, address, data, attempt = unread
        try:
            call = Call(*request[:5], address, attempt)
            outcome = self._door.begin(call)
            if conn.state is CLOSED:
                # Its client went away while others were asked.
                if not isinstance(outcome, Rendered):
                    outcome.end()
            elif isinstance(outcome, Rendered):
                if request.verb == "POST" and not outcome.refuses:
                    self._sayings.learn(conn, call, data)
                self._wire.respond(conn, outcome)
            else:
                self._polls.park(conn, outcome, data)
        except Exception:
            log.exception("unspecified failure", what="parking")
            self._wire.drop(conn)
