"""Tree to JSON.

Raw UTF-8, nothing escaped that need not be: two Perl clients of 2007 decode neither ``\\u`` escapes nor
``\\/``. The body begins with ``{"``, which the clients that evaluate it in Ruby ask for.
"""

from __future__ import annotations

import msgspec

from lingr.render.tree import Once, Tree

# The official Ruby client and two others throw away an answer whose type begins with anything else.
CONTENT_TYPE = "text/javascript; charset=utf-8"

# What the service sent from 2009 on.
CONTENT_TYPE_V2 = "application/javascript; charset=utf-8"


def _made(node: object) -> msgspec.Raw:
    if not isinstance(node, Once):
        raise TypeError(f"not a node of a tree: {node!r}")
    made: msgspec.Raw | None = node.made.get("json")
    if made is None:
        made = node.made["json"] = msgspec.Raw(_ENCODER.encode(node.make()))
    return made


_ENCODER = msgspec.json.Encoder(enc_hook=_made)


def write(tree: Tree) -> bytes:
    """The tree as one compact JSON object. Raises UnicodeEncodeError for a lone surrogate."""
    return _ENCODER.encode(tree)
