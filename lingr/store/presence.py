"""Which rooms have somebody in them, and who looks after those that fell silent."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.leases import Lease


@dataclass(frozen=True, slots=True)
class Presence:
    """``lease`` is the sweeper's: whose process lets out who fell silent, and does what else one does."""

    engine: Engine
    lease: Lease

    def occupied(self, room_id: str, due: int) -> None:
        """Notes that a room has somebody in it, to be swept at ``due`` (ms) unless earlier."""
        self.engine.command("ZADD", keys.occupied_rooms(), "NX", due, room_id, safe=True)

    def reschedule(self, room_id: str, due: int) -> None:
        """Sets when a room is to be swept next."""
        self.engine.command("ZADD", keys.occupied_rooms(), due, room_id, safe=True)

    def empty(self, room_id: str) -> None:
        """Notes that nobody is in a room."""
        self.engine.command("ZREM", keys.occupied_rooms(), room_id, safe=True)

    def due(self, now: int, most: int) -> list[str]:
        """Up to ``most`` rooms whose sweep is due, the longest overdue first."""
        raw = self.engine.command(
            "ZRANGEBYSCORE", keys.occupied_rooms(), "-inf", now, "LIMIT", 0, most, safe=True
        )
        return [one.decode() for one in raw]
