"""Raw requests to typed arguments.

Clients of 2007 send parameters in the query string, in form bodies with or without a Content-Type, and
in multipart bodies. All are read and merged; where a name occurs twice the query string wins, and of
several in one place the last. Unknown parameters are nobody's business, and files that nobody wants neither.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from lingr.api.forms import KIND, MOST_AT_ONCE, File, Form, read_form
from lingr.errors import LingrError

MOST_FIELDS = 1000
NUMBER_CHARACTERS = 15


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it came in: the verb, what follows ``/api/`` in the path, and where parameters may be.

    ``body`` is None when it was too large to read, ``attempt`` names an earlier attempt at it. ``form`` is
    what was in the body if that has been read already.
    """

    verb: str
    path: str
    query: bytes = b""
    body: bytes | None = b""
    content_type: str = ""
    address: str = ""
    attempt: str = ""
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """The parameters as texts, and files; ``flaw`` is the error to raise before any is relied on."""

    values: dict[str, str]
    flaw: LingrError | None
    files: Mapping[str, File] | None = None


def read(request: Request, most_bytes: int, most_file: int = 0) -> Raw:
    """All parameters of a request. Malformed parts are left out; the flaw says so.

    ``most_bytes`` is how long a body may be, ``most_file`` how long a file in it.
    """
    values: dict[str, str] = {}
    flaw = None
    if request.body is None:
        flaw = LingrError("request_too_large", most=most_bytes)
    form = request.form or _form(request, most_bytes, most_file)
    if form is not None:
        flaw = form.flaw
    for place, pairs in (("body", _body_pairs(request, form)), ("query", _pairs(request.query))):
        try:
            for name, value in pairs:
                try:
                    values[name.decode()] = value.decode()
                except UnicodeDecodeError:
                    flaw = flaw or LingrError("invalid_encoding")
                    if name == b"format":
                        # Which is looked at before the flaw is.
                        values["format"] = value.decode(errors="replace")
        except UnicodeDecodeError:
            flaw = flaw or LingrError("invalid_encoding")
        except ValueError:
            flaw = flaw or LingrError("invalid_parameter", parameter=place)
    return Raw(values, flaw) if form is None else Raw(values, flaw, form.files)


def boundary_of(content_type: str) -> str | None:
    """What separates the parts of a multipart form, empty if that is not said; None for anything else."""
    kind, options = parse_options_header(content_type)
    return options.get("boundary", "") if kind == KIND else None


def place_of(request: Request, name: str) -> tuple[int, int] | None:
    """Where in a form body a parameter's value begins and ends; None unless it is there once, plainly."""
    body = request.body or b""
    if body != body.strip(b"\r\n") or boundary_of(request.content_type) is not None:
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


def _form(request: Request, most_text: int, most_file: int) -> Form | None:
    body = request.body
    boundary = boundary_of(request.content_type) if body else None
    if not body or boundary is None:
        return None
    chunks = (body[start : start + MOST_AT_ONCE] for start in range(0, len(body), MOST_AT_ONCE))
    return read_form(chunks, boundary, most_text, most_file)


def _body_pairs(request: Request, form: Form | None) -> Iterator[tuple[bytes, bytes]]:
    return _pairs((request.body or b"").strip(b"\r\n")) if form is None else iter(form.fields)


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

    def take(self, file: File | None, value: str | None) -> Any:
        """The argument where a file may have been sent, which only some kinds have a use for."""
        return self.parse(value)


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
    """``true`` and ``1`` are true, everything else is false: so the clients send it.

    An empty one counts as absent; ``default`` is the argument then.
    """

    default: bool | None = False

    kind = "flag"

    def parse(self, value: str | None) -> bool | None:
        return value.lower() in ("true", "1") if value else self.default


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Param):
    """A whole number from ``least`` to ``most``; None when it is absent or empty.

    Raises LingrError ``invalid_parameter`` for anything else.
    """

    least: int
    most: int

    kind = "number"

    def parse(self, value: str | None) -> int | None:
        text = "" if value is None else value.strip()
        if not text:
            if self.required:
                raise self.missing()
            return None
        is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_CHARACTERS
        if not is_number or not self.least <= int(text) <= self.most:
            raise LingrError("invalid_parameter", parameter=self.name)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Param):
    """How many of something are wanted: a whole number from 1 on, for which no more than ``most`` are given.

    ``default`` is the argument when it is absent or empty. Raises LingrError ``invalid_parameter`` for
    anything else.
    """

    default: int = 10
    most: int = 100

    kind = "number"

    def parse(self, value: str | None) -> int:
        text = "" if value is None else value.strip()
        if not text:
            return self.default
        is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_CHARACTERS
        if not is_number or int(text) == 0:
            raise LingrError("invalid_parameter", parameter=self.name)
        return min(int(text), self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Param):
    """A picture, sent as a file: its bytes, not looked at yet.

    None when none was sent; a form whose field for files was left alone sends one without name and
    content. An empty text is no picture, to take the place of the one there is.
    """

    kind = "image"

    def parse(self, value: str | None) -> bytes | None:
        if value is None:
            if self.required:
                raise self.missing()
            return None
        if value:
            raise LingrError("invalid_image")
        return b""

    def take(self, file: File | None, value: str | None) -> bytes | None:
        if file is None or (not file.name and file.content == b""):
            return self.parse(value)
        if file.content is None:
            raise LingrError("image_too_large")
        if not file.content:
            raise LingrError("invalid_image")
        return file.content
