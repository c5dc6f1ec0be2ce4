"""Parked polls: where they stand, how they are told, how they end."""

from __future__ import annotations

import random
import re
import time
from collections import deque
from typing import Protocol

import gevent
import structlog

from lingr.render import Rendered
from lingr.serving.connection import IDLE, PARKED, Connection
from lingr.serving.crowds import Crowd, Crowds, ParkedRoom
from lingr.serving.door import Door, Held
from lingr.store.mirror import Home
from lingr.values import Common, News, Watch

SLICE = 128
"""Answers sent before the rest of the process gets its turn."""

REST_SECONDS = 1e-6
"""Long enough for the loop to look at its sockets, which a pause of 0 is not."""

LOOKERS = 500
"""Polls that are looked after by themselves at the same time."""

UNKNOWN_ROSTER = -1
"""No version of a roster."""

MOST_SUFFIXES = 1000
ROOM_BYTES = 8

_COUNTER = re.compile(rb"[?&]counter=(0|[1-9][0-9]{0,14})(?=[& ])")

log = structlog.get_logger()


class Wire(Protocol):
    """What polls need of those who have the connections."""

    requests: int

    def respond(self, conn: Connection, rendered: Rendered) -> None: ...

    def send(self, conn: Connection, data: bytes) -> None: ...

    def bytes_of(self, rendered: Rendered, *, close: bool) -> bytes: ...

    def send_later(self, conn: Connection, data: bytes, sent: int) -> None: ...

    def drop(self, conn: Connection) -> None: ...

    def crowded(self, conn: Connection) -> None: ...


class Polls:
    """The parked polls of a worker."""

    def __init__(self, door: Door, wire: Wire, keepalive: float, *, logged: bool) -> None:
        self._door = door
        self._wire = wire
        self._keepalive = keepalive
        self._logged = logged
        self._rooms: dict[str, ParkedRoom] = {}
        self._suffixes: dict[bytes, bytes] = {}
        self._looks: deque[Connection] = deque()
        self._lookers = self._deliveries = 0
        self._now = self._hold_until = self._idle_until = 0.0

    @property
    def is_delivering(self) -> bool:
        """Whether answers are going out, with pauses, to more than one slice of connections."""
        return self._deliveries > 0

    def tick(self) -> None:
        """Tells the time. Whoever parks before the next tick is held equally long, which is jitter enough."""
        now = self._now = time.monotonic()
        # Up to a tenth less, at random, so that a crowd that came together does not return together.
        self._hold_until = now + self._door.hold_seconds * random.uniform(0.9, 0.99)
        self._idle_until = now + self._keepalive

    def repeated(self, conn: Connection, data: bytes) -> bool:
        """Sees to a poll that is the connection's last one but for its counter; returns whether it could.

        Everything that `observe` would ask is known then: the session and the ticket are good, and the
        counter was told to this ticket. If it is the newest, and the roster the one it knows, the poll is
        parked.
        """
        if self._logged:
            return False
        prefix, suffix, crowds, home = conn.prefix, conn.suffix, conn.crowds, conn.home
        if prefix is None or crowds is None or home is None:
            return False
        if not (data.startswith(prefix) and data.endswith(suffix)):
            return False
        counter = data[len(prefix) : -len(suffix)]
        crowd = crowds.by_key.get(counter)
        if not home.good or home.suspect:
            return False
        if crowd is None:
            return (
                home.told is not None and counter == b"%d" % home.told and self._catch_up(conn, crowds, home)
            )
        if home.told != crowd.counter:
            return False
        if crowd.roster is not None and crowd.roster != home.roster:
            return False
        self._wire.requests += 1
        conn.state = PARKED
        conn.deadline = self._hold_until
        conn.crowd = crowd
        crowd.members[conn] = None
        return True

    def _catch_up(self, conn: Connection, crowds: Crowds, home: Home) -> bool:
        """Answers a poll at once, if memory knows what has happened since what its holder was told last."""
        held, told, now = conn.held, home.told, int(self._now)
        if held is None or told is None:
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
        self._wire.requests += 1
        home.heard(news.counter, None if news.occupants is None else news.roster, self._door.clock())
        if held.wraps:
            self._wire.respond(conn, held.wrap(shared))
        else:
            self._wire.send(conn, data)
        return True

    def _answer_from(
        self, conn: Connection, held: Held, counter: int, roster: int | None
    ) -> tuple[News, Rendered, bytes] | None:
        """What everybody hears who stands there, if it is at hand and the same for all."""
        room = conn.room
        if room is None or not self._door.at_hand(room.room_id, counter):
            return None
        told = self._door.common(room.room_id, counter, -1 if roster is None else roster)
        shared = held.common(told)
        if shared is None or told.news is None or told.private or told.news.counter == counter:
            return None
        return told.news, shared, self._wire.bytes_of(shared, close=False)

    def park(self, conn: Connection, held: Held, data: bytes) -> None:
        """Lets a connection's poll wait. ``data`` is the request."""
        self._give_back(conn)
        room = self._visit(conn, held.watch.room_id)
        conn.state = PARKED
        conn.deadline = self._hold_until
        conn.held = held
        room.alone[conn] = None
        self._remember(conn, held, data)
        # Registered first, looked second: a message can then not fall between.
        conn.looking = True
        self._door.hub.claim(held.watch.ticket, conn)
        if self._door.hub.is_leaving:
            self.expire(conn)
        self._door.listener.follow(held.watch.room_id)
        self._look(conn)

    def look(self, conn: Connection) -> None:
        """Has somebody look whether there is anything to tell one connection's poll."""
        if conn.state is not PARKED:
            return
        if conn.looking:
            conn.again = True
            return
        self._stand_alone(conn)
        conn.looking = True
        self._looks.append(conn)
        if self._lookers < LOOKERS:
            self._lookers += 1
            gevent.spawn_raw(self._look_on)

    def expire(self, conn: Connection) -> None:
        """Answers a poll as when its time is up."""
        held = self._held(conn)
        if conn.state is PARKED and held is not None:
            self._over(conn)
            self._wire.respond(conn, held.expire())

    def expire_all(self, room: ParkedRoom) -> None:
        """Answers all polls of a room as when their time is up."""
        for conn in room.parked():
            self.expire(conn)

    def forget(self, conn: Connection) -> None:
        """A connection is gone, or somebody else's from now on; a poll of its is over."""
        held = self._held(conn)
        if conn.state is PARKED and held is not None:
            self._over(conn)
            held.end()
        conn.state = IDLE
        self._leave(conn)

    def tell(self, room: ParkedRoom) -> None:
        """Something happened in a room: tells all whose polls wait there what concerns them."""
        for conn in list(room.alone):
            self.look(conn)
        for crowds in list(room.kinds.values()):
            crowds.answers.clear()
            for crowd in list(crowds.by_key.values()):
                if not crowd.members:
                    crowds.remove(crowd)
                elif self._door.at_hand(room.room_id, crowd.counter):
                    self._tell(room, crowds, crowd)
                else:
                    gevent.spawn_raw(self._tell, room, crowds, crowd)

    def _tell(self, room: ParkedRoom, crowds: Crowds, crowd: Crowd) -> None:
        try:
            roster = UNKNOWN_ROSTER if crowd.roster is None else crowd.roster
            told = self._door.common(room.room_id, crowd.counter, roster)
            shared = crowd.held.common(told)
        except Exception as error:  # noqa: BLE001
            log.debug("put off", what="common answer", why=str(error))
            # Each of them finds out for itself what is wrong, and tells it in its own format.
            for conn in list(crowd.members):
                self.look(conn)
            return
        if shared is None or told.news is None:
            self._let_stand(crowds, crowd, told)
            return
        crowds.remove(crowd)
        if told.standing is not None:
            # Here they will stand when they come again.
            crowds.at(told.standing, crowd.held)
        if len(crowd.members) > SLICE:
            gevent.spawn_raw(self._deliver, crowds, crowd, told, told.news, shared)
        else:
            self._deliver(crowds, crowd, told, told.news, shared)

    def _let_stand(self, crowds: Crowds, crowd: Crowd, told: Common) -> None:
        """There is nothing for the whole crowd; there may be for some of it."""
        for conn in list(crowd.members):
            home = conn.home
            if home is None or not home.good or (told.private and not told.suits(home.occupant)):
                self.look(conn)
        if told.private:
            crowds.fall_behind(crowd)

    def _deliver(self, crowds: Crowds, crowd: Crowd, told: Common, news: News, shared: Rendered) -> None:
        """Sends all of a crowd what they share, with pauses in which others get their turn."""
        members = list(crowd.members)
        self._deliveries += 1
        try:
            for start in range(0, len(members), SLICE):
                if start:
                    gevent.sleep(REST_SECONDS)
                self._deliver_slice(members[start : start + SLICE], crowds.close, crowd, told, news, shared)
        finally:
            self._deliveries -= 1

    def _deliver_slice(
        self,
        members: list[Connection],
        close: bool,
        crowd: Crowd,
        told: Common,
        news: News,
        shared: Rendered,
    ) -> None:
        counter, roster = news.counter, None if news.occupants is None else news.roster
        data = self._wire.bytes_of(shared, close=close)
        length = len(data)
        alike = not (crowd.held.wraps or close or self._logged)
        now, idle_until = self._door.clock(), self._idle_until
        for conn in members:
            home = conn.home
            if conn.crowd is not crowd or home is None:
                continue
            if not home.good or (told.private and not told.suits(home.occupant)):
                self.look(conn)
                continue
            conn.crowd = None
            home.heard(counter, roster, now)
            if not alike or conn.more:
                self._wire.respond(conn, conn.held.wrap(shared) if conn.held is not None else shared)
                continue
            try:
                sent = conn.sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._wire.drop(conn)
                continue
            if sent == length:
                conn.state = IDLE
                conn.deadline = idle_until
            else:
                self._wire.send_later(conn, data, sent)

    def _look_on(self) -> None:
        try:
            while self._looks:
                self._look(self._looks.popleft())
        finally:
            self._lookers -= 1

    def _look(self, conn: Connection) -> None:
        held = conn.held
        while held is not None and conn.held is held and conn.state is PARKED:
            conn.again = False
            answer = held.resume()
            if conn.held is not held or conn.state is not PARKED:
                return
            if answer is not None:
                conn.looking = False
                self._over(conn)
                held.end()
                self._wire.respond(conn, answer)
            elif conn.ended:
                self.expire(conn)
            elif not conn.again:
                conn.looking = False
                self._settle(conn, held)
                return

    def _settle(self, conn: Connection, held: Held) -> None:
        """Puts a poll that was just looked at, in vain, where it needs no looking at by itself."""
        found, room = self._door.standing(held.watch), conn.room
        if found is None or room is None:
            return
        home, standing = found
        crowds = room.crowds(held, conn.close)
        crowd = crowds.at(standing, held)
        if crowd is not None:
            room.alone.pop(conn, None)
            conn.home, conn.crowds, conn.crowd = home, crowds, crowd
            crowd.members[conn] = None
            if len(crowd.members) > SLICE:
                self._wire.crowded(conn)
            if not held.wraps:
                conn.held = None

    @staticmethod
    def _held(conn: Connection) -> Held | None:
        """A connection's poll; one that stands in a crowd is made when it is needed."""
        crowd, home = conn.crowd, conn.home
        if crowd is None or home is None:
            return conn.held
        roster = UNKNOWN_ROSTER if home.roster is None else home.roster
        watch = Watch(home.room_id, home.session_id, home.ticket, crowd.counter, roster)
        return (conn.held or crowd.held).like(watch)

    def _stand_alone(self, conn: Connection) -> None:
        crowd, room = conn.crowd, conn.room
        if crowd is None or room is None:
            return
        conn.held = self._held(conn)
        crowd.members.pop(conn, None)
        conn.crowd = None
        room.alone[conn] = None

    def _over(self, conn: Connection) -> None:
        """A poll waits no longer."""
        conn.state = IDLE
        if conn.crowd is not None:
            conn.crowd.members.pop(conn, None)
            conn.crowd = None
        elif conn.room is not None:
            conn.room.alone.pop(conn, None)
        if conn.looking:
            # Whoever looks will see by this that it is too late.
            self._give_back(conn)
            conn.looking = False

    def _visit(self, conn: Connection, room_id: str) -> ParkedRoom:
        room = conn.room
        if room is None or room.room_id != room_id:
            self._leave(conn)
            room = self._rooms.get(room_id)
            if room is None:
                room = self._rooms[room_id] = ParkedRoom(room_id, self)
                self._door.hub.attend(room_id, room)
            room.visitors += 1
            conn.room = room
        return room

    def _leave(self, conn: Connection) -> None:
        room, conn.room = conn.room, None
        self._give_back(conn)
        if room is not None:
            room.visitors -= 1
            if not room.visitors:
                del self._rooms[room.room_id]
                self._door.hub.unregister(room)

    def _give_back(self, conn: Connection) -> None:
        """The connection no longer speaks for its ticket."""
        if conn.home is not None:
            self._door.hub.release(conn.home.ticket, conn)
        elif conn.held is not None:
            self._door.hub.release(conn.held.watch.ticket, conn)
        conn.held = conn.prefix = conn.home = conn.crowds = None

    def _remember(self, conn: Connection, held: Held, data: bytes) -> None:
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
