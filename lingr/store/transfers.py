"""Rooms as a whole: read at one moment, or brought in all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.membership import Membership, memberships_of
from lingr.store.records import fields_of, hash_of, members_of, room_of
from lingr.store.scripts import run
from lingr.values import Room


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The fields of a room's hash at one moment, its members, and how many events its log had then."""

    fields: Mapping[str, str]
    members: Mapping[str, Membership]
    events: int


@dataclass(frozen=True, slots=True)
class Transfers:
    """What is brought in is nobody's room until it is adopted; if it never is, it dies by itself."""

    engine: Engine

    def snapshot(self, room_id: str) -> Snapshot:
        """Raises LingrError ``invalid_room``."""
        fields, members, events = run(
            self.engine, "room_snapshot", keys.room(room_id, self.engine.database), safe=True
        )
        return Snapshot(hash_of(fields), memberships_of(members), events)

    def events(self, room_id: str, after: int, upto: int, most: int) -> list[tuple[int, bytes]]:
        """The oldest ``most`` events with ids above ``after`` and up to ``upto``: id, and JSON as stored."""
        log = keys.room(room_id, self.engine.database).log
        entries = self.engine.command("XRANGE", log, f"{after + 1}-0", f"{upto}-0", "COUNT", most, safe=True)
        return [(int(entry.partition(b"-")[0]), fields[1]) for entry, fields in entries]

    def is_vacant(self, room_id: str) -> bool:
        """Whether the keys of a room made with that id would be its alone."""
        names = (keys.room(room_id, self.engine.database).room, keys.closed(room_id))
        return not any(self.engine.commands([("EXISTS", name) for name in names], safe=True))

    def bring(
        self, room_id: str, transfer_id: str, events: Sequence[tuple[int, bytes]], lifetime: int
    ) -> None:
        """Keeps events for a room to be; the ids rise. From the last ones on, they live for so many ms."""
        name = keys.brought(room_id, transfer_id)
        commands: list[tuple[Argument, ...]] = [
            ("XADD", name, f"{number}-0", "event", json) for number, json in events
        ]
        self.engine.commands([*commands, ("PEXPIRE", name, lifetime)])

    def adopt(
        self,
        room: Room,
        epoch: str,
        transfer_id: str,
        events: int,
        others: Mapping[str, Argument],
        members: Mapping[str, Membership],
    ) -> Room | None:
        """Makes a room of the events brought in. None and errors as in Rooms.create.

        Raises LingrError ``unavailable`` as well when the events are not there any more.
        """
        names = (
            *keys.room(room.id, self.engine.database),
            keys.moved_here(room.id),
            keys.closed(room.id),
            keys.brought(room.id, transfer_id),
        )
        pairs = [part for pair in others.items() for part in pair]
        arguments = [events, *members_of(room, members), *fields_of(room, epoch), *pairs]
        fields = run(self.engine, "room_adopt", names, arguments)[0]
        return room_of(room.id, hash_of(fields)) if fields else None

    def abandon(self, room_id: str, transfer_id: str) -> None:
        """Forgets events that were brought in for nothing."""
        self.engine.command("UNLINK", keys.brought(room_id, transfer_id), safe=True)
