"""Who stands where: parked polls by room, by kind of answer and by counter."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Protocol

from lingr.render import Rendered
from lingr.values_watch import Standing, Told

if TYPE_CHECKING:
    from lingr.serving.connection import Connection
    from lingr.serving.door import Held


class Crowd:
    """Polls that are answered with the same bytes: of one kind, at one counter, with one roster known.

    ``held`` is one of them, as good as any other for making those bytes.
    """

    __slots__ = ("counter", "held", "key", "members", "roster")

    def __init__(self, key: bytes, standing: Standing, held: Held) -> None:
        self.key = key
        self.counter = standing.counter
        self.roster = standing.roster
        self.held = held
        self.members: dict[Connection, None] = {}


class Crowds:
    """The crowds of one kind in one room. ``held`` is a poll of that kind; ``close`` says that their
    connections end with the answer.

    Under the digits of the room's newest counter stands the crowd that has nothing to hear: whoever polls
    from there just joins it. Crowds that stand further back, because private words of others came since,
    have a ``-`` before the digits, which no poll can name.

    ``answers`` are those made for who stood at a counter before, until the room has news or the second
    (``answers_of``) is over.
    """

    __slots__ = ("answers", "answers_of", "by_key", "close", "held")

    def __init__(self, held: Held, close: bool) -> None:
        self.held = held
        self.by_key: dict[bytes, Crowd] = {}
        self.close = close
        self.answers: dict[int, tuple[Told, Rendered, bytes]] = {}
        self.answers_of = 0

    def at(self, standing: Standing, held: Held) -> Crowd | None:
        """The crowd that stands there; None if its members know another roster."""
        key = (b"-%d" if standing.behind else b"%d") % standing.counter
        crowd = self.by_key.get(key)
        if crowd is None:
            crowd = self.by_key[key] = Crowd(key, standing, held)
        elif standing.roster is None:
            crowd.roster = None
        return crowd if crowd.roster == standing.roster else None

    def fall_behind(self, crowd: Crowd) -> None:
        """The room has moved on, and nothing of it concerns this crowd."""
        if crowd.key.startswith(b"-"):
            return
        self.remove(crowd)
        crowd.key = b"-" + crowd.key
        there = self.by_key.setdefault(crowd.key, crowd)
        if there is not crowd:
            for conn in crowd.members:
                conn.crowd = there
            there.members |= crowd.members

    def remove(self, crowd: Crowd) -> None:
        """Nobody joins this crowd any more."""
        if self.by_key.get(crowd.key) is crowd:
            del self.by_key[crowd.key]


class Deliver(Protocol):
    """What a room has done with its polls."""

    def tell(self, room: ParkedRoom) -> None: ...

    def expire_all(self, room: ParkedRoom) -> None: ...


class ParkedRoom:
    """The parked polls of a room, as one waiter for the hub.

    ``alone`` are the polls that share their answer with nobody. ``visitors`` counts the connections whose
    last poll was for this room, answered or not.
    """

    __slots__ = ("_deliver", "alone", "kinds", "room_id", "visitors")

    is_waiting = False

    def __init__(self, room_id: str, deliver: Deliver) -> None:
        self.room_id = room_id
        self.kinds: dict[Hashable, Crowds] = {}
        self.alone: dict[Connection, None] = {}
        self.visitors = 0
        self._deliver = deliver

    def crowds(self, held: Held, close: bool) -> Crowds:
        """The crowds that a poll may join."""
        key = (held.kind, close)
        crowds = self.kinds.get(key)
        if crowds is None:
            crowds = self.kinds[key] = Crowds(held, close)
        return crowds

    def news(self) -> None:
        self._deliver.tell(self)

    def nothing(self) -> None:
        self._deliver.expire_all(self)

    def parked(self) -> list[Connection]:
        """All connections with a poll that waits here."""
        crowds = [crowd for kind in self.kinds.values() for crowd in kind.by_key.values()]
        return [*self.alone, *(conn for crowd in crowds for conn in crowd.members)]
