"""Value to bytes: shapes make a tree of a value, writers make bytes of a tree."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.render import json, jsonp, xml
from lingr.render.tree import Tree


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body and the Content-Type it goes out with."""

    body: bytes
    content_type: str


def answer(tree: Tree, format: str, callback: str | None = None) -> Rendered:
    """The tree in the format the caller asked for.

    ``format`` is ``xml`` or ``json``; any other is answered in XML, the default of the 2007 API. With
    JSON a ``callback`` makes the body a call to it; with XML it has no effect. Raises ValueError for a
    callback that `jsonp.is_callback` refuses.
    """
    if format != "json":
        return Rendered(xml.write(tree), xml.CONTENT_TYPE)
    body = json.write(tree)
    if callback is not None:
        body = jsonp.wrap(jsonp.escape(body), callback)
    return Rendered(body, json.CONTENT_TYPE)
