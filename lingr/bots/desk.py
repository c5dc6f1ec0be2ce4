"""Which bots there are to deliver to, and which rooms they hear."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from lingr.domain import bots
from lingr.domain.context import Context
from lingr.values_v2 import OwnBot

AT_ONCE = 200
BELIEVED_SECONDS = 60.0
"""How long nothing is read again that has not changed: the engine may have been given other data."""


class Desk:
    """What this process knows of the bots that have an endpoint; it looks again when one has changed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._version = -1
        self._until = 0.0
        self._hearers: dict[str, set[str]] = {}
        self.bots: dict[str, OwnBot] = {}
        self.rooms: dict[str, frozenset[str]] = {}

    def look(self) -> bool:
        """Sees whether a bot has changed, or was woken. Raises LingrError ``unavailable``."""
        # Read first: what changes while all is read is read once more.
        version = self._ctx.store.bots.version()
        if version == self._version and time.monotonic() < self._until:
            return False
        known = {one.id: one for one in bots.every(self._ctx) if one.endpoint}
        rooms: dict[str, frozenset[str]] = {}
        for some in _in_parts(list(known)):
            rooms.update(bots.rooms_of_all(self._ctx, some))
            self._ctx.pause(0)
        hearers: defaultdict[str, set[str]] = defaultdict(set)
        for bot_id, room_ids in rooms.items():
            for room_id in room_ids:
                hearers[room_id].add(bot_id)
        self.bots, self.rooms, self._hearers, self._version = known, rooms, dict(hearers), version
        self._until = time.monotonic() + BELIEVED_SECONDS
        return True

    @property
    def heard(self) -> set[str]:
        """The ids of all rooms that have bots to be told."""
        return set(self._hearers)

    def hearers(self, room_id: str) -> set[str]:
        """The ids of the bots that hear a room."""
        return self._hearers.get(room_id, set())

    def behind(self, room_ids: set[str]) -> Iterator[tuple[str, str]]:
        """The bots that have not dealt with all that was said in these rooms, each with the room.

        It takes its time. A bot that has no place in a room of its yet begins there. Raises as ``look`` does.
        """
        concerned = {bot_id for room_id in room_ids for bot_id in self.hearers(room_id)}
        for some in _in_parts(list(concerned)):
            rooms = {one: tuple(self.rooms.get(one, frozenset()) & room_ids) for one in some}
            for bot_id, room_id in self._ctx.store.deliveries.behind(rooms):
                self._ctx.store.deliveries.begin(bot_id, room_id)
                yield bot_id, room_id
            self._ctx.pause(0)


def _in_parts(names: list[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while some := list(islice(rest, AT_ONCE)):
        yield some
