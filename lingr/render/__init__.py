"""Value to bytes: shapes make a tree of a value, writers make bytes of a tree."""

from __future__ import annotations

import msgspec

from lingr.render import json, jsonp, xml
from lingr.render.tree import Tree

V2 = "v2"
"""The format of the 2009 API: JSON under another type, and calls to it without a semicolon."""

HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
"""What goes out with every answer of the API besides its type and length."""


class Rendered(msgspec.Struct, frozen=True):
    """A body and the Content-Type it goes out with; ``refuses``: it says why a call was not carried out.

    ``headers`` go out after those that every answer has.
    """

    body: bytes
    content_type: str
    refuses: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def answer(tree: Tree, format: str, callback: str | None = None) -> Rendered:
    """The tree in the format the caller asked for.

    ``format`` is ``xml``, ``json`` or `V2`; any other is answered in XML, the default of the 2007 API. With
    JSON a ``callback`` makes the body a call to it; with XML it has no effect. Raises ValueError for a
    callback that `jsonp.is_callback` refuses.
    """
    return wrapped(body_of(tree, format, called=callback is not None), format, callback)


def body_of(tree: Tree, format: str, *, called: bool) -> bytes:
    """What all callers of this format share: the body, fit to stand in a call if ``called``."""
    if format not in ("json", V2):
        return xml.write(tree)
    body = json.write(tree)
    return jsonp.escape(body) if called else body


def wrapped(body: bytes, format: str, callback: str | None) -> Rendered:
    """One caller's answer, from a body that `body_of` made. Raises ValueError as `answer` does."""
    if format == V2:
        called = body if callback is None else jsonp.wrap(body, callback, end=b"")
        return Rendered(called, json.CONTENT_TYPE_V2)
    if format != "json":
        return Rendered(body, xml.CONTENT_TYPE)
    return Rendered(body if callback is None else jsonp.wrap(body, callback), json.CONTENT_TYPE)
