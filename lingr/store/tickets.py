"""Tickets as polls see them: who holds one, which process serves it, how far it has been told."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lingr.store import keys
from lingr.store.client import Engine
from lingr.store.mirror import Home, Mirror
from lingr.store.records import from_json, state_of
from lingr.store.scripts import run
from lingr.values import Holder

AT_ONCE = 500
"""Tickets that one script writes down."""


@dataclass(slots=True)
class Flushed:
    """What the engine said when tickets were written down.

    ``sessions`` are those of holders who were there, ``gone`` tickets that are void, ``behind`` rooms in
    which more has happened than this process has heard.
    """

    sessions: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


class Opened(NamedTuple):
    """What the engine says of a ticket.

    ``position`` is the counter last told, as far as it was written down; ``settled`` says that this holds
    for all its homes before the present one. ``turn`` and ``suspect`` are those of a `Home`.
    """

    occupant: Holder
    position: int | None
    turn: int
    settled: bool
    suspect: bool


@dataclass(slots=True)
class Tickets:
    """``process`` names this process among all that serve the data set.

    That a holder is there is written down every ``refresh`` milliseconds at most, with the time at which
    it was last seen, so polling costs the engine next to nothing.
    """

    engine: Engine
    mirror: Mirror
    process: str
    refresh: int
    _round: deque[Home] = field(default_factory=deque)
    _due: dict[str, dict[tuple[str, int], tuple[Home, int | None]]] = field(default_factory=dict)

    def home(self, room_id: str, ticket: str, session_id: str, *, now: int, oldest: int) -> Home:
        """The record of a ticket whose poll this process serves, from memory if checked since ``oldest``.

        Raises LingrError ``invalid_ticket``.
        """
        self._take_lost()
        followed = self.mirror.rooms.get(room_id)
        home = followed.homes.get(ticket) if followed is not None else None
        if home is not None and home.session_id == session_id and home.good and home.checked >= oldest:
            return home
        if followed is not None:
            followed.opening.setdefault(ticket, 0)
        try:
            opened = self._open(room_id, ticket, session_id, now, self.process)
        finally:
            announced = followed.opening.pop(ticket, 0) if followed is not None else 0
        # Another poll of the ticket may have got here first.
        former = followed.homes.get(ticket) if followed is not None else None
        if former is not None and former.turn >= opened.turn:
            former.occupant, former.checked = opened.occupant, now
            former.suspect, former.good = opened.suspect, True
            return former
        room_id = sys.intern(room_id)
        home = Home(ticket, session_id, room_id, opened.occupant, now, opened.turn, opened.suspect)
        home.seen = home.noted = now
        home.told = self._due.get(room_id, {}).get((ticket, opened.turn), (home, None))[1]
        if followed is not None and self.mirror.rooms.get(room_id) is followed and announced <= opened.turn:
            followed.drop(ticket)
            followed.homes[ticket] = home
            self._list(home)
        if former is not None:
            # It went elsewhere and came back before this process heard of it.
            self.hand_over([former], now)
        return home

    def look(self, room_id: str, ticket: str, session_id: str, *, now: int) -> Opened:
        """Who holds a ticket and how far it was told; counts as a poll, and changes no home.

        Raises LingrError ``invalid_ticket``.
        """
        return self._open(room_id, ticket, session_id, now, "")

    def stale(self, home: Home, counter: int | None) -> int:
        """Counts a poll with a stale counter (None: one that is not stale); returns how many in a row."""
        arguments = [home.ticket, "" if counter is None else counter]
        return int(
            run(self.engine, "ticket_stale", keys.room(home.room_id, self.engine.database), arguments)[0]
        )

    def seen(self, home: Home, now: int) -> None:
        """Notes that the holder is here; a flush writes it down when it is time to."""
        home.seen = now
        if not home.listed and home.good and now >= home.noted + self.refresh:
            self.note(home)
            self._list(home)

    def note(self, home: Home) -> None:
        """Has the next flush write down how far the holder was told, and when it was here."""
        self._note(home, home.told)

    def hand_over(self, homes: Iterable[Home], now: int) -> None:
        """Writes down how far holders were told whose polls another process serves from now on.

        Once that process has noted what it told them itself, this comes too late and is not taken.
        """
        left = [(home, home.told) for home in homes]
        for home, _ in left:
            home.told = None
        while left:
            try:
                self._write_down(left[0][0].room_id, left[:1], now, Flushed(), over=True)
            except Exception:
                for home, told in left:
                    self._note(home, told)
                raise
            del left[0]

    def flush(
        self, now: int, *, polling: Callable[[str], bool] = lambda ticket: False, rooms: Iterable[str] = ()
    ) -> Flushed:
        """Writes down what is due, in some rooms or in all, and has the engine check those tickets.

        ``polling`` tells whether a ticket's holder is waiting right now.
        """
        self._take_lost()
        if not rooms:
            self._go_round(now, polling)
        flushed = Flushed()
        for room_id in list(rooms or self._due):
            noted = list(self._due.pop(room_id, {}).values())
            try:
                while noted:
                    self._write_down(room_id, noted[:AT_ONCE], now, flushed)
                    del noted[:AT_ONCE]
            except Exception:
                newer = self._due.pop(room_id, {}).values()
                for home, told in (*noted, *newer):
                    self._note(home, told)
                raise
        return flushed

    def _note(self, home: Home, told: int | None) -> None:
        due = self._due.setdefault(home.room_id, {})
        key = home.ticket, home.turn
        if told is None and key in due:
            told = due[key][1]
        due[key] = home, told

    def _take_lost(self) -> None:
        # What a lost home was told is written down soon, and not again later: another home may follow it.
        while self.mirror.lost:
            home = self.mirror.lost.pop()
            if home.ticket == home.session_id:
                # A session that hears several rooms; how far it was told is not kept by them.
                continue
            if home.told != home.written:
                self.note(home)
            home.told = None

    def _list(self, home: Home) -> None:
        home.listed = True
        self._round.append(home)

    def _go_round(self, now: int, polling: Callable[[str], bool]) -> None:
        while self._round and self._round[0].noted <= now - self.refresh:
            home = self._round.popleft()
            home.listed = False
            if home.good and polling(home.ticket):
                home.seen = now
            if home.seen > home.noted:
                self.note(home)
                home.noted = now
                if home.good:
                    self._list(home)

    def _write_down(
        self,
        room_id: str,
        noted: list[tuple[Home, int | None]],
        now: int,
        flushed: Flushed,
        *,
        over: bool = False,
    ) -> None:
        followed = self.mirror.rooms.get(room_id)
        generation = self.mirror.generation
        arguments: list[str | int] = []
        for home, told in noted:
            arguments += [home.ticket, home.seen, home.turn, "" if told is None else told, int(over)]
        counter, roster, size, zone, *gone = run(
            self.engine, "tickets_seen", keys.room(room_id, self.engine.database), arguments, safe=True
        )
        void = {ticket.decode() for ticket in gone}
        for home, told in noted:
            home.written = told
            if home.ticket in void:
                home.good = False
            else:
                home.checked = now
                flushed.sessions.append(home.session_id)
        flushed.gone += void
        if followed is None or counter is None:
            return
        for ticket in void:
            followed.drop(ticket)
        if followed.counter is None or followed.counter < int(counter):
            flushed.behind.append(room_id)
        followed.learn(state_of(counter, roster, size, zone, generation))

    def _open(self, room_id: str, ticket: str, session_id: str, now: int, process: str) -> Opened:
        followed = self.mirror.rooms.get(room_id)
        generation = self.mirror.generation
        json, position, turn, settled, suspect, counter, roster, size, zone = run(
            self.engine,
            "ticket_open",
            keys.room(room_id, self.engine.database),
            [ticket, session_id, now, process, int(followed is not None)],
            safe=True,
        )
        if followed is not None:
            followed.learn(state_of(counter, roster, size, zone, generation))
        told = int(position) if position else None
        return Opened(from_json(json, Holder), told, int(turn), bool(settled), bool(suspect))
