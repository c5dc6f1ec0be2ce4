"""The room log: every event of a room under its number. It is the truth; all else is a hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.mirror import Mirror
from lingr.store.records import message_of
from lingr.store.scripts import Call, run, run_all, values_of
from lingr.values import Message

CHUNK_EVENTS = 500
TRIMMED_AT_ONCE = 1000


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
        return self.stored(room_id, counter, most)

    def reader(self, room_id: str, end: int) -> Callable[[str, int, int], tuple[Message, ...]]:
        """What reads a room as ``after`` does, and misses nothing up to ``end``.

        That may be further than this process has heard.
        """
        followed = self.mirror.rooms.get(room_id)
        return self.after if followed is not None and followed.newest >= end else self.stored

    def stored(self, room_id: str, counter: int, most: int, before: int | None = None) -> tuple[Message, ...]:
        """As ``after``, from the engine whatever this process has heard; only ids below ``before``."""
        end = "+" if before is None else f"({before}-0"
        return self._read("XRANGE", room_id, f"{counter + 1}-0", end, most)

    def those(self, places: Sequence[tuple[str, int]]) -> list[Message | None]:
        """The events with these ids, each in the room named with it; None where there is none."""
        replies = self.engine.commands(
            [("XRANGE", self._key(room_id), f"{one}-0", f"{one}-0") for room_id, one in places], safe=True
        )
        return [message_of(entries[0][1][1]) if entries else None for entries in replies]

    def seek(self, room_id: str, *times: int) -> list[int]:
        """Where times (ms) begin in the log: an event with that id has such a time or a later one.

        The event right before it is earlier. Before these come the id of the oldest event and the one
        after the newest; all are 0 if there is no event.
        """
        found = run(self.engine, "log_seek", [self._key(room_id)], times, safe=True)
        return [int(one) for one in found] if found[1] else [0] * (2 + len(times))

    def trim(self, room_id: str, oldest: int, first: int) -> int:
        """Forgets the events with an id from ``oldest`` to below ``first``; returns how many.

        There must be none with a lesser id. It is done in steps, so that nobody waits for long.
        """
        forgotten = 0
        while oldest < first:
            oldest = min(first, oldest + TRIMMED_AT_ONCE)
            forgotten += int(
                self.engine.command("XTRIM", self._key(room_id), "MINID", "=", f"{oldest}-0", safe=True)
            )
        return forgotten

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

    def back(
        self, places: Sequence[tuple[str, int | None]], most: int, looked_at: int
    ) -> list[tuple[list[Message], int]]:
        """The newest ``most`` messages of rooms, and perhaps some other events, the newest first.

        With each room comes the id, if any, that those of all events are to be below. In each log so many
        events are ``looked_at``, and no more; the id of the last of them is told, 0 if none is before it.
        """
        calls = [
            Call("log_back", [self._key(room_id)], ["" if below is None else below, most, looked_at])
            for room_id, below in places
        ]
        found = map(values_of, run_all(self.engine, calls, safe=True) if calls else [])
        return [(list(map(message_of, events)), int(last)) for last, events in found]

    def _read(self, command: str, room_id: str, start: str, end: str, most: int) -> tuple[Message, ...]:
        entries = self.engine.command(command, self._key(room_id), start, end, "COUNT", most, safe=True)
        return tuple(message_of(fields[1]) for _, fields in entries)

    def _key(self, room_id: str) -> str:
        return keys.room(room_id, self.engine.database).log
