"""What happens in a room, told to those whose polls wait there."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Protocol

import gevent
import structlog

from lingr.render import Rendered
from lingr.serving.burst import Later
from lingr.serving.connection import IDLE, Connection
from lingr.serving.crowds import Crowd, Crowds, ParkedRoom
from lingr.serving.door import Door
from lingr.serving.leisure import Leisure
from lingr.serving.times import Times
from lingr.values_watch import Common, Told

SLICE = 256
"""Answers sent before the rest of the process gets its turn."""

log = structlog.get_logger()


class Wire(Protocol):
    """What deliveries need of those who have the connections.

    When it ``is_leaving`` every connection ends with its answer.
    """

    is_leaving: bool

    def respond(self, conn: Connection, rendered: Rendered) -> None: ...

    def bytes_of(self, rendered: Rendered, *, close: bool) -> bytes: ...

    def send_later(self, conn: Connection, data: bytes, sent: int) -> None: ...

    def crowded(self, conn: Connection) -> None: ...

    def drop(self, conn: Connection) -> None: ...


class Delivery(NamedTuple):
    """What a crowd has coming: ``told``, with its ``news``, and the answer that all of them share.

    ``close`` says that their connections end with it.
    """

    crowd: Crowd
    close: bool
    told: Common[Any]
    news: Told
    shared: Rendered


class Deliveries:
    """Answers crowds. ``look`` has a single poll looked after that cannot be answered with its crowd.

    What goes to a few only is sent ``later``, which is told what to call. ``logged``: each answer goes into
    an access log.
    """

    def __init__(
        self,
        door: Door,
        wire: Wire,
        times: Times,
        later: Later,
        leisure: Leisure,
        look: Callable[[Connection], None],
        *,
        logged: bool,
    ) -> None:
        self._door = door
        self._wire = wire
        self._times = times
        self._later = later
        self._leisure = leisure
        self._look = look
        self._logged = logged
        self._under_way = 0

    @property
    def are_under_way(self) -> bool:
        """Whether answers are going out, with pauses, to more than one slice of connections."""
        return self._under_way > 0

    def tell(self, room: ParkedRoom) -> None:
        """Something happened in a room: tells all whose polls wait there what concerns them."""
        if room.alone:
            for conn in list(room.alone):
                self._look(conn)
        for crowds in list(room.kinds.values()):
            if crowds.answers:
                crowds.answers.clear()
            for crowd in list(crowds.by_key.values()):
                if not crowd.members:
                    crowds.remove(crowd)
                elif crowd.held.at_hand(room.room_id, crowd.counter):
                    self._tell(room, crowds, crowd)
                else:
                    gevent.spawn_raw(self._tell, room, crowds, crowd)

    def _tell(self, room: ParkedRoom, crowds: Crowds, crowd: Crowd) -> None:
        try:
            told = crowd.held.told(room.room_id, crowd.counter, crowd.roster)
            shared = crowd.held.common(told)
        except Exception as error:  # noqa: BLE001
            log.debug("put off", what="common answer", why=str(error))
            # Each of them finds out for itself what is wrong, and tells it in its own format.
            for conn in list(crowd.members):
                self._look(conn)
            return
        if shared is None or told.news is None:
            self._let_stand(crowds, crowd, told)
            return
        crowds.remove(crowd)
        if told.standing is not None:
            # Here they will stand when they come again.
            crowds.at(told.standing, crowd.held)
        delivery = Delivery(crowd, crowds.close, told, told.news, shared)
        members = list(crowd.members)
        if len(members) > SLICE:
            gevent.spawn_raw(self._deliver_all, delivery, members)
        else:
            self._later(partial(self._deliver, delivery, members))

    def _let_stand(self, crowds: Crowds, crowd: Crowd, told: Common[Any]) -> None:
        """There is nothing for the whole crowd; there may be for some of it."""
        for conn in list(crowd.members):
            home = conn.home
            if home is None or not home.good or (told.private and not told.suits(home.occupant)):
                self._look(conn)
        if told.private:
            crowds.fall_behind(crowd)

    def _deliver_all(self, delivery: Delivery, members: list[Connection]) -> None:
        """Delivers to more than one slice, with pauses in which others get their turn."""
        self._under_way += 1
        try:
            for start in range(0, len(members), SLICE):
                if start:
                    self._leisure.wait()
                some = members[start : start + SLICE]
                for conn in some:
                    if not conn.is_crowded and conn.crowd is delivery.crowd:
                        self._move(conn)
                self._deliver(delivery, some)
        finally:
            self._under_way -= 1

    def _move(self, conn: Connection) -> None:
        try:
            self._wire.crowded(conn)
        except Exception:
            # Nobody may hear it any more, and the others wait for their answer.
            log.exception("unspecified failure", what="crowd")
            self._wire.drop(conn)

    def _deliver(self, delivery: Delivery, members: list[Connection]) -> None:
        try:
            self._send(delivery, members)
        except Exception:
            log.exception("unspecified failure", what="delivery")
            for conn in members:
                if conn.crowd is delivery.crowd:
                    self._look(conn)

    def _respond(self, conn: Connection, shared: Rendered) -> None:
        try:
            self._wire.respond(conn, conn.held.wrap(shared) if conn.held is not None else shared)
        except Exception:
            # It stands nowhere by now, so nobody else would answer it.
            log.exception("unspecified failure", what="answer")
            self._wire.drop(conn)

    def _send(self, delivery: Delivery, members: list[Connection]) -> None:
        crowd, close, told, news, shared = delivery
        counter, roster = news.counter, None if news.occupants is None else news.roster
        asked = crowd.counter
        data = self._wire.bytes_of(shared, close=close)
        length = len(data)
        alike = not (crowd.held.wraps or close or self._logged or self._wire.is_leaving)
        private = told.private
        now, idle_until, write = self._door.clock(), self._times.idle_until, os.write
        for conn in members:
            home = conn.home
            if conn.crowd is not crowd or home is None:
                continue
            if not home.good or (private and not told.suits(home.occupant)):
                self._look(conn)
                continue
            conn.crowd = None
            # As `heard` does it, many thousand times a second.
            home.told, home.seen, home.asked = counter, now, asked
            if roster is not None:
                home.roster = roster
            if not alike or conn.more:
                self._respond(conn, shared)
                continue
            try:
                sent = write(conn.fd, data)
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
