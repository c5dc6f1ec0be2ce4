"""Raw requests to typed arguments.

Clients of 2007 send parameters in the query string, in form bodies with or without a Content-Type, and
in multipart bodies. All are read and merged; where a name occurs twice the query string wins, and of
several in one place the last. Unknown parameters are nobody's business.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, MultipartDecoder, NeedData

from lingr.errors import LingrError

MOST_FIELDS = 1000
NUMBER_CHARACTERS = 15

_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it came in: the verb, what follows ``/api/`` in the path, and where parameters may be.

    ``body`` is None when it was too large to read, ``attempt`` names an earlier attempt at it.
    """

    verb: str
    path: str
    query: bytes = b""
    body: bytes | None = b""
    content_type: str = ""
    address: str = ""
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """The parameters as texts; ``flaw`` is the error to raise before any of them is relied on."""

    values: dict[str, str]
    flaw: LingrError | None


def read(request: Request, most_bytes: int) -> Raw:
    """All parameters of a request. Malformed parts are left out; the flaw says so."""
    values: dict[str, str] = {}
    flaw = None
    if request.body is None:
        flaw = LingrError("request_too_large", most=most_bytes)
    for place, pairs in (("body", _body_pairs(request)), ("query", _pairs(request.query))):
        try:
            for name, value in pairs:
                try:
                    values[name.decode()] = value.decode()
                except UnicodeDecodeError:
                    flaw = flaw or LingrError("invalid_encoding")
        except UnicodeDecodeError:
            flaw = flaw or LingrError("invalid_encoding")
        except (ValueError, RequestEntityTooLarge):
            flaw = flaw or LingrError("invalid_parameter", parameter=place)
    return Raw(values, flaw)


def place_of(request: Request, name: str) -> tuple[int, int] | None:
    """Where in a form body a parameter's value begins and ends; None unless it is there once, plainly."""
    body = request.body or b""
    if body != body.strip(b"\r\n") or parse_options_header(request.content_type)[0] == _MULTIPART:
        return None
    wanted = name.encode()
    times = sum(one == wanted for place in (request.query, body) for one, _ in _pairs(place))
    found = list(re.finditer(rb"(?:^|&)%b=([^&]*)" % wanted, body))
    return found[0].span(1) if times == len(found) == 1 else None


def text_of(value: bytes) -> str:
    """A value in a form as a text. Raises UnicodeDecodeError."""
    plain = value.replace(b"+", b" ")
    return (unquote_to_bytes(plain) if b"%" in plain else plain).decode()


def _pairs(encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
    # parse_qsl decodes on the way, and what was not valid UTF-8 could then no longer be told.
    fields = [field for field in encoded.split(b"&") if field]
    for field in fields[:MOST_FIELDS]:
        name, _, value = field.replace(b"+", b" ").partition(b"=")
        if b"%" in field:
            name, value = unquote_to_bytes(name), unquote_to_bytes(value)
        yield name, value
    if len(fields) > MOST_FIELDS:
        raise ValueError("too many fields")


def _body_pairs(request: Request) -> Iterator[tuple[bytes, bytes]]:
    body = request.body or b""
    kind, options = parse_options_header(request.content_type)
    if body and kind == _MULTIPART:
        return _multipart_pairs(body, options.get("boundary", ""))
    return _pairs(body.strip(b"\r\n"))


def _multipart_pairs(body: bytes, boundary: str) -> Iterator[tuple[bytes, bytes]]:
    """The text parts of a multipart body; files are passed over."""
    if not boundary:
        raise ValueError("no boundary")
    decoder = MultipartDecoder(boundary.encode("latin-1"), max_parts=MOST_FIELDS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    name, value = None, b""
    event = decoder.next_event()
    while not isinstance(event, (Epilogue, NeedData)):
        if isinstance(event, Field):
            name, value = event.name, b""
        elif isinstance(event, Data) and name is not None:
            value += event.data
            if not event.more_data:
                yield name.encode("utf-8", "surrogateescape"), value
                name = None
        event = decoder.next_event()


@dataclass(frozen=True, slots=True, kw_only=True)
class Param(ABC):
    """One parameter of a method: its name, whether it must be there, and what it is for.

    ``absent`` names the error for a required parameter that is missing.
    """

    name: str
    doc: str
    required: bool = False
    absent: str = "missing_parameter"

    kind = "text"

    def missing(self) -> LingrError:
        """The error for its absence."""
        if self.absent == "missing_parameter":
            return LingrError(self.absent, parameter=self.name)
        return LingrError(self.absent)

    @abstractmethod
    def parse(self, value: str | None) -> Any:
        """The argument for what was sent, or for nothing. Raises LingrError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Param):
    """A text, as it was sent. ``default`` is the argument when it is absent."""

    default: str | None = ""

    def parse(self, value: str | None) -> str | None:
        if value is None:
            if self.required:
                raise self.missing()
            return self.default
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Param):
    """``true`` and ``1`` are true, everything else is false: so the clients send it."""

    default: bool = False

    kind = "flag"

    def parse(self, value: str | None) -> bool:
        return self.default if value is None else value.lower() in ("true", "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(Param):
    """A place in a room's sequence of events, or, negative, a number of newest ones.

    ``blank`` accepts a counter that is present but empty, and gives None for it: two Perl clients of
    2007 send that after an answer without a counter. Anything that is no whole number counts as absent.
    """

    blank: bool = False
    absent: str = "no_counter"

    kind = "counter"

    def parse(self, value: str | None) -> int | None:
        text = "" if value is None else value.strip()
        if value is not None and not text and self.blank:
            return None
        digits = text.removeprefix("-")
        if len(text) <= NUMBER_CHARACTERS and digits.isascii() and digits.isdigit():
            return int(text)
        if self.required:
            raise self.missing()
        return None
