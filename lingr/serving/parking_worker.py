"""The gunicorn worker class that parks polls."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import gevent
from gevent import monkey
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.body import LengthReader

from lingr.serving.handed import Address, Handed
from lingr.serving.worker import Worker

if TYPE_CHECKING:
    from lingr.serving.door import Door
    from lingr.serving.manners import Manners
    from lingr.serving.parking import Parking

TURN_SECONDS = 0.1
CONNECTIONS_PER_STEP = 5000
"""For each so many connections deadlines are looked at ``TURN_SECONDS`` less often."""


class _Listener(StreamServer):
    """Accepts connections into the parking."""

    def __init__(self, sock: Any, parking: Parking, pool: Pool, most: int) -> None:
        super().__init__(sock, handle=parking.take, spawn=pool)
        self._parking = parking
        self.full: Callable[[], bool] = lambda: len(parking) + len(pool) >= most

    def do_read(self) -> tuple[int, str] | None:
        try:
            fd, address = self.socket._accept()
        except BlockingIOError:
            return None
        return fd, address[0] if isinstance(address, tuple) else ""

    def do_handle(self, fd: int, host: str) -> None:
        self._parking.take(fd, host)

    def go_on(self) -> None:
        """Accepts again, if it had too many connections and has not any more."""
        if not self.full() and self.started and not self.closed:
            self.start_accepting()


class ParkingWorker(Worker):
    """A worker whose connections are parked, but for those that gunicorn has to see to.

    It parks only for an application that offers its `Door`, and with settings of gunicorn's that
    `obstacle` has nothing against; otherwise it is a plain `Worker`.
    """

    _parking: Parking | None = None

    def _begin(self) -> None:
        # Not imported earlier: this module is loaded in gunicorn's master, before anything is patched.
        from lingr.serving.answers import Answers
        from lingr.serving.door import EXTENSION
        from lingr.serving.parking import Parking

        door: Door | None = getattr(self.wsgi, "extensions", {}).get(EXTENSION)
        why = "the application offers no door" if door is None else obstacle(self.cfg)
        if door is None or why is not None:
            self.log.warning("Polls are not parked: %s.", why)
            return
        self._pool = Pool(self.worker_connections)
        self._names = [sock.getsockname() for sock in self.sockets]
        self._listeners: list[_Listener] = []
        self._parking = Parking(door, Answers(self.cfg), self._manners())
        gevent.spawn(self._turn, self._parking)

    def _manners(self) -> Manners:
        from lingr.serving.access import AccessLog
        from lingr.serving.manners import Manners
        from lingr.serving.ordinary import MOST_BYTES

        log = AccessLog(self.cfg, self.log, self._names[0]) if _logs(self.log) else None
        limits = (self.cfg.limit_request_line, self.cfg.limit_request_field_size)
        return Manners(
            keepalive=self.cfg.keepalive,
            most_bytes=min([MOST_BYTES, *(limit for limit in limits if limit > 0)]),
            most_headers=self.cfg.limit_request_fields or MOST_BYTES,
            hand_over=self._hand_over,
            log=log,
        )

    def _listen(self, sock: Any) -> Any:
        if self._parking is None:
            return super()._listen(sock)
        sock.setblocking(1)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            # Accepted connections inherit it.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener = _Listener(sock, self._parking, self._pool, self.worker_connections)
        if self.cfg.workers > 1:
            # One at a time, so that a burst of connections spreads over the workers.
            listener.max_accept = 1
        listener.start()
        self._listeners.append(listener)
        return listener

    def handle_request(self, listener_name: Any, req: Any, sock: Handed, addr: Any) -> None:
        super().handle_request(listener_name, req, sock, addr)
        if self._parking is None or not _is_finished(req, sock):
            return
        host = addr[0] if isinstance(addr, tuple) else ""
        sock.give_back = partial(self._parking.take, host=host, used=True)
        # gunicorn then takes its leave of the connection.
        raise StopIteration

    def _hand_over(self, fd: int, host: str, data: bytes) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET if host else socket.AF_UNIX
        conn = Handed(family, socket.SOCK_STREAM, fileno=fd)
        conn.ahead = data
        address: Any = host
        if host:
            address = (host, 0)
            with contextlib.suppress(OSError):
                address = conn.getpeername()
        self._pool.spawn(self.handle, Address(self._name_of(conn)), conn, address)

    def _name_of(self, conn: Handed) -> Any:
        """The name of the listening socket that a connection came through."""
        own = conn.getsockname()
        for name in self._names:
            if name == own or (isinstance(own, tuple) and isinstance(name, tuple) and name[1] == own[1]):
                return name
        return own

    def _turn(self, parking: Parking) -> None:
        from lingr.waiting.beat import rest

        while True:
            rest(TURN_SECONDS * (1 + len(parking) // CONNECTIONS_PER_STEP))
            try:
                parking.turn()
            except Exception:
                self.log.exception("unspecified failure")
            if self.alive:
                for listener in self._listeners:
                    listener.go_on()
                if self.nr + parking.requests >= self.max_requests:
                    self.log.info("Autorestarting worker after current request.")
                    self._leave(self._patience)

    def _depart(self) -> None:
        if self._parking is not None:
            self._parking.leave()

    def _refuse_idle(self, *, used_only: bool) -> None:
        super()._refuse_idle(used_only=used_only)
        if self._parking is not None:
            self._parking.hang_up(used_only=used_only)

    def _busy(self) -> int:
        return super()._busy() + (0 if self._parking is None else len(self._parking))

    def _finish(self, listeners: list[Any]) -> None:
        super()._finish(listeners)
        if self._parking is not None:
            self._parking.close()


def obstacle(cfg: Config) -> str | None:
    """What in gunicorn's settings keeps requests from being answered past gunicorn; None if nothing."""
    for name in ("pre_request", "post_request", "secure_scheme_headers"):
        setting = cfg.settings[name]
        if setting.get() is not setting.default and setting.get() != setting.default:
            return f"gunicorn's setting {name} is not the default"
    if not monkey.get_original("select", "epoll"):
        return "the system has no epoll"
    if not cfg.keepalive:
        return "gunicorn's setting keepalive is 0"
    if cfg.proxy_protocol not in (False, "off"):
        return "the proxy protocol is on"
    if getattr(cfg, "http2_cleartext", "off") not in (False, None, "off"):
        return "HTTP/2 is on"
    if os.environ.get("SCRIPT_NAME"):
        return "SCRIPT_NAME is set"
    return None


def _logs(logger: Logger) -> bool:
    """Whether gunicorn's logger wants to know of requests, for an access log or for statistics."""
    return type(logger).access is not Logger.access or bool(getattr(logger, "access_log_enabled", True))


def _is_finished(req: Any, sock: Handed) -> bool:
    """Whether nothing of the request is left unread, and nothing of the next one has been read."""
    reader = req.body.reader
    whole = isinstance(reader, LengthReader) and reader.length == 0
    return whole and not sock.ahead and not req.unreader.buf.getvalue()
