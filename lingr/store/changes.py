"""What an owner changes of a room: its settings, the id it goes by, that it is there at all.

A room's keys keep the id it was made with for as long as it lives, and with it their place in the engine. To
move a room is to let it go by another public id. That id's own slot says whose it is, the room's hash says
which id it goes by, and only where both agree is the room found: so a move takes place in the one step that
changes the hash, however many steps come before and after it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from lingr.store import keys
from lingr.store.client import Argument, Engine, Reply
from lingr.store.records import from_json, hash_of, room_of
from lingr.store.scripts import run
from lingr.values import Room, Tag

SCANNED_AT_ONCE = 1000

_ICON = "icon:"

Settings = dict[str, Argument | None]
"""Fields of a room's hash, None for one that is to go."""


def tags_field(tags: tuple[Tag, ...]) -> bytes:
    """A room's tags as its hash has them."""
    return msgspec.json.encode(tags)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A change that takes several steps: ``make``, ``change``, ``delete``, or what is left of it when nobody
    waits for it any more: to ``tell`` users of a change, to ``erase`` what a deleted room has left.

    ``room`` is the room before it, ``claims`` are the public ids that it takes or gives back, each with the
    change that took it, and ``icon`` is the version of the icon that it gives. It began at ``since`` (ms);
    who finds it much later sees to what is left of it.
    """

    id: str
    kind: str
    since: int
    room: Room
    claims: tuple[tuple[str, str], ...] = ()
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Each method can be repeated: it then finds done what it would have done."""

    engine: Engine

    def begin(self, change: Unsettled) -> None:
        """Notes a change before its first step, so that it is seen to whatever happens."""
        self.engine.command("HSET", keys.unsettled(), change.id, msgspec.json.encode(change), safe=True)

    def end(self, change: Unsettled) -> None:
        """Takes the note back after the last step."""
        self.engine.command("HDEL", keys.unsettled(), change.id, safe=True)

    def unsettled(self) -> list[Unsettled]:
        """All changes that have begun and not ended."""
        return [
            from_json(raw, Unsettled) for raw in self.engine.command("HVALS", keys.unsettled(), safe=True)
        ]

    def claim(self, public_id: str, room_id: str, change_id: str) -> None:
        """Takes a public id for a room made with another one. Raises LingrError ``id_unavailable``."""
        names = [keys.room(public_id).room, keys.moved_here(public_id)]
        run(self.engine, "room_claim", names, [room_id, change_id], safe=True)

    def claimed_by(self, public_id: str) -> str:
        """The change that took a public id; empty if none did."""
        claim = self.engine.command("GET", keys.moved_here(public_id), safe=True)
        return claim.split()[1].decode() if claim else ""

    def give_back(self, public_id: str, room_id: str, change_id: str = "") -> None:
        """Gives back a public id, if it was taken for the room, and by that change if one is named."""
        run(self.engine, "room_yield", [keys.moved_here(public_id)], [room_id, change_id], safe=True)

    def leave_for(self, room_id: str, change_id: str) -> None:
        """Announces a move, and makes an earlier one fail. Raises LingrError ``invalid_room``."""
        run(self.engine, "room_leave_for", [keys.room(room_id).room], [change_id], safe=True)

    def settings(self, room: Room, settings: Settings, *, change_id: str = "", public_id: str = "") -> Room:
        """Gives fields of the room's hash other values, None removing them; and tells every process.

        With the id of a move the room goes by that public id from then on. Raises LingrError ``invalid_room``
        when it went by another one than was known, ``id_unavailable``, and ``unavailable`` for a move
        that another one overtook.
        """
        removed = [name for name, value in settings.items() if value is None]
        pairs = [part for name, value in settings.items() if value is not None for part in (name, value)]
        names = (*keys.room(room.id, self.engine.database), keys.moved_here(room.id))
        moves_to = public_id if public_id != room.id else ""
        arguments: list[Argument] = [
            room.moved_to or "",
            change_id,
            moves_to,
            len(removed),
            *removed,
            *pairs,
        ]
        return room_of(room.id, hash_of(run(self.engine, "room_change", names, arguments, safe=True)[0]))

    def former_icons(self, room_id: str) -> list[str]:
        """The versions of icons that a room had until other settings took their place."""
        names = self.engine.command("HKEYS", keys.room(room_id, self.engine.database).room, safe=True)
        return [name.decode().removeprefix(_ICON) for name in names if name.startswith(_ICON.encode())]

    def forget_icons(self, room_id: str, versions: Sequence[str]) -> None:
        """Takes back that a room had these icons, after their files are gone."""
        room = keys.room(room_id, self.engine.database).room
        self.engine.command("HDEL", room, *(f"{_ICON}{one}" for one in versions), safe=True)

    def delete(self, room: Room, change_id: str, closed_for: int) -> list[tuple[str, str]]:
        """Deletes the room's keys, but for those that die by themselves; tells every process.

        No room is made with its id for so many milliseconds. Returns session and ticket of each occupant.
        Raises LingrError ``invalid_room``.
        """
        names = (*keys.room(room.id, self.engine.database), keys.closed(room.id))
        arguments: list[Argument] = [room.moved_to or "", change_id, closed_for]
        texts = [one.decode() for one in run(self.engine, "room_delete", names, arguments, safe=True)[0]]
        return list(zip(texts[::2], texts[1::2], strict=True))

    def forget(self, room: Room) -> None:
        """Takes a room out of its owner's list, the directory, and the list of rooms to sweep."""
        commands: list[tuple[Argument, ...]] = [
            ("ZREM", keys.listed_rooms(), room.id),
            ("ZREM", keys.occupied_rooms(), room.id),
        ]
        if room.owner_id is not None:
            commands.append(("SREM", keys.owned_rooms(room.owner_id), room.id))
        self.engine.commands(commands, safe=True)

    def fence(self, room_id: str, closed_for: int) -> bool:
        """Stops moves of a room that have begun, and returns whether it is there.

        One that is not is not made either, within so many milliseconds.
        """
        names = [keys.room(room_id).room, keys.closed(room_id)]
        return bool(run(self.engine, "room_fence", names, [closed_for], safe=True)[0])

    def size(self) -> int:
        """How many keys the data set has."""
        return int(self.engine.command("DBSIZE", safe=True))

    def erase(self, room_ids: Collection[str]) -> None:
        """Deletes what deleted rooms have left, and allows for rooms of these ids again.

        That is what requests and limits count and remember, whose keys nobody has a list of: it takes a
        walk through all keys.
        """
        of_rooms = tuple(f"{keys.room(room_id).room}:" for room_id in room_ids)
        cursor: Reply = b"0"
        while True:
            cursor, names = self.engine.command(
                "SCAN", cursor, "MATCH", keys.VOLATILE, "COUNT", SCANNED_AT_ONCE, safe=True
            )
            found = [name for name in names if name.decode("utf-8", "replace").startswith(of_rooms)]
            self._unlink(found)
            if cursor == b"0":
                break
        self._unlink([keys.closed(room_id) for room_id in room_ids])

    def _unlink(self, names: Sequence[str | bytes]) -> None:
        if names:
            self.engine.commands([("UNLINK", name) for name in names], safe=True)
