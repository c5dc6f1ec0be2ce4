"""Recognising the requests that need no full parser.

Whatever is not recognised here goes to gunicorn's own parser, byte for byte as it came. So this may refuse
anything, but what it accepts it must read as gunicorn and werkzeug would: a complete HTTP/1.1 request
under ``/api/``, GET, or POST with a Content-Length, that arrived as one piece and with nothing behind it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_BYTES = 8192
"""Longest request that is looked at, and as much as is read at once."""

_REQUEST = re.compile(
    rb"(GET|POST) /api/([\w./-]*)(?:\?([!-\"$-~]*))? HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[ -~\x80-\xff]*\r\n)*)\r\n"
)
# All headers that change what a request means, or how it ends. The rest is passed over.
_NOTED = re.compile(
    rb"^(connection|content-length|content-type|expect|host|http2-settings|trailer|transfer-encoding|upgrade"
    rb"|x-forwarded-(?:for|proto|protocol|ssl)):([^\r]*)",
    re.IGNORECASE | re.MULTILINE,
)
_LENGTH = re.compile(rb"[0-9]{1,6}")
_SCHEMES = (b"x-forwarded-proto", b"x-forwarded-protocol", b"x-forwarded-ssl")


class Ordinary(NamedTuple):
    """A request that is like most. ``path`` is what follows ``/api/``.

    ``close`` says that the connection ends with the answer, ``forwarded`` is the value of X-Forwarded-For.
    """

    verb: str
    path: str
    query: bytes
    body: bytes
    content_type: str
    close: bool
    forwarded: str | None


def recognise(data: bytes, most_bytes: int = MOST_BYTES, most_headers: int = 100) -> Ordinary | None:
    """The request in ``data``, or None if there is anything about it that somebody else should see to."""
    found = _REQUEST.match(data)
    if found is None or found.end() > most_bytes:
        return None
    verb, path, query, headers = found.groups()
    if headers.count(b"\n") > most_headers:
        return None
    noted: dict[bytes, bytes] = {}
    for name, value in _NOTED.findall(headers):
        if name.lower() in noted:
            return None
        noted[name.lower()] = value.strip(b" \t")
    length = _length(verb, noted.pop(b"content-length", None))
    connection = noted.pop(b"connection", b"keep-alive").lower()
    if length != len(data) - found.end() or connection not in (b"keep-alive", b"close"):
        return None
    content_type, forwarded = noted.pop(b"content-type", b""), noted.pop(b"x-forwarded-for", None)
    noted.pop(b"host", None)
    if noted and (len(noted) > 1 or next(iter(noted)) not in _SCHEMES):
        return None
    return Ordinary(
        verb.decode(),
        path.decode(),
        query or b"",
        data[found.end() :],
        content_type.decode("latin-1"),
        connection == b"close",
        None if forwarded is None else forwarded.decode("latin-1"),
    )


def _length(verb: bytes, told: bytes | None) -> int | None:
    """How long the body is; None when that is not beyond doubt."""
    if verb == b"GET":
        return 0 if told is None else None
    return int(told) if told is not None and _LENGTH.fullmatch(told) else None
