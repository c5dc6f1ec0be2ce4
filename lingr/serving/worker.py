"""The gunicorn worker class: a gevent worker that leaves at once when asked, and politely."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import resource
import signal
import socket
import time
from functools import partial
from types import TracebackType
from typing import Any

import gevent
import gevent.socket
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http import message
from gunicorn.workers.ggevent import GeventWorker

from lingr.serving.drain import drain
from lingr.serving.parent import end_with_parent

# gunicorn caps its limit_request_line setting at this constant (8190). A JSONP client says everything in
# the request line, and there a message of a thousand emoji takes 12 kB.
message.MAX_REQUEST_LINE = 32_768
# Since version 27 it also refuses raw bytes above ASCII there. People who type a message into a URL send
# them, and the API has an answer of its own to those that are not UTF-8.
message.RFC9112_TARGET_INVALID = re.compile(r"[^\x21-\x7e\x80-\xff]")

# How long a leaving worker waits for the first request of a connection that has only just come.
_FIRST_REQUEST_SECONDS = 0.3
# How long a body or a reader of an answer may stand still.
_STALLED_SECONDS = 30.0
# How long requests in progress may go on after SIGINT or SIGQUIT.
_QUICK_SECONDS = 1.0


class Connection(gevent.socket.socket):
    """An accepted connection that knows what it is doing.

    ``idle``: its greenlet waits for a request of which nothing has come yet. ``request``: the one being
    answered. ``used``: it has had a request.
    """

    __slots__ = ("idle", "request", "used")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.idle = False
        self.used = False
        self.request: Any = None

    def recv(self, *args: Any) -> bytes:
        try:
            data: bytes = super().recv(*args)
        except TimeoutError:
            if self.request is not None:
                # What still comes of its body is not the next request.
                self.request.force_close()
            raise
        self.idle = False
        return data

    def hang_up(self) -> None:
        """Let the waiting reader see the end. What has arrived already can still be read."""
        with contextlib.suppress(OSError):
            # gevent's own shutdown would make the waiting reader raise, and that would be logged.
            self._sock.shutdown(socket.SHUT_RD)


class _Listener(StreamServer):
    """Accepts connections as Connection objects."""

    def do_read(self) -> tuple[Connection, Any] | None:
        try:
            fd, address = self.socket._accept()
        except BlockingIOError:
            return None
        connection = Connection(self.socket.family, self.socket.type, self.socket.proto, fileno=fd)
        if connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class _Address:
    """Stands in for the listening socket, of which handlers want only the name.

    A connection may be accepted a moment before the socket is closed and handled a moment after.
    """

    def __init__(self, name: Any) -> None:
        self._name = name

    def getsockname(self) -> Any:
        return self._name


class _NextRequest(gevent.Timeout):
    """The time-out for the arrival of a request, during which the connection may be idle."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        super().__init__(seconds, False)
        self._connection = connection

    def __enter__(self) -> _NextRequest:
        self._connection.idle = True
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._connection.idle = False
        swallow: bool | None = super().__exit__(kind, value, trace)
        return swallow


class Worker(GeventWorker):
    """A gevent worker with three additions.

    On SIGTERM it stops accepting, calls the drain callbacks, ends idle connections and finishes the
    requests in progress, all at once and not at the next tick of a second; SIGINT and SIGQUIT do the same
    with little patience. It leaves the same way when the gunicorn master dies. It takes as many open
    files as it may have, and keeps the cyclic garbage collector off the loaded application.
    """

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Raise RuntimeError for gunicorn settings that cannot go with this class."""
        if cfg.preload_app:
            raise RuntimeError("lingr's worker class cannot work with gunicorn's --preload.")
        if cfg.is_ssl:
            raise RuntimeError("lingr's worker class speaks plain HTTP: leave TLS to the proxy before it.")

    def init_process(self) -> None:
        # The master's handlers came along with the fork and would swallow a signal that arrives before
        # init_signals. Nothing is in progress yet, so it may end the process.
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(signum, signal.SIG_DFL)
        end_with_parent(self.ppid)
        self._raise_open_files()
        self._open: dict[gevent.Greenlet, Connection] = {}
        # The master kills what is left after graceful_timeout; be done a moment before.
        self._patience = max(1.0, self.cfg.graceful_timeout - 1.0)
        super().init_process()

    def init_signals(self) -> None:
        super().init_signals()
        self._leaving = Event()
        gevent.signal_handler(signal.SIGTERM, self._leave, self._patience)
        gevent.signal_handler(signal.SIGINT, self._leave, _QUICK_SECONDS)
        gevent.signal_handler(signal.SIGQUIT, self._leave, _QUICK_SECONDS)

    def run(self) -> None:
        listeners = [self._listen(sock) for sock in self.sockets]
        # What is loaded now stays: keep the collector from walking it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        while self.alive:
            self.tmp.notify()
            if os.getppid() != self.ppid:
                self._leave(self._patience)
            self._leaving.wait(1.0)
        self._finish(listeners)

    def handle(self, listener: _Address, client: Connection, addr: Any) -> None:
        greenlet = gevent.getcurrent()
        self._open[greenlet] = client
        try:
            super().handle(listener, client, addr)
        finally:
            del self._open[greenlet]

    def handle_request(self, listener_name: Any, req: Any, sock: Connection, addr: Any) -> None:
        sock.used = True
        sock.request = req
        # A body that stops coming, or a reader that stops reading, does not hold a place for ever. While a
        # poll is held nothing is read or written.
        sock.settimeout(_STALLED_SECONDS)
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            sock.settimeout(None)
            sock.request = None

    def timeout_ctx(self) -> _NextRequest:
        seconds = self.cfg.keepalive if self.alive else _FIRST_REQUEST_SECONDS
        return _NextRequest(self._open[gevent.getcurrent()], seconds)

    def _raise_open_files(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            # A system may allow a process less than it names as the hard limit.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
                soft = hard
        if soft != resource.RLIM_INFINITY and soft < self.worker_connections:
            self.log.warning(
                "Only %s files may be open, and LINGR_WORKER_CONNECTIONS is %s: raise `ulimit -n`.",
                soft,
                self.worker_connections,
            )

    def _listen(self, sock: Any) -> _Listener:
        sock.setblocking(1)
        handle = partial(self.handle, _Address(sock.getsockname()))
        listener = _Listener(sock, handle=handle, spawn=Pool(self.worker_connections))
        if self.cfg.workers > 1:
            # One at a time, so that a burst of connections spreads over the workers.
            listener.max_accept = 1
        listener.start()
        return listener

    def _leave(self, patience: float) -> None:
        self._patience = min(self._patience, patience)
        self.alive = False
        self._leaving.set()

    def _finish(self, listeners: list[_Listener]) -> None:
        started = time.monotonic()
        for listener in listeners:
            listener.close()
        for connection in self._open.values():
            if connection.request is not None:
                # The answer then says "Connection: close", and the client's next request goes elsewhere.
                connection.request.force_close()
        drain()
        self._hang_up(used_only=True)
        for listener in listeners:
            listener.pool.join(timeout=_FIRST_REQUEST_SECONDS)
        self._hang_up(used_only=False)
        while self._open and time.monotonic() - started < self._patience:
            self.tmp.notify()
            for listener in listeners:
                listener.pool.join(timeout=0.5)
        if self._open:
            self.log.warning("Worker %s cuts off %s requests.", self.pid, len(self._open))
        for listener in listeners:
            listener.pool.kill(block=True, timeout=1)

    def _hang_up(self, *, used_only: bool) -> None:
        for connection in list(self._open.values()):
            if connection.idle and (connection.used or not used_only):
                connection.hang_up()
