"""Polls that wait: where their holders stand, what these are told, and whatever a poll may wait for."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

import msgspec

from lingr.values import Message, Occupant, Reader
from lingr.values_user import UserWatch
from lingr.values_v2 import EventsWatch


class Standing(msgspec.Struct, frozen=True, gc=False):
    """Where somebody stands who has nothing to hear.

    ``roster`` is the version of the roster it knows, or None in a room that is too large for telling it.
    ``behind``: words of others, private ones, have come since.
    """

    counter: int
    roster: int | None
    behind: bool


class Told(Protocol):
    """What a poll is answered: it covers all up to a counter. A ``roster`` of None: nobody is told of one."""

    @property
    def counter(self) -> int: ...

    @property
    def occupants(self) -> tuple[Occupant, ...] | None: ...

    @property
    def roster(self) -> int | None: ...


T = TypeVar("T", bound=Told)


class Common(msgspec.Struct, Generic[T], frozen=True):
    """What everybody hears who stands at one counter of a room.

    ``news`` is None when there is nothing for all; ``private`` are the private messages between, which
    some hear besides. ``standing`` is where they stand when they have heard it, if that is the newest
    counter.
    """

    news: T | None
    private: tuple[Message, ...] = ()
    standing: Standing | None = None

    def suits(self, occupant: Reader) -> bool:
        """Whether it is all that this occupant hears."""
        return not any(one.concerns(occupant) for one in self.private)


class Watch(msgspec.Struct, frozen=True, gc=False):
    """A poll that has nothing to tell yet: whose it is, and after which counter and roster it waits.

    ``from_position`` says that the client left it to the server to know the counter.
    """

    room_id: str
    session_id: str
    ticket: str
    counter: int
    roster: int
    from_position: bool = False

    @property
    def name(self) -> str:
        """The name under which it waits for announcements."""
        return self.room_id


AnyWatch = Watch | UserWatch | EventsWatch
