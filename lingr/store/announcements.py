"""What the processes tell each other: one sharded pub/sub channel per room, and one per user."""

from __future__ import annotations

import time
from collections import deque

import msgspec
import redis

from lingr.store import keys
from lingr.store.channel import CutOff, Reply, Unsent
from lingr.store.client import Engine
from lingr.values import Message

SILENCE_SECONDS = 15.0


class Announcement(msgspec.Struct, frozen=True):
    """What a script published about a room or a user: the state after it, and what happened.

    ``gone`` lists tickets that are void, ``moved`` tickets that the process ``home`` now serves, in the
    ``turn`` that this began, ``changed`` tickets whose occupant is another one in some respect; ``reset``
    says that the room lost events and began a new epoch, or, with ``deleted``, that there is no such room
    any more. ``zone`` is the room's time zone when its settings changed. A user's announcements have no
    ``roster`` and no ``size``.
    """

    counter: int
    roster: int = 0
    size: int = 0
    event: Message | None = None
    gone: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    home: str = ""
    turn: int = 0
    reset: bool = False
    deleted: bool = False
    zone: str | None = None


_announcements = msgspec.json.Decoder(Announcement)


class Followed(msgspec.Struct, frozen=True):
    """From now on nothing that a room, or a user, announces is missed; ``room_id`` is the name of either."""

    room_id: str


class Heard(msgspec.Struct, frozen=True):
    """An announcement of the room, or the user, of that name."""

    room_id: str
    announcement: Announcement


class Subscription:
    """One connection that listens to rooms and users. One greenlet reads, any may follow and unfollow.

    Both go by one name: a room by its id, a user by ``keys.USER`` and its id.

    Every method raises SubscriptionLost when the connection is no longer good.
    """

    def __init__(self, engine: Engine) -> None:
        try:
            self._wire = engine.wire()
        except (Unsent, redis.RedisError) as fault:
            raise SubscriptionLost(str(fault)) from fault
        self._database = engine.database
        self._spoken = time.monotonic()
        self._unread: deque[Reply] = deque()

    def follow(self, room_id: str) -> None:
        """Asks for a room's announcements; ``read`` tells when they come."""
        self._send("SSUBSCRIBE", keys.channel(room_id, self._database))

    def unfollow(self, room_id: str) -> None:
        """Asks for no more of a room's announcements."""
        self._send("SUNSUBSCRIBE", keys.channel(room_id, self._database))

    def read(self, timeout: float) -> Followed | Heard | None:
        """The next thing heard, or None if nothing was within ``timeout`` seconds."""
        if not self._unread and not self._fetch(timeout):
            return None
        return _understood(self._unread.popleft())

    def read_all(self, timeout: float) -> list[Followed | Heard]:
        """Everything heard by now, in order; if there is nothing, what comes first within ``timeout``."""
        if not self._unread and not self._fetch(timeout):
            return []
        unread, self._unread = self._unread, deque()
        return [one for one in map(_understood, unread) if one is not None]

    def close(self) -> None:
        """Hangs up."""
        self._wire.close()

    def _fetch(self, timeout: float) -> bool:
        try:
            replies = self._wire.replies(timeout)
        except CutOff as fault:
            raise SubscriptionLost(str(fault)) from fault
        if not replies:
            self._check_life()
            return False
        self._spoken = time.monotonic()
        self._unread.extend(replies)
        return True

    def _check_life(self) -> None:
        silence = time.monotonic() - self._spoken
        if silence > 2 * SILENCE_SECONDS:
            raise SubscriptionLost("no answer to a ping")
        if silence > SILENCE_SECONDS:
            self._send("PING")

    def _send(self, *command: str) -> None:
        try:
            self._wire.send(*command)
        except CutOff as fault:
            raise SubscriptionLost(str(fault)) from fault


def _understood(reply: Reply) -> Followed | Heard | None:
    if isinstance(reply, Exception):
        raise SubscriptionLost(str(reply))
    kind = reply[0]
    if kind == b"smessage":
        return Heard(_name_of(reply[1]), _announcements.decode(reply[2]))
    if kind == b"ssubscribe":
        return Followed(_name_of(reply[1]))
    return None


def _name_of(channel: bytes) -> str:
    return keys.name_of_channel(channel.decode())


class SubscriptionLost(Exception):
    """Announcements may have been missed since the last one read."""
