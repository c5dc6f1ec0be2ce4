"""The API as a Flask blueprint: the reference that serves any WSGI server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from lingr.api.dispatch import BODY_BYTES, Dispatcher, Held
from lingr.api.params import Request
from lingr.render import Rendered

EVERY_VERB = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]

Wait = Callable[[Held, Any], Rendered]
"""``wait(held, socket)`` returns the answer to a held poll; it may take as long as polls are held."""


def blueprint(dispatcher: Dispatcher, wait: Wait) -> flask.Blueprint:
    """Everything under ``/api/``."""
    views = flask.Blueprint("api", __name__)

    @views.route("/api/", defaults={"path": ""}, methods=EVERY_VERB, provide_automatic_options=False)
    @views.route("/api/<path:path>", methods=EVERY_VERB, provide_automatic_options=False)
    def call(path: str) -> flask.Response:
        outcome = dispatcher.begin(_request(path))
        if isinstance(outcome, Held):
            outcome = wait(outcome, flask.request.environ.get("gunicorn.socket"))
        response = flask.Response(outcome.body, content_type=outcome.content_type)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return views


def _request(path: str) -> Request:
    request = flask.request
    return Request(
        verb=request.method,
        path=path,
        query=request.environ.get("QUERY_STRING", "").encode("latin-1"),
        body=_body(),
        content_type=request.headers.get("Content-Type", ""),
        address=request.remote_addr or "",
    )


def _body() -> bytes | None:
    if (flask.request.content_length or 0) > BODY_BYTES:
        return None
    body = flask.request.stream.read(BODY_BYTES + 1)
    return body if len(body) <= BODY_BYTES else None
