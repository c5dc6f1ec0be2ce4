"""What the processes tell each other: one sharded pub/sub channel per room."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import msgspec
import redis

from lingr.store import keys
from lingr.store.client import AWAY, Engine
from lingr.values import Message

SILENCE_SECONDS = 15.0


class Announcement(msgspec.Struct, frozen=True):
    """What a room script published: the state after it, and what happened.

    ``gone`` lists tickets that are void, ``moved`` tickets that the process ``home`` now serves,
    ``changed`` tickets whose occupant is another one in some respect; ``reset`` says that the room lost
    events and began a new epoch.
    """

    counter: int
    roster: int
    size: int
    event: Message | None = None
    gone: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    home: str = ""
    reset: bool = False


_announcements = msgspec.json.Decoder(Announcement)


@dataclass(frozen=True, slots=True)
class Followed:
    """From now on nothing that the room announces is missed."""

    room_id: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A room's announcement."""

    room_id: str
    announcement: Announcement


class Subscription:
    """One connection that listens to rooms. One greenlet reads, any may follow and unfollow.

    Every method raises SubscriptionLost when the connection is no longer good.
    """

    def __init__(self, engine: Engine) -> None:
        try:
            self._connection: Any = engine.connection()
        except (*AWAY, redis.RedisError) as fault:
            raise SubscriptionLost(str(fault)) from fault
        self._database = engine.database
        self._spoken = time.monotonic()

    def follow(self, room_id: str) -> None:
        """Asks for a room's announcements; ``read`` tells when they come."""
        self._send("SSUBSCRIBE", keys.room(room_id, self._database).channel)

    def unfollow(self, room_id: str) -> None:
        """Asks for no more of a room's announcements."""
        self._send("SUNSUBSCRIBE", keys.room(room_id, self._database).channel)

    def read(self, timeout: float) -> Followed | Heard | None:
        """The next thing heard, or None if nothing was within ``timeout`` seconds."""
        try:
            reply = self._connection.read_response(timeout=timeout, disconnect_on_error=False)
        except redis.TimeoutError:
            self._check_life()
            return None
        except (*AWAY, redis.RedisError) as fault:
            raise SubscriptionLost(str(fault)) from fault
        self._spoken = time.monotonic()
        kind = bytes(reply[0])
        if kind == b"smessage":
            return Heard(keys.room_of_channel(reply[1].decode()), _announcements.decode(reply[2]))
        if kind == b"ssubscribe":
            return Followed(keys.room_of_channel(reply[1].decode()))
        return None

    def close(self) -> None:
        """Hangs up."""
        self._connection.disconnect()

    def _check_life(self) -> None:
        silence = time.monotonic() - self._spoken
        if silence > 2 * SILENCE_SECONDS:
            raise SubscriptionLost("no answer to a ping")
        if silence > SILENCE_SECONDS:
            self._send("PING")

    def _send(self, *command: str) -> None:
        try:
            self._connection.send_command(*command, check_health=False)
        except (*AWAY, redis.RedisError) as fault:
            raise SubscriptionLost(str(fault)) from fault


class SubscriptionLost(Exception):
    """Announcements may have been missed since the last one read."""
