"""The API as a Flask blueprint: the reference that serves any WSGI server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import flask
from flask.sansio.app import App
from werkzeug.routing import BaseConverter, Rule

from lingr.api.dispatch import BODY_BYTES
from lingr.api.forms import CutOff, Form, read_form
from lingr.api.generation import Api
from lingr.api.held import Held
from lingr.api.reading import Request, boundary_of
from lingr.render import HEADERS, Rendered

SKIPPED_BYTES = 16 * BODY_BYTES
UPLOAD_BYTES = 64 * BODY_BYTES
"""Longest form that is read to its end although a file in it is too large: so the refusal is read, too."""

AT_ONCE = 65_536

Wait = Callable[[Held, Any], Rendered]
"""``wait(held, socket)`` returns the answer to a held poll; it may take as long as polls are held."""


def blueprint(api: Api, wait: Wait) -> flask.Blueprint:
    """Everything under ``/api/``."""
    views = flask.Blueprint("api", __name__)

    def call(path: str = "") -> flask.Response:
        outcome = api.begin(_request(path, api.most_file(path)))
        if isinstance(outcome, Held):
            outcome = wait(outcome, flask.request.environ.get("gunicorn.socket"))
        response = flask.Response(outcome.body, content_type=outcome.content_type)
        response.headers.extend((*HEADERS, *outcome.headers))
        return response

    views.record(lambda state: _route(state.app, call))
    return views


class _Rest(BaseConverter):
    """Whatever follows, slashes included."""

    regex = ".*?"
    part_isolating = False


def _route(app: App, call: Callable[..., flask.Response]) -> None:
    # Flask's own rules name the verbs they are for. These are for every verb, known or not, so that
    # a wrong one gets the API's own refusal; and for any number of slashes, because clients put addresses
    # together from parts.
    app.url_map.converters["rest"] = _Rest
    for rule in ("/api", "/api/<rest:path>"):
        app.url_map.add(Rule(rule, endpoint="api", strict_slashes=False, merge_slashes=False))
    app.view_functions["api"] = call


def _request(path: str, most_file: int) -> Request:
    request = flask.request
    content_type = request.headers.get("Content-Type", "")
    body, form = _body_in_time(content_type, most_file)
    return Request(
        verb=request.method,
        path=path,
        query=request.environ.get("QUERY_STRING", "").encode("latin-1"),
        body=body,
        content_type=content_type,
        address=request.remote_addr or "",
        form=form,
    )


def _body_in_time(content_type: str, most_file: int) -> tuple[bytes | None, Form | None]:
    boundary = boundary_of(content_type) if most_file else None
    try:
        if boundary is not None:
            return b"", read_form(_chunks(), boundary, BODY_BYTES, most_file)
        return _body(), None
    except TimeoutError:
        flask.abort(408)


def _chunks() -> Iterator[bytes]:
    stream = flask.request.stream
    left = UPLOAD_BYTES
    while chunk := stream.read(AT_ONCE):
        yield chunk
        left -= len(chunk)
        if left <= 0:
            raise CutOff


def _body() -> bytes | None:
    stream = flask.request.stream
    body = b""
    if (flask.request.content_length or 0) <= BODY_BYTES:
        body = stream.read(BODY_BYTES + 1)
        if len(body) <= BODY_BYTES:
            return body
    # A client that is still sending would meet a closed connection and never read the refusal.
    left = SKIPPED_BYTES
    while left > 0 and (skipped := stream.read(AT_ONCE)):
        left -= len(skipped)
    return None
