"""Raw requests to parameters as texts.

Clients send parameters in the query string, in form bodies with or without a Content-Type, in multipart
bodies, and from 2009 on as JSON. All are read and merged; where a name occurs twice the query string wins,
and of several in one place the last. Unknown parameters are nobody's business, and files that nobody wants
neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from werkzeug.http import parse_options_header

from lingr.api.forms import KIND, MOST_AT_ONCE, File, Form, read_form
from lingr.errors import LingrError

MOST_FIELDS = 1000


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


def _body_pairs(request: Request, form: Form | None) -> Iterable[tuple[bytes, bytes]]:
    if form is not None:
        return form.fields
    body = request.body or b""
    if is_json(request.content_type, body):
        return _json_pairs(body)
    return _pairs(body.strip(b"\r\n"))


def is_json(content_type: str, body: bytes) -> bool:
    """Whether a body is a JSON object. What is only said to be JSON may be a form as well."""
    return "json" in content_type.lower() and body.lstrip()[:1] == b"{"


def _json_pairs(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, Any])
    except RecursionError as error:
        raise ValueError("too deep") from error
    if len(fields) > MOST_FIELDS:
        raise ValueError("too many fields")
    for name, value in fields.items():
        text = _json_text(value)
        if text is not None:
            yield name.encode(), text.encode()


def _json_text(value: Any) -> str | None:
    # As the same client would have put it into a form. null, and what no form can hold, is absent.
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        parts = [_json_text(one) for one in value]
        return ",".join(part for part in parts if part is not None)
    return None
