"""Connections without greenlets: the requests that most clients send, and polls that wait.

A request that `ordinary` recognises is answered here, without WSGI; any other goes to gunicorn with the bytes
already read, and the connection comes back afterwards. A poll that waits is its connection and a place in a
crowd, nothing else.
"""

from __future__ import annotations

import contextlib
import os
import select
import time

import structlog

from lingr.render import Rendered
from lingr.serving.answers import Answers
from lingr.serving.burst import Burst
from lingr.serving.calls import Calls
from lingr.serving.connection import BUSY, CLOSED, IDLE, PARKED, SENDING, Connection, Connections
from lingr.serving.door import Door
from lingr.serving.leisure import Leisure
from lingr.serving.manners import Manners
from lingr.serving.ordinary import MOST_BYTES, recognise
from lingr.serving.polls import Polls
from lingr.serving.repeats import Repeats
from lingr.serving.sayings import Sayings
from lingr.serving.times import Times
from lingr.serving.watched import Watched

IN = select.EPOLLIN
AT_ONCE = 512
"""Connections that are seen to before the rest of the process gets its turn."""

CROWDED = 64
"""The same for those who poll in crowds."""

BESIDE = 8
"""And for these while answers go out to a crowd: they go first."""

STALLED_SECONDS = 30.0
"""How long a reader of an answer may stand still."""

log = structlog.get_logger()


class Parking:
    """All connections of a worker that gunicorn does not have just now."""

    def __init__(self, door: Door, answers: Answers, manners: Manners) -> None:
        self._door = door
        self._answers = answers
        self._manners = manners
        logged = manners.log is not None
        self._times = Times(door.hold_seconds, manners.keepalive)
        self._repeats = Repeats(door, self, self._times, logged=logged)
        burst, leisure = Burst(), Leisure()
        self._polls = Polls(
            door, self, self._times, burst.put, leisure, self._repeats.remember, logged=logged
        )
        self._sayings = Sayings(door, self, burst.put, manners.most_bytes, logged=logged)
        self._calls = Calls(door, self, self._polls, self._sayings)
        self._connections = Connections()
        # Those who poll in a crowd keep nobody else waiting, however many they are.
        self._few: Watched = Watched(lambda: self._see_to(self._few, AT_ONCE))
        self._many: Watched = Watched(
            lambda: self._see_to(self._many, BESIDE if self._polls.deliveries.are_under_way else CROWDED),
            leisure,
        )
        self.requests = 0
        self.is_leaving = False

    def __len__(self) -> int:
        return len(self._connections)

    def take(self, fd: int, host: str, *, used: bool = False) -> None:
        """Takes a connection: a fresh one, or one that gunicorn has answered."""
        os.set_blocking(fd, False)
        conn = Connection(self._polls, fd, host, time.monotonic() + self._manners.keepalive)
        conn.used = used
        self._connections.add(conn)
        self._few.add(fd)
        if self.is_leaving and used:
            self.drop(conn)

    def respond(self, conn: Connection, rendered: Rendered) -> None:
        """Answers a connection's request."""
        self.send(conn, self.bytes_of(rendered, close=conn.close))

    def bytes_of(self, rendered: Rendered, *, close: bool) -> bytes:
        """A whole answer; in a leaving process every connection ends with its answer."""
        return self._answers.of(rendered, close=close or self.is_leaving)

    def send(self, conn: Connection, data: bytes) -> None:
        """Sends a whole answer; the connection is then idle again, or closed. It never waits."""
        if conn.state is CLOSED:
            return
        if conn.logged is not None and self._manners.log is not None:
            self._manners.log.end(conn.logged, data)
            conn.logged = None
        try:
            sent = os.write(conn.fd, data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.drop(conn)
            return
        if sent < len(data):
            self.send_later(conn, data, sent)
        else:
            self._answered(conn)

    def send_later(self, conn: Connection, data: bytes, sent: int) -> None:
        """Sends the rest when the client is ready to read it; the data is not copied."""
        conn.unsent = memoryview(data)[sent:]
        conn.state = SENDING
        conn.deadline = time.monotonic() + STALLED_SECONDS
        self._set_of(conn).want_room(conn.fd, True)

    def drop(self, conn: Connection) -> None:
        """Closes a connection, whatever it is doing."""
        if conn.state is CLOSED:
            return
        fd = self._connections.remove(conn)
        with contextlib.suppress(OSError):
            os.close(fd)
        self._forget(conn)

    def _forget(self, conn: Connection) -> None:
        try:
            self._polls.forget(conn)
        except Exception:
            # Who drops one connection has others to see to.
            log.exception("unspecified failure", what="farewell")
        conn.state = CLOSED

    def turn(self) -> None:
        """Ends what has lasted too long."""
        now = time.monotonic()
        self._times.tick()
        self._calls.hasten()
        for conn in self._connections:
            if conn.deadline > now:
                continue
            if conn.state is PARKED:
                self._expire(conn)
            elif conn.state is not BUSY:
                self.drop(conn)

    def _expire(self, conn: Connection) -> None:
        try:
            self._polls.expire(conn)
        except Exception:
            # The time of others is up, too.
            log.exception("unspecified failure", what="time-out")
            self.drop(conn)

    def leave(self) -> None:
        """From now on every connection ends with its next answer; those that are idle end now."""
        self.is_leaving = True
        self.hang_up(used_only=True)

    def hang_up(self, *, used_only: bool) -> None:
        """Closes idle connections, and, if so wanted, those too from which a first request may yet come."""
        for conn in self._connections:
            if conn.state is IDLE and (conn.used or not used_only):
                self.drop(conn)

    def close(self) -> None:
        """Closes everything at once."""
        for conn in self._connections:
            self.drop(conn)
        self._few.close()
        self._many.close()

    def crowded(self, conn: Connection) -> None:
        """A connection polls with many others: from now on it waits its turn among these."""
        if not conn.is_crowded:
            self._few.remove(conn.fd)
            self._many.add(conn.fd)
            conn.is_crowded = True

    def _set_of(self, conn: Connection) -> Watched:
        return self._many if conn.is_crowded else self._few

    def _see_to(self, watched: Watched, most: int) -> None:
        by_fd, repeated, read = self._connections.by_fd, self._repeats.repeated, os.read
        self._times.tick()
        repetitions = 0
        for fd, events in watched.events(most):
            conn = by_fd[fd]
            if conn is None:
                continue
            try:
                if events != IN or conn.state is not IDLE:
                    self._happened(conn, events)
                    continue
                data = read(fd, conn.size)
                if len(data) == conn.size:
                    data = self._read_on(conn, data)
                if repeated(conn, data):
                    repetitions += 1
                else:
                    self._request(conn, data)
            except BlockingIOError:
                continue
            except OSError:
                self.drop(conn)
            except Exception:
                # The others of this turn have no further event: they must be seen to now.
                log.exception("unspecified failure", what="connection")
                self.drop(conn)
        self.requests += repetitions

    def _happened(self, conn: Connection, events: int) -> None:
        """Something else has happened than the arrival of a request that is waited for."""
        if events & (select.EPOLLERR | select.EPOLLHUP):
            self.drop(conn)
            return
        conn.ended = conn.ended or bool(events & select.EPOLLRDHUP)
        if conn.state is SENDING:
            if events & select.EPOLLOUT:
                self._send_on(conn)
        elif conn.state is IDLE:
            self._read(conn)
        else:
            conn.more = True
        if conn.ended and conn.state is PARKED and not conn.looking:
            # Gone, or, if it has only stopped sending, still there to read this.
            self._polls.expire(conn)

    def _read(self, conn: Connection) -> None:
        try:
            data = self._read_on(conn, b"")
        except OSError:
            data = b""
        if data or conn.ended:
            self._request(conn, data)

    @staticmethod
    def _read_on(conn: Connection, data: bytes) -> bytes:
        """What has arrived, behind what was read of it, up to as much as is worth looking at."""
        while len(data) < MOST_BYTES:
            try:
                more = os.read(conn.fd, MOST_BYTES)
            except BlockingIOError:
                break
            data += more
            if not more:
                conn.ended = True
                break
        else:
            conn.more = True
        return data

    def _send_on(self, conn: Connection) -> None:
        try:
            sent = os.write(conn.fd, conn.unsent or b"")
        except BlockingIOError:
            return
        except OSError:
            self.drop(conn)
            return
        conn.unsent = conn.unsent[sent:] if conn.unsent is not None else None
        if conn.unsent:
            conn.deadline = time.monotonic() + STALLED_SECONDS
        else:
            conn.unsent = None
            self._set_of(conn).want_room(conn.fd, False)
            self._answered(conn)

    def _answered(self, conn: Connection) -> None:
        # Who has stopped sending may have sent one more request before.
        if conn.close or self.is_leaving or (conn.ended and not conn.more):
            self.drop(conn)
            return
        conn.state = IDLE
        conn.deadline = time.monotonic() + self._manners.keepalive
        if conn.more:
            conn.more = False
            self._read(conn)

    def _request(self, conn: Connection, data: bytes) -> None:
        if not data:
            self.drop(conn)
            return
        conn.used = True
        conn.size = MOST_BYTES
        if conn.saying is not None and not self.is_leaving and self._sayings.repeated(conn, data):
            return
        request = recognise(data, self._manners.most_bytes, self._manners.most_headers)
        if request is None or self.is_leaving:
            self._hand_over(conn, data)
            return
        self.requests += 1
        conn.state = BUSY
        conn.close = request.close
        address = self._calls.address_of(conn, request)
        if self._manners.log is not None:
            conn.logged = self._manners.log.begin(data, address)
        self._calls.begin(conn, request, address, data)

    def begin_again(self, conn: Connection, data: bytes, attempt: str) -> None:
        """Sees to a request of which an attempt, so named, may or may not have had its effect."""
        request = recognise(data, self._manners.most_bytes, self._manners.most_headers)
        if request is None:
            self.drop(conn)
        else:
            self._calls.begin(conn, request, self._calls.address_of(conn, request), data, attempt)

    def _hand_over(self, conn: Connection, data: bytes) -> None:
        self._set_of(conn).remove(conn.fd)
        fd = self._connections.remove(conn)
        self._forget(conn)
        self._manners.hand_over(fd, conn.host, data)
