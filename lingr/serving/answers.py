"""The bytes of an answer, as gunicorn would send them.

Status line and headers come from gunicorn's own response class, once for every kind of answer; after that
only the date, the length and the body change.
"""

from __future__ import annotations

import time
from typing import Any

from gunicorn import util
from gunicorn.http.wsgi import Response

from lingr.render import HEADERS, Rendered

STATUS = "200 OK"


class _Request:
    """What gunicorn's response wants to know of its request."""

    method = "GET"
    version = (1, 1)

    def __init__(self, close: bool) -> None:
        self._close = close

    def should_close(self) -> bool:
        return self._close


class Answers:
    """Makes answers of bodies. ``cfg`` is gunicorn's configuration."""

    def __init__(self, cfg: Any) -> None:
        self._cfg = cfg
        self._heads: dict[tuple[str, bool], tuple[bytes, bytes, bytes]] = {}
        self._second = 0
        self._date = b""

    def of(self, rendered: Rendered, *, close: bool) -> bytes:
        """The whole answer; ``close`` says that the connection ends with it."""
        head = self._heads.get((rendered.content_type, close))
        if head is None:
            head = self._heads[rendered.content_type, close] = self._head(rendered.content_type, close)
        second = int(time.time())
        if second != self._second:
            self._second, self._date = second, util.http_date().encode("latin-1")
        before, between, after = head
        if rendered.headers:
            lines = "".join(f"{name}: {value}\r\n" for name, value in rendered.headers)
            after = after[:-2] + lines.encode("latin-1") + after[-2:]
        return b"%b%b%b%d%b%b" % (before, self._date, between, len(rendered.body), after, rendered.body)

    def _head(self, content_type: str, close: bool) -> tuple[bytes, bytes, bytes]:
        """What stands before the date, between it and the length, and after that."""
        response = Response(_Request(close), None, self._cfg)
        response.start_response(STATUS, [("Content-Type", content_type), ("Content-Length", "0"), *HEADERS])
        lines = [f"{name}: {value}\r\n" for name, value in response.headers]
        head = "".join([*response.default_headers(), *lines, "\r\n"]).encode("latin-1")
        before, _, rest = head.partition(b"\r\nDate: ")
        _, _, rest = rest.partition(b"\r\n")
        between, _, after = rest.partition(b"\r\nContent-Length: 0")
        return before + b"\r\nDate: ", b"\r\n" + between + b"\r\nContent-Length: ", after
