"""How far rooms are and what they are called, of several at once, for who reads along in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Argument, Engine
from lingr.store.mirror import Mirror
from lingr.store.records import state_of


@dataclass(frozen=True, slots=True)
class Counters:
    """Answers from memory where this process follows a room."""

    engine: Engine
    mirror: Mirror

    def of(self, room_ids: Iterable[str], *, sure: bool = False) -> dict[str, int]:
        """The counters of rooms; those that are gone are left out. ``sure``: the engine is asked."""
        counters: dict[str, int] = {}
        asked = []
        for room_id in room_ids:
            state = None if sure else self.mirror.state(room_id)
            if state is None:
                asked.append(room_id)
            else:
                counters[room_id] = state.counter
        return counters | self._ask(asked) if asked else counters

    def _ask(self, room_ids: Sequence[str]) -> dict[str, int]:
        """The counters as the engine has them. Memory learns what it needs to tell them by itself."""
        followed = [self.mirror.rooms.get(one) for one in room_ids]
        generation = self.mirror.generation
        commands: list[tuple[Argument, ...]] = []
        for one in room_ids:
            names = keys.room(one, self.engine.database)
            commands.append(("HMGET", names.room, "counter", "roster", "timezone"))
            commands.append(("HLEN", names.occupants))
        replies = self.engine.commands(commands, safe=True)
        counters: dict[str, int] = {}
        for room_id, mirrored, fields, size in zip(
            room_ids, followed, replies[::2], replies[1::2], strict=True
        ):
            counter, roster, zone = fields
            if counter is None:
                continue
            counters[room_id] = int(counter)
            if mirrored is not None:
                mirrored.learn(state_of(counter, roster, size, zone, generation))
        return counters

    def public_id(self, room_id: str) -> str:
        """The id that a room goes by."""
        known = self.known_public_id(room_id)
        if known is not None:
            return known
        followed = self.mirror.rooms.get(room_id)
        roster = None if followed is None else followed.roster
        raw = self.engine.command("HGET", self._room(room_id), "moved_to", safe=True)
        public_id: str = raw.decode() if raw else room_id
        if followed is not None and followed.roster == roster:
            followed.public_id = public_id
        return public_id

    def known_public_id(self, room_id: str) -> str | None:
        """The same without waiting: None if the engine would have to be asked."""
        followed = self.mirror.rooms.get(room_id)
        return None if followed is None else followed.public_id

    def _room(self, room_id: str) -> str:
        return keys.room(room_id, self.engine.database).room
