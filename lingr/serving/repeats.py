"""Polls that are the last one of their connection but for the counter: compared, not read."""

from __future__ import annotations

import re
from typing import Protocol

from lingr.render import Rendered
from lingr.serving.connection import PARKED, Connection
from lingr.serving.crowds import Crowds
from lingr.serving.door import Door, Held
from lingr.serving.times import Times
from lingr.store.mirror import Home
from lingr.values_watch import Told

MOST_SUFFIXES = 1000
ROOM_BYTES = 8

_COUNTER = re.compile(rb"[?&]counter=(0|[1-9][0-9]{0,14})(?=[& ])")


class Wire(Protocol):
    """What repeats need of those who have the connections."""

    def respond(self, conn: Connection, rendered: Rendered) -> None: ...

    def send(self, conn: Connection, data: bytes) -> None: ...

    def bytes_of(self, rendered: Rendered, *, close: bool) -> bytes: ...


class Repeats:
    """Knows a poll again. ``logged``: it had better be read, for an access log."""

    def __init__(self, door: Door, wire: Wire, times: Times, *, logged: bool) -> None:
        self._door = door
        self._wire = wire
        self._times = times
        self._logged = logged
        self._suffixes: dict[bytes, bytes] = {}

    def repeated(self, conn: Connection, data: bytes) -> bool:
        """Sees to a poll that is the connection's last one but for its counter; returns whether it could.

        Everything that `observe` would ask is known then: the session and the ticket are good, and the
        counter was told to this ticket. If it is the newest, and the roster the one it knows, the poll is
        parked.
        """
        prefix, suffix = conn.prefix, conn.suffix
        if prefix is None or self._logged or not (data.startswith(prefix) and data.endswith(suffix)):
            return False
        counter = data[len(prefix) : -len(suffix)]
        crowds, home = conn.crowds, conn.home
        if crowds is None or home is None:
            return self._rest(conn, counter)
        if not home.good or home.suspect:
            return False
        crowd = crowds.by_key.get(counter)
        if crowd is None:
            return (
                home.told is not None and counter == b"%d" % home.told and self._catch_up(conn, crowds, home)
            )
        roster = crowd.roster
        if home.told != crowd.counter or (roster is not None and roster != home.roster):
            return False
        conn.state = PARKED
        conn.deadline = self._times.hold_until
        conn.crowd = crowd
        crowd.members[conn] = None
        return True

    def _rest(self, conn: Connection, counter: bytes) -> bool:
        """Parks a poll that stands alone, if it was looked at in vain and nothing has come since."""
        room = conn.room
        if room is None or conn.held is None or conn.quiet is None or counter != b"%d" % conn.quiet:
            return False
        conn.state = PARKED
        conn.deadline = self._times.hold_until
        room.alone[conn] = None
        return True

    def _catch_up(self, conn: Connection, crowds: Crowds, home: Home) -> bool:
        """Answers a poll at once, if memory knows what has happened since what its holder was told last."""
        held, told, now = conn.held or crowds.held, home.told, int(self._times.now)
        if told is None:
            return False
        if crowds.answers_of != now:
            # They carry a date.
            crowds.answers_of = now
            crowds.answers.clear()
        answer = crowds.answers.get(told)
        if answer is None:
            answer = self._answer_from(conn, held, told, home.roster)
            if answer is None:
                return False
            crowds.answers[told] = answer
        news, shared, data = answer
        home.asked = told
        home.heard(news.counter, None if news.occupants is None else news.roster, self._door.clock())
        if held.wraps:
            self._wire.respond(conn, held.wrap(shared))
        else:
            self._wire.send(conn, data)
        return True

    def _answer_from(
        self, conn: Connection, held: Held, counter: int, roster: int | None
    ) -> tuple[Told, Rendered, bytes] | None:
        """What everybody hears who stands there, if it is at hand and the same for all."""
        room = conn.room
        if room is None or not held.at_hand(room.room_id, counter):
            return None
        told = held.told(room.room_id, counter, roster)
        shared = held.common(told)
        if shared is None or told.news is None or told.private or told.news.counter == counter:
            return None
        return told.news, shared, self._wire.bytes_of(shared, close=False)

    def remember(self, conn: Connection, held: Held, data: bytes) -> None:
        """Keeps what a poll consists of, so that its repetition needs no reading."""
        line_end = data.index(b"\r")
        counter = _COUNTER.search(data, 0, line_end)
        if counter is None or int(counter[1]) != held.watch.counter:
            return
        # The parameter must be there once, and not under a name that is written in another way.
        if conn.close or data.count(b"counter=", 0, line_end) != 1 or b"%" in data[:line_end]:
            return
        if len(self._suffixes) >= MOST_SUFFIXES:
            self._suffixes.clear()
        # A few digits more at most; what is longer is read in two pieces.
        conn.size = len(data) + ROOM_BYTES
        suffix = data[counter.end(1) :]
        conn.prefix, conn.suffix = data[: counter.start(1)], self._suffixes.setdefault(suffix, suffix)
