"""Odd requests between plain ones on one connection, filled in for a seat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from support.twins import Script, Seat

_SEAT = b"session=@session@&ticket=@ticket@&format=json"

TARGETS = {
    "a call": (b"/api/session/verify", _SEAT),
    "a poll with news": (b"/api/room/observe", _SEAT + b"&counter=1"),
    "a poll that waits": (b"/api/room/observe", _SEAT + b"&counter=@counter@"),
}
PLAIN = b"GET /api/room/observe?" + _SEAT + b"&counter=2 HTTP/1.1\r\nHost: plain\r\n\r\n"
WAITING = PLAIN.replace(b"counter=2", b"counter=@counter@")
CALL = b"GET /api/session/verify?" + _SEAT + b" HTTP/1.1\r\nHost: call\r\n\r\n"


def with_length(request: bytes) -> bytes:
    """The request with ``@length@`` filled in."""
    _, _, body = request.partition(b"\r\n\r\n")
    return request.replace(b"@length@", b"%d" % len(body))


@dataclass(frozen=True)
class Odd:
    """An odd request, as a template."""

    template: bytes

    def to(self, target: str, seat: Seat) -> bytes:
        """The bytes of the request to one of the targets."""
        path, query = TARGETS[target]
        filled = self.template.replace(b"@target@", b"@path@?@query@")
        return with_length(seat.fill(filled.replace(b"@path@", path).replace(b"@query@", query)))

    def scripts(self, number: int) -> dict[str, Callable[[Seat], Script]]:
        """What is tried with it, alone and joined with others. The number chooses the targets."""
        names = [*TARGETS] * 2
        alone, joined = names[number % 3], names[number % 3 + 1]
        found: dict[str, Callable[[Seat], Script]] = {
            f"{alone}, then plain ones": partial(self._apart, alone),
            f"{joined}, joined with plain ones": partial(self._joined, joined),
        }
        if number % 3 == 0:
            found["after a poll"] = self._after
        return found

    def _apart(self, target: str, seat: Seat) -> Script:
        return [self.to(target, seat), seat.fill(PLAIN), seat.fill(CALL)]

    def _joined(self, target: str, seat: Seat) -> Script:
        return [self.to(target, seat) + seat.fill(PLAIN + CALL)]

    def _after(self, seat: Seat) -> Script:
        return [seat.fill(PLAIN), self.to("a call", seat), seat.fill(PLAIN), seat.fill(WAITING + CALL)]
