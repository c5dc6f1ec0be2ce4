"""Calls that come again with another value of one parameter: all else of them is read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lingr.api.method import Prepared
from lingr.api.reading import text_of
from lingr.render import Rendered
from lingr.store.channel import Done, Reply


class Repeat:
    """A call that was answered well, ready to be asked for again without anybody waiting.

    ``place`` is where the value that may change begins and ends in the body of the request.
    """

    __slots__ = ("_prepared", "_render", "place")

    def __init__(self, place: tuple[int, int], prepared: Prepared, render: Callable[[Any], Rendered]) -> None:
        self.place = place
        self._prepared = prepared
        self._render = render

    def send(self, value: bytes, done: Done) -> str | None:
        """Asks with another value, as it would stand in the body, and names the attempt.

        ``done`` is called later, from the event loop, with what ``outcome`` reads. None, and it is never
        called, if such a value is not for here.
        """
        # At the end of a body, line feeds do not count.
        if b"&" in value or b"\r" in value or b"\n" in value:
            return None
        try:
            text = text_of(value)
        except UnicodeDecodeError:
            return None
        return self._prepared.send(text, done)

    def is_refused(self, told: list[Reply] | Exception) -> bool:
        """Whether it is certain that nothing came of it: it may be asked for anew, as another attempt."""
        return self._prepared.is_refused(told)

    def outcome(self, told: list[Reply] | Exception) -> Rendered | None:
        """The answer; None if it is to be asked for as every other call, as the same attempt."""
        try:
            value = self._prepared.outcome(told)
            return None if value is None else self._render(value)
        except Exception:  # noqa: BLE001 (which then meets it again, and tells)
            return None
