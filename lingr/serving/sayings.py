"""Requests that differ from a connection's last one in what is said, and need no reading."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Protocol

import structlog

from lingr.render import Rendered
from lingr.serving.burst import Later
from lingr.serving.connection import BUSY, Connection
from lingr.serving.door import Call, Door, Repeat

MOST_DIGITS = 6
MOST_MISSES = 3

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)(?=\r\n)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"

log = structlog.get_logger()


class Wire(Protocol):
    """What sayings need of those who have the connections."""

    requests: int

    def respond(self, conn: Connection, rendered: Rendered) -> None: ...

    def begin_again(self, conn: Connection, data: bytes, attempt: str) -> None: ...

    def drop(self, conn: Connection) -> None: ...


class Template:
    """A request with two gaps: the digits of its Content-Length, and the value of one parameter.

    ``misses`` counts the templates before it that were of no use; None once this one was. ``data`` and
    ``attempt`` are the request under way.
    """

    __slots__ = ("_after", "_before", "_between", "_head", "attempt", "data", "misses", "repeat")

    def __init__(self, data: bytes, digits: tuple[int, int], body: int, repeat: Repeat) -> None:
        start, end = repeat.place
        self._before = data[: digits[0]]
        self._between = data[digits[1] : body + start]
        self._after = data[body + end :]
        self._head = body - digits[1]
        self.repeat = repeat
        self.misses: int | None = 0
        self.data = b""
        self.attempt = ""

    def value(self, data: bytes) -> bytes | None:
        """What stands in the second gap of a whole request; None if this is another one."""
        start = len(self._before)
        end = data.find(b"\r", start, start + MOST_DIGITS + 1)
        if end < 0 or not data.startswith(self._between, end) or not data.startswith(self._before):
            return None
        digits, first, last = data[start:end], end + len(self._between), len(data) - len(self._after)
        if first > last or not data.endswith(self._after) or not digits.isdigit():
            return None
        return data[first:last] if int(digits) == len(data) - end - self._head else None


class Sayings:
    """Answers such requests without a greenlet each; any doubt, and it is left to the general way.

    Answers are sent ``later``, which is told what to call.
    """

    def __init__(self, door: Door, wire: Wire, later: Later, most_bytes: int, *, logged: bool) -> None:
        self._door = door
        self._wire = wire
        self._later = later
        self._most_bytes = most_bytes
        self._logged = logged

    def learn(self, conn: Connection, call: Call, data: bytes) -> None:
        """A call has been answered well: ``data`` is its request, which may come again almost the same."""
        former = conn.saying
        misses = 0 if former is None or former.misses is None else former.misses + 1
        if self._logged or conn.close or misses > MOST_MISSES:
            return
        head_end = data.index(_HEAD_END)
        body = head_end + len(_HEAD_END)
        digits = _LENGTH.search(data, 0, head_end + 2)
        # It may become longer by some digits.
        if digits is None or body + MOST_DIGITS > self._most_bytes:
            return
        repeat = self._door.prepare(call)
        if repeat is not None:
            conn.saying = Template(data, digits.span(1), body, repeat)
            conn.saying.misses = misses

    def repeated(self, conn: Connection, data: bytes) -> bool:
        """Begins to answer a request if it is the connection's last one but for what is said."""
        template = conn.saying
        value = None if template is None else template.value(data)
        if template is None or value is None:
            return False
        attempt = template.repeat.send(value, partial(self._done, conn, template))
        if attempt is None:
            return False
        template.data, template.attempt, template.misses = data, attempt, None
        self._wire.requests += 1
        conn.state = BUSY
        return True

    def _done(self, conn: Connection, template: Template, told: Any) -> None:
        self._later(partial(self._answer, conn, template, template.repeat.outcome(told), told))

    def _answer(self, conn: Connection, template: Template, rendered: Rendered | None, told: Any) -> None:
        data, template.data = template.data, b""
        try:
            if rendered is not None:
                self._wire.respond(conn, rendered)
            else:
                # Perhaps it was said, and only the answer lost. The same attempt is not said twice.
                conn.saying = None
                attempt = "" if template.repeat.is_refused(told) else template.attempt
                self._wire.begin_again(conn, data, attempt)
        except Exception:
            log.exception("unspecified failure", what="saying")
            self._wire.drop(conn)
