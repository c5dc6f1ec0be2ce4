"""Parked polls: where they stand, who looks after them, how they end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import gevent
import structlog

from lingr.serving.burst import Later
from lingr.serving.connection import IDLE, PARKED, Connection
from lingr.serving.crowds import ParkedRoom
from lingr.serving.deliveries import SLICE, Deliveries, Wire
from lingr.serving.door import Door, Held
from lingr.serving.leisure import Leisure
from lingr.serving.times import Times
from lingr.values_user import UserWatch
from lingr.values_v2 import EventsWatch
from lingr.values_watch import AnyWatch
from lingr.waiting.block import others_of

LOOKERS = 500
"""Polls that are looked after by themselves at the same time."""

log = structlog.get_logger()


class Polls:
    """The parked polls of a worker. ``remember(conn, held, data)`` keeps what one consists of."""

    def __init__(
        self,
        door: Door,
        wire: Wire,
        times: Times,
        later: Later,
        leisure: Leisure,
        remember: Callable[[Connection, Held, bytes], None],
        *,
        logged: bool,
    ) -> None:
        self._door = door
        self._wire = wire
        self._times = times
        self._remember = remember
        self.deliveries = Deliveries(door, wire, times, later, leisure, self.look, logged=logged)
        self._rooms: dict[str, ParkedRoom] = {}
        self._looks: deque[Connection] = deque()
        self._lookers = 0

    def tell(self, room: ParkedRoom) -> None:
        """Something happened in a room."""
        self.deliveries.tell(room)

    def park(self, conn: Connection, held: Held, data: bytes) -> None:
        """Lets a connection's poll wait. ``data`` is the request."""
        self._give_back(conn)
        watch = held.watch
        room = self._visit(conn, watch.name)
        conn.state = PARKED
        conn.deadline = self._times.hold_until
        conn.held = held
        room.alone[conn] = None
        self._remember(conn, held, data)
        # Registered first, looked second: a message can then not fall between.
        conn.looking = True
        hub = self._door.hub
        hub.claim(watch.ticket, conn, shares=isinstance(watch, EventsWatch))
        hub.listen(conn, _heard(watch))
        if isinstance(watch, UserWatch):
            hub.overhear(room, watch.rooms)
        if hub.is_leaving:
            self.expire(conn)
        self._door.listener.follow(watch.name, *others_of(watch))
        self._look(conn)

    def look(self, conn: Connection) -> None:
        """Has somebody look whether there is anything to tell one connection's poll."""
        conn.quiet = None
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

    def _look_on(self) -> None:
        try:
            while self._looks:
                self._look_or_drop(self._looks.popleft())
        finally:
            self._lookers -= 1

    def _look_or_drop(self, conn: Connection) -> None:
        try:
            self._look(conn)
        except Exception:
            # Nobody else would look after it, or after those that wait their turn behind it.
            log.exception("unspecified failure", what="poll")
            self._wire.drop(conn)

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
        room = conn.room
        found = held.standing()
        if found is None or room is None:
            if _heard(held.watch):
                conn.quiet = held.watch.counter
            return
        home, standing = found
        crowds = room.crowds(held, conn.close)
        crowd = crowds.at(standing, held)
        if crowd is not None:
            room.alone.pop(conn, None)
            if not room.alone:
                # Emptied piece by piece it would keep its memory.
                room.alone.clear()
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
        return (conn.held or crowd.held).again(home, crowd.counter)

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
        self._door.hub.listen(conn, ())
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
        conn.held = conn.prefix = conn.home = conn.crowds = conn.quiet = None


def _heard(watch: AnyWatch) -> tuple[str, ...]:
    """What a connection itself listens to, between its polls, too: rooms whose news are for it alone."""
    return watch.rooms if isinstance(watch, EventsWatch) and len(watch.rooms) > 1 else ()
