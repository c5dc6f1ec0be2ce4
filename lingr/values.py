"""The frozen records that travel between layers.

Times are milliseconds since the Unix epoch, UTC. Counters and message ids are the same numbers: every
event of a room takes the next one, and a message's ``id`` is the counter it moved the room to.

Messages and occupants are read from the engine by the thousand, and what polls are told is made for every
message. They are msgspec's structs, which are made in a fifth of the time; where nothing they hold could
refer back to them, the garbage collector need not know them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Leave to call the API: 32 lower-case hex digits, and the name its owner gave it.

    ``source`` is told of everybody who comes with the key: ``browser`` for this server's own pages,
    otherwise ``api``.
    """

    id: str
    name: str
    created: int
    source: str = "api"


@dataclass(frozen=True, slots=True)
class User:
    """An account. ``nickname`` is the default one that clients read and offer; ``password`` is a hash.

    ``icon`` is the version of its picture, None if it has none; so it is everywhere else.
    """

    id: str
    username: str
    email: str
    password: str
    nickname: str
    description: str
    created: int
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class UserIcon:
    """A user and the version of its icon, or None."""

    user_id: str
    icon: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """One client's visit, made with an API key and sharing its ``source``.

    ``user_id`` is None until it logs in, and so are ``description``, what that user says of itself, ``icon``
    and ``username``. Sessions of the 2009 API have a user from the beginning and a ``public_id``, which
    others may know; it is their occupant id in every room. ``device`` is the digest of the token that one
    was opened with, if it was not a password.
    """

    id: str
    api_key: str
    client_type: str
    user_id: str | None = None
    source: str = "api"
    description: str | None = None
    icon: str | None = None
    username: str | None = None
    public_id: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A room's tag: ``name`` as tags are compared, without spaces, ``display_name`` as it was typed."""

    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room as it stood when it was read.

    ``id`` is the id it was made with: all that is kept of the room goes by that one, and it never changes.
    The outside knows the room by its ``public_id``, another one once the room has ``moved_to`` that.
    ``password`` is a hash, or None for an open room. ``counter`` is the id of the newest event,
    ``max_user_message_id`` that of the newest ``user`` message (0 when there is none). Chatters are the
    occupants with a nickname, observers those without. ``timezone`` is a Rails zone name. A room for
    ``members_only`` is closed to everybody else, unless it has a password and they know it.
    """

    id: str
    name: str
    description: str
    tags: tuple[Tag, ...]
    timezone: str
    listed: bool
    owner_id: str | None
    password: str | None
    created: int
    counter: int
    max_user_message_id: int
    chatter_count: int
    observer_count: int
    roster: int
    icon: str | None = None
    moved_to: str | None = None
    members_only: bool = False

    @property
    def public_id(self) -> str:
        return self.moved_to or self.id

    @property
    def requires_password(self) -> bool:
        return self.password is not None

    @property
    def in_directory(self) -> bool:
        """Whether it is shown to those who look for rooms."""
        return self.listed and not self.members_only

    @property
    def is_hidden(self) -> bool:
        """Whether it is to others than its members as if it were not there."""
        return self.members_only and self.password is None

    @property
    def is_public(self) -> bool:
        """Whether anybody may see what is said there."""
        return self.password is None and not self.members_only


class Occupant(msgspec.Struct, frozen=True, gc=False):
    """Somebody in a room. Without ``nickname``: an anonymous observer, seen in the roster, unable to speak.

    ``user_id`` is there when the session is logged in. ``source`` is ``browser`` or ``api``,
    ``client_type`` ``human`` or ``automaton``. ``place`` ranks the occupants of a room by entrance.
    """

    id: str
    client_type: str
    source: str = "api"
    user_id: str | None = None
    nickname: str | None = None
    description: str | None = None
    place: int = 0
    icon: str | None = None
    username: str | None = None


class Roster(tuple[Occupant, ...]):
    """Everyone in a room at one moment, in order of entrance.

    It is told again with every message, so ``made`` keeps what has been rendered of it.
    """

    def __init__(self, occupants: Iterable[Occupant] = ()) -> None:
        self.made: dict[str, Any] = {}


class Reader(Protocol):
    """What decides who may read a message: an occupant's id, and its user's when it is logged in."""

    @property
    def id(self) -> str: ...

    @property
    def user_id(self) -> str | None: ...


class Holder(msgspec.Struct, frozen=True, gc=False):
    """The occupant that a ticket is for, as far as its polls need to know it."""

    id: str
    user_id: str | None = None


SILENT = ("presence", "membership")
"""Types of events that the 2007 API does not tell."""

NOT_FOR_ALL = ("private", *SILENT)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One event of a room.

    ``type`` is ``user``, ``private``, ``system:enter``, ``system:leave``, ``system:nickname_change`` or
    ``system:broadcast``. ``occupant_id`` is the speaker, or for system messages whom they are about.
    ``new_nickname`` belongs to nickname changes. A private message names its target in
    ``to_occupant_id``, and in ``to_user_id`` when the target is logged in; no answer shows these two.

    Two more types are told by the 2009 API alone: ``presence``, of a user who comes online or goes offline
    without a word in the room, and ``membership``, whose ``action`` is ``join``, ``quit`` or ``owner``.
    ``online`` says, where an event changes that, whether the user is in the room now. ``local_id`` is the
    sender's own name for what it said, ``bot_id`` the bot that said it, ``is_owner`` what a member is now.
    """

    id: int
    type: str
    timestamp: int
    text: str
    occupant_id: str | None = None
    user_id: str | None = None
    nickname: str | None = None
    new_nickname: str | None = None
    source: str | None = None
    client_type: str | None = None
    to_occupant_id: str | None = None
    to_user_id: str | None = None
    icon: str | None = None
    username: str | None = None
    local_id: str | None = None
    bot_id: str | None = None
    online: bool | None = None
    action: str | None = None
    is_owner: bool | None = None

    @property
    def is_silent(self) -> bool:
        """Whether the 2007 API has no words for it."""
        return self.type in SILENT

    @property
    def is_for_all(self) -> bool:
        """Whether the 2007 API tells it to everybody."""
        return self.type not in NOT_FOR_ALL

    def concerns(self, occupant: Reader) -> bool:
        """Whether this occupant may read the message: all may, but for private ones.

        A private message reaches its target, every occupant of its target's user, and the occupant
        that said it.
        """
        if self.type != "private":
            return True
        if occupant.id in (self.to_occupant_id, self.occupant_id):
            return True
        return self.to_user_id is not None and self.to_user_id == occupant.user_id


class RoomState(msgspec.Struct, frozen=True, gc=False):
    """What changes in a room as it is used: its counter, the version and size of its roster.

    ``generation`` tells data sets apart that the engine served before and after it was away.
    """

    counter: int
    roster: int
    size: int
    zone: str
    generation: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """What room.enter answers: one's occupant id and ticket, the room and who is in it.

    In rooms of more than LINGR_ROSTER_OCCUPANTS ``occupants`` are those with a nickname, or none if these
    are too many as well, and always oneself.
    """

    occupant_id: str
    ticket: str
    max_observe_time: int
    room: Room
    occupants: tuple[Occupant, ...]


class News(msgspec.Struct, frozen=True):
    """What room.observe and room.getMessages answer.

    ``counter`` is the id of the newest event that this answer covers, shown in it or not. ``occupants``
    is None where the roster is not told, ``roster`` is its version. ``shared`` names the answer when
    anybody at the same place gets the same one, so that its bytes are made once; it is None when the
    answer is for one occupant alone.
    """

    counter: int
    messages: tuple[Message, ...]
    occupants: tuple[Occupant, ...] | None
    zone: str
    shared: tuple[object, ...] | None = None
    roster: int | None = None


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """What room.getInfo answers. ``messages`` is None when no counter was given.

    In rooms of more than LINGR_ROSTER_OCCUPANTS ``occupants`` are those with a nickname, or none if these
    are too many as well. ``shared`` names the answer when anybody who asks the same gets the same one, so
    that its bytes are made once; the messages may then be read only as they are looked at.
    """

    room: Room
    occupants: tuple[Occupant, ...]
    messages: Iterable[Message] | None
    shared: tuple[object, ...] | None = None


class Said(msgspec.Struct, frozen=True):
    """What room.say answers: the message made, and the time zone its time is told in."""

    message: Message
    zone: str
