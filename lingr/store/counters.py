"""How far rooms are and what they are called, of several at once, for who reads along in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.mirror import Mirror


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
        if asked:
            replies = self.engine.commands([("HGET", self._room(one), "counter") for one in asked], safe=True)
            counters |= {one: int(raw) for one, raw in zip(asked, replies, strict=True) if raw is not None}
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
