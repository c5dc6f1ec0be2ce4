"""Tickets as polls see them: who holds one, which process serves it, how far it has been told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.mirror import Home, Mirror
from lingr.store.records import from_json
from lingr.store.scripts import run
from lingr.values import Occupant, RoomState


@dataclass(slots=True)
class Tickets:
    """``process`` names this process among all that serve the data set."""

    engine: Engine
    mirror: Mirror
    process: str
    _pending: dict[str, dict[str, int | None]] = field(default_factory=dict)

    def home(self, room_id: str, ticket: str, session_id: str, *, now: int, oldest: int) -> Home:
        """The record of a ticket whose poll this process serves, from memory if opened since ``oldest``.

        Raises LingrError ``invalid_ticket``.
        """
        followed = self.mirror.rooms.get(room_id)
        known = followed.homes.get(ticket) if followed is not None else None
        if known is not None and known.opened >= oldest and known.session_id == session_id:
            return known
        occupant, _, moved, suspect = self._open(room_id, ticket, session_id, now, self.process)
        home = Home(ticket, session_id, room_id, occupant, now, moved, suspect)
        home.told = self._pending.get(room_id, {}).get(ticket)
        if followed is not None and self.mirror.rooms.get(room_id) is followed:
            if known is not None and not moved:
                home.told = known.told if home.told is None else home.told
                home.roster = known.roster
            followed.homes[ticket] = home
        return home

    def look(self, room_id: str, ticket: str, session_id: str, *, now: int) -> tuple[Occupant, int | None]:
        """Who holds a ticket and how far it was told; counts as a poll, and changes no home.

        Raises LingrError ``invalid_ticket``.
        """
        occupant, position, _, _ = self._open(room_id, ticket, session_id, now, "")
        return occupant, position

    def stale(self, home: Home, counter: int | None) -> int:
        """Counts a poll with a stale counter (None: one that is not stale); returns how many in a row."""
        arguments = [home.ticket, "" if counter is None else counter]
        return int(
            run(self.engine, "ticket_stale", keys.room(home.room_id, self.engine.database), arguments)[0]
        )

    def tell(self, home: Home, counter: int) -> None:
        """Notes how far the holder has been told; ``flush`` writes it down."""
        home.told = counter
        self._pending.setdefault(home.room_id, {})[home.ticket] = counter

    def seen(self, home: Home) -> None:
        """Notes that the holder polls; ``flush`` writes it down."""
        self._pending.setdefault(home.room_id, {}).setdefault(home.ticket, None)

    def flush(self, now: int, rooms: Iterable[str] | None = None) -> None:
        """Writes down what was noted, of some rooms or of all: one script per room."""
        for room_id in list(self._pending if rooms is None else rooms):
            noted = self._pending.pop(room_id, None)
            if noted:
                self._write_down(room_id, noted, now)

    def _write_down(self, room_id: str, noted: dict[str, int | None], now: int) -> None:
        arguments: list[str | int] = [now]
        for ticket, told in noted.items():
            arguments += [ticket, "" if told is None else told]
        try:
            run(self.engine, "tickets_seen", keys.room(room_id, self.engine.database), arguments, safe=True)
        except Exception:
            self._pending[room_id] = {**noted, **self._pending.get(room_id, {})}
            raise

    def _open(
        self, room_id: str, ticket: str, session_id: str, now: int, process: str
    ) -> tuple[Occupant, int | None, bool, bool]:
        followed = self.mirror.rooms.get(room_id)
        generation = self.mirror.generation
        json, position, moved, suspect, counter, roster, size, zone = run(
            self.engine,
            "ticket_open",
            keys.room(room_id, self.engine.database),
            [ticket, session_id, now, process],
            safe=True,
        )
        if followed is not None:
            followed.learn(RoomState(int(counter), int(roster), size, zone.decode(), generation))
        return from_json(json, Occupant), int(position) if position else None, bool(moved), bool(suspect)
