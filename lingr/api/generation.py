"""Two generations of the API at one address: which of them a request belongs to.

Most paths are in one table only. Where they are in both, the parameters tell: sessions of 2007 have 11
characters, those of 2009 have 22, and what names a user, a room or a bot is called otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lingr.api.again import Repeat
from lingr.api.dispatch import Dispatcher
from lingr.api.held import Held
from lingr.api.reading import Raw, Request, is_json
from lingr.ids import RANDOM_ID, is_login
from lingr.render import Rendered

Values = Mapping[str, str]


def _creates_login(values: Values) -> bool:
    return "user" in values


def _names_login(values: Values) -> bool:
    session_id = values.get("session", "")
    if is_login(session_id):
        return True
    # Without any, it is a client of 2007 that never got one. Of the unknown ones, those with a format.
    return bool(session_id) and not RANDOM_ID.fullmatch(session_id) and "format" not in values


def _says_by_room(values: Values) -> bool:
    return "ticket" not in values and (_has_room(values) or "bot" in values or _has_login(values))


def _browses_by_room(values: Values) -> bool:
    return "id" not in values and (_has_room(values) or _has_login(values))


def _has_room(values: Values) -> bool:
    return "room" in values


def _has_login(values: Values) -> bool:
    return is_login(values.get("session", ""))


SHARED: dict[str, Callable[[Values], bool]] = {
    "session/create": _creates_login,
    "session/verify": _names_login,
    "session/destroy": _names_login,
    "room/say": _says_by_room,
    "room/get_archives": _browses_by_room,
}
"""Paths that are in both tables: whether a request with these parameters is one of 2009."""


class Api:
    """All that is served under ``/api/``. ``first`` is the API of 2007, ``second`` that of 2009."""

    def __init__(self, first: Dispatcher, second: Dispatcher) -> None:
        self._first = first
        self._second = second

    def most_file(self, path: str) -> int:
        """How many bytes a file may have that is sent to a method; 0 for methods that want none."""
        return self._first.most_file(path) or self._second.most_file(path)

    def begin(self, request: Request) -> Rendered | Held:
        """The answer to a request, a failure included, or a poll to be held."""
        raw = self._first.read(request)
        return self._of(request, raw).begin(request, raw)

    def prepare(self, request: Request) -> Repeat | None:
        """Gets ready for the same call with another value in one place; None if none is likely to come.

        The request must have been answered, and not with a refusal.
        """
        if not self._first.repeats(request.path):
            return None
        raw = self._first.read(request)
        return self._of(request, raw).prepare(request, raw)

    def _of(self, request: Request, raw: Raw) -> Dispatcher:
        """The generation that answers; a path that neither knows is refused by the first."""
        path = request.path.strip("/")
        is_second = SHARED.get(path)
        if is_second is None:
            return self._second if self._second.knows(path) else self._first
        if raw.flaw is not None and is_json(request.content_type, request.body or b""):
            # Nobody sent that in 2007, and what would tell the two apart could not be read.
            return self._second
        return self._second if is_second(raw.values) else self._first
