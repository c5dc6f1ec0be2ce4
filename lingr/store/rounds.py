"""Going round the rooms with people in them: which they are, and how they stand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.leases import Lease

_FIELDS = ("counter", "max_user_message_id", "chatters", "observers", "listed", "active", "members_only")


class Glance(msgspec.Struct, frozen=True, gc=False):
    """A room as it stood when it was looked at.

    ``listed``: whether it is in the directory; ``active``: when something was said to all last, or 0.
    """

    room_id: str
    counter: int
    max_user_message_id: int
    chatter_count: int
    observer_count: int
    listed: bool
    active: int


@dataclass(frozen=True, slots=True)
class Rounds:
    """``lease`` is that of who goes round."""

    engine: Engine
    lease: Lease

    def occupied(self, cursor: int, most: int) -> tuple[int, list[str]]:
        """The next rooms, some ``most``, that have or had somebody in them lately, and the next cursor.

        It begins and ends with 0; a room that is there all the while comes at least once.
        """
        following, raw = self.engine.command("ZSCAN", keys.occupied_rooms(), cursor, "COUNT", most, safe=True)
        return int(following), [sys.intern(one.decode()) for one in raw[::2]]

    def look(self, room_ids: Sequence[str]) -> list[Glance]:
        """How these rooms stand; unknown ones are left out."""
        rooms = [keys.room_hash(room_id) for room_id in room_ids]
        replies = self.engine.commands([("HMGET", room, *_FIELDS) for room in rooms], safe=True)
        return [
            Glance(
                room_id,
                int(counter),
                int(newest),
                int(chatters),
                int(observers),
                listed == b"1" and closed != b"1",
                int(active or 0),
            )
            for room_id, (counter, newest, chatters, observers, listed, active, closed) in zip(
                room_ids, replies, strict=True
            )
            if counter is not None
        ]
