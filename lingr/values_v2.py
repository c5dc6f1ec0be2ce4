"""What travels between layers for the 2009 API alone: numbered messages, members, bots and events.

Beside `lingr.values`, and of the same kind. In the 2009 API a message has another id than in its room's
log, its number: one that no message of another room has.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from lingr.values import Message, Room, Session, User


class Login(msgspec.Struct, frozen=True):
    """What session/create and session/verify answer: a session, and whose it is."""

    session: Session
    user: User


class Numbered(msgspec.Struct, frozen=True, dict=True):
    """An event of a room as the 2009 API tells it: ``id`` is its number, ``room`` its room's public id.

    ``id`` is 0 where it is no message: presence and membership. It is told to many, so ``made`` keeps what
    has been rendered of it.
    """

    id: int
    room: str
    message: Message

    @cached_property
    def made(self) -> dict[str, Any]:
        return {}


class Device(msgspec.Struct, frozen=True):
    """A device that has a token of a user's in place of the password. ``used`` is its last log-in, 0: none.

    ``is_revoked``: nobody logs in with it any more, and the sessions it opened are about to end.
    """

    name: str
    created: int
    used: int = 0
    is_revoked: bool = False


class Member(msgspec.Struct, frozen=True):
    """A member of a room: ``id`` is the user's, ``name`` its nickname.

    ``seen`` is when it was last here, 0 if nobody knows.
    """

    id: str
    username: str
    name: str
    icon: str | None = None
    is_owner: bool = False
    is_online: bool = False
    seen: int = 0


class Bot(msgspec.Struct, frozen=True):
    """A bot, as far as others may know it.

    It is the same sort of occupant in every room, whose id is ``public_id``; ``icon`` is the version of its
    picture, kept under that id, None if it has none. ``endpoint`` is the address that is told what people
    say.
    """

    id: str
    name: str
    icon: str | None = None
    owner_id: str | None = None
    endpoint: str | None = None
    public_id: str = ""
    created: int = 0


class OwnBot(Bot, frozen=True, kw_only=True):
    """A bot as its owner knows it, with the secret that it proves itself by and is called with."""

    secret: str


class ShownRoom(msgspec.Struct, frozen=True):
    """What room/show answers of one room.

    ``messages``, oldest first, and ``members`` with ``bots`` are None where they were not asked for.
    ``favorites`` are the numbers of those messages that the reader likes.
    """

    room: Room
    messages: tuple[Numbered, ...] | None = None
    members: tuple[Member, ...] | None = None
    bots: tuple[Bot, ...] | None = None
    favorites: tuple[int, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """Something that a session is told of: ``id`` is the counter it moves the session to.

    Whether it is a message, a presence or a membership shows in what is ``told``.
    """

    id: int
    told: Numbered


class Events(msgspec.Struct, frozen=True):
    """What event/observe answers. ``counter`` is what it covers, told or not.

    ``shared`` names the answer when others who stand where this session does get the same one, so that its
    bytes are made once; it is None when the answer is for one session alone.
    """

    counter: int
    events: tuple[Event, ...] = ()
    shared: tuple[object, ...] | None = None

    @property
    def occupants(self) -> None:
        """Nobody is told who is there; that is for room/show."""

    @property
    def roster(self) -> None:
        """As ``occupants``."""


class EventsWatch(msgspec.Struct, frozen=True, gc=False):
    """A poll for a session's events that has nothing to tell yet.

    ``ticket`` is the session's id again: a second poll of the session ends the first. ``rooms`` are the ids
    of the rooms it hears, ``name``, that of the first of them or empty, is what it waits under.
    """

    session_id: str
    ticket: str
    counter: int
    rooms: tuple[str, ...] = ()
    name: str = ""
