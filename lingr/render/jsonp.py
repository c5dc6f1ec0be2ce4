"""A JSON body as a call to the function that a script tag named.

Making the body, escaping it and wrapping it are three steps, so that one body made and escaped once can
be sent to many callbacks.
"""

from __future__ import annotations

import re

from lingr.render.json import CONTENT_TYPE as CONTENT_TYPE

LONGEST = 128
"""Characters a callback's name may have."""

_CALLBACK = re.compile(rf"[A-Za-z_$][\w$.\[\]]{{0,{LONGEST - 1}}}", re.ASCII)

# What U+2028 and U+2029 begin with in UTF-8, as dashes and curly quotes do.
_PUNCTUATION = b"\xe2\x80"


def is_callback(name: str) -> bool:
    """Whether this may be called: an ASCII identifier, dots and brackets included, of bounded length."""
    return _CALLBACK.fullmatch(name) is not None


def escape(body: bytes) -> bytes:
    """A JSON body as a script may hold it.

    Only U+2028 and U+2029 are touched. JSON allows them in strings, but older JavaScript ends a line
    at them.
    """
    if _PUNCTUATION not in body:
        return body
    return body.replace("\u2028".encode(), rb"\u2028").replace("\u2029".encode(), rb"\u2029")


def wrap(escaped: bytes, callback: str, end: bytes = b";") -> bytes:
    """The call ``/**/callback({...});`` around a body that `escape` has made safe.

    The comment in front keeps the caller from choosing the first bytes of the answer, which could make
    it pass for another type of file. Raises ValueError for a name that `is_callback` refuses.
    """
    if _CALLBACK.fullmatch(callback) is None:
        raise ValueError(f"not a callback: {callback!r}")
    return b"/**/%b(%b)%b" % (callback.encode("ascii"), escaped, end)
