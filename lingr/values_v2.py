"""What travels between layers for the 2009 API alone: numbered messages, members, bots and events.

Beside `lingr.values`, and of the same kind. In the 2009 API a message has another id than in its room's
log, its number: one that no message of another room has.
"""

from __future__ import annotations

import msgspec

from lingr.values import Message, Room, Session, User


class Login(msgspec.Struct, frozen=True):
    """What session/create and session/verify answer: a session, and whose it is."""

    session: Session
    user: User


class Numbered(msgspec.Struct, frozen=True):
    """A message as the 2009 API tells it: ``id`` is its number, ``room`` its room's public id.

    ``id`` is 0 where the event has no text of its own: presence and membership.
    """

    id: int
    room: str
    message: Message


class Member(msgspec.Struct, frozen=True):
    """A member of a room: ``id`` is the user's, ``name`` its nickname, ``seen`` when it was last here or 0."""

    id: str
    username: str
    name: str
    icon: str | None = None
    is_owner: bool = False
    is_online: bool = False
    seen: int = 0


class Bot(msgspec.Struct, frozen=True):
    """A bot, as far as others may know it. ``icon`` is the version of its picture, None if it has none."""

    id: str
    name: str
    icon: str | None = None
    owner_id: str | None = None
    endpoint: str | None = None
    is_paused: bool = False


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
