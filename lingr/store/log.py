"""The room log: every event of a room under its number. It is the truth; all else is a hint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.mirror import Mirror
from lingr.store.records import message_of
from lingr.values import Message

CHUNK_EVENTS = 500


@dataclass(frozen=True, slots=True)
class Log:
    """Reads events; the room scripts write them."""

    engine: Engine
    mirror: Mirror

    def after(self, room_id: str, counter: int, most: int) -> tuple[Message, ...]:
        """Up to ``most`` events with a greater id, oldest first."""
        followed = self.mirror.rooms.get(room_id)
        if followed is not None:
            known = followed.after(counter, most)
            if known is not None:
                return known
        return self._read("XRANGE", room_id, f"{counter + 1}-0", "+", most)

    def last(self, room_id: str, most: int, keep: Callable[[Message], bool]) -> tuple[Message, ...]:
        """The newest ``most`` of the events that ``keep`` accepts, oldest first."""
        found: list[Message] = []
        end = "+"
        while len(found) < most:
            chunk = self._read("XREVRANGE", room_id, end, "-", CHUNK_EVENTS)
            found += filter(keep, chunk)
            if len(chunk) < CHUNK_EVENTS:
                break
            end = f"({chunk[-1].id}-0"
        return tuple(reversed(found[:most]))

    def _read(self, command: str, room_id: str, start: str, end: str, most: int) -> tuple[Message, ...]:
        entries = self.engine.command(
            command, keys.room(room_id, self.engine.database).log, start, end, "COUNT", most, safe=True
        )
        return tuple(message_of(fields[1]) for _, fields in entries)
