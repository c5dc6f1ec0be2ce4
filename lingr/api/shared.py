"""Bodies that many callers get alike, made once."""

from __future__ import annotations

from collections import OrderedDict

MOST_BYTES = 4 * 1024 * 1024


class SharedBodies:
    """The bodies made last, up to a number of bytes altogether."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._bodies: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> bytes | None:
        """The body of that key, if it is here."""
        return self._bodies.get(key)

    def put(self, key: tuple[object, ...], body: bytes) -> None:
        """Keeps a body, unless another one was made for that key meanwhile."""
        if key in self._bodies:
            return
        self._bodies[key] = body
        self._bytes += len(body)
        while self._bytes > self._most:
            self._bytes -= len(self._bodies.popitem(last=False)[1])
