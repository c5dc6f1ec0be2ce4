"""Which rooms have somebody in them, and who looks after those that fell silent."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.scripts import run


@dataclass(frozen=True, slots=True)
class Presence:
    """``process`` names this process among all that serve the data set."""

    engine: Engine
    process: str

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

    def hold_lease(self, milliseconds: int) -> bool:
        """Whether this process sweeps now; no other one does for so long."""
        return bool(
            run(self.engine, "lease_hold", [keys.sweeper()], [self.process, milliseconds], safe=True)[0]
        )
