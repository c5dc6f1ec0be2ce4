"""What each generation of the API does in its own way: how it is asked, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from lingr.domain import logins, sessions
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.render import V2 as JSON_V2
from lingr.render import Rendered, answer, jsonp, v1, v2
from lingr.render.links import Links
from lingr.values import Session

FORMATS = ("xml", "json")
"""Those that a caller of the 2007 API has the choice of."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one caller wants to be answered."""

    format: str
    callback: str | None


@dataclass(frozen=True, slots=True)
class Style:
    """A generation: the shapes of its answers and refusals, and which sessions are its own.

    ``manner`` tells how to answer even if what was asked for is not to be had, ``check`` raises the
    LingrError for that. ``session`` is the live session of an id, or raises LingrError ``invalid_session``.
    """

    shapes: Mapping[str, Callable[[Any, Links], Any]]
    failure: Callable[[LingrError], Any]
    manner: Callable[[Mapping[str, str]], Manner]
    check: Callable[[Mapping[str, str]], None]
    session: Callable[[Context, str], Session]

    def refusal(self, error: LingrError, manner: Manner) -> Rendered:
        """The answer to a call that is not carried out."""
        rendered = answer(self.failure(error), manner.format, manner.callback)
        seconds = error.fields.get("seconds") if error.name == "rate_limited" else None
        headers = () if seconds is None else (("Retry-After", str(seconds)),)
        return replace(rendered, refuses=True, headers=headers)


def _manner_v1(values: Mapping[str, str]) -> Manner:
    format = values.get("format") or "xml"
    callback = _callback(values) if format == "json" else None
    return Manner(format if format in FORMATS else "xml", callback)


def _check_v1(values: Mapping[str, str]) -> None:
    format = values.get("format") or "xml"
    if format not in FORMATS:
        raise LingrError("invalid_format")
    if format == "json":
        _check_callback(values)


def _manner_v2(values: Mapping[str, str]) -> Manner:
    # Some clients send a format nevertheless; there is only one.
    return Manner(JSON_V2, _callback(values))


def _callback(values: Mapping[str, str]) -> str | None:
    callback = values.get("callback")
    return callback if callback is not None and jsonp.is_callback(callback) else None


def _check_callback(values: Mapping[str, str]) -> None:
    callback = values.get("callback")
    if callback and not jsonp.is_callback(callback):
        raise LingrError("invalid_parameter", parameter="callback")


V1 = Style(v1.SHAPES, v1.failure, _manner_v1, _check_v1, sessions.require)
V2 = Style(v2.SHAPES, v2.failure, _manner_v2, _check_callback, logins.require)
