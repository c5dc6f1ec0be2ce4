"""The gunicorn worker class: a gevent worker that leaves at once when asked, and politely."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import resource
import signal
import time
from functools import partial
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Pool
from gunicorn.http import message
from gunicorn.workers.ggevent import GeventWorker

from lingr.serving.drain import drain
from lingr.serving.handed import Address, Handed, Listener, NextRequest
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
        self._open: dict[gevent.Greenlet, Handed] = {}
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
        self._begin()
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

    def handle(self, listener: Address, client: Handed, addr: Any) -> None:
        greenlet = gevent.getcurrent()
        self._open[greenlet] = client
        try:
            super().handle(listener, client, addr)
        finally:
            del self._open[greenlet]

    def handle_request(self, listener_name: Any, req: Any, sock: Handed, addr: Any) -> None:
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

    def timeout_ctx(self) -> NextRequest:
        seconds = self.cfg.keepalive if self.alive else _FIRST_REQUEST_SECONDS
        return NextRequest(self._open[gevent.getcurrent()], seconds)

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

    def _listen(self, sock: Any) -> Listener:
        sock.setblocking(1)
        handle = partial(self.handle, Address(sock.getsockname()))
        listener = Listener(sock, handle=handle, spawn=Pool(self.worker_connections))
        if self.cfg.workers > 1:
            # One at a time, so that a burst of connections spreads over the workers.
            listener.max_accept = 1
        listener.start()
        return listener

    def _begin(self) -> None:
        """Before the first connection is accepted."""

    def _depart(self) -> None:
        """Before the application is asked to answer what it holds."""

    def _refuse_idle(self, *, used_only: bool) -> None:
        """While leaving: ends connections that have no request, and, unless ``used_only``, never had one."""
        for connection in list(self._open.values()):
            if connection.idle and (connection.used or not used_only):
                connection.hang_up()

    def _busy(self) -> int:
        """How many connections still have something to be finished."""
        return len(self._open)

    def _leave(self, patience: float) -> None:
        self._patience = min(self._patience, patience)
        self.alive = False
        self._leaving.set()

    def _finish(self, listeners: list[Listener]) -> None:
        started = time.monotonic()
        for listener in listeners:
            listener.close()
        for connection in self._open.values():
            if connection.request is not None:
                # The answer then says "Connection: close", and the client's next request goes elsewhere.
                connection.request.force_close()
        self._depart()
        drain()
        self._refuse_idle(used_only=True)
        for listener in listeners:
            listener.pool.join(timeout=_FIRST_REQUEST_SECONDS)
        self._refuse_idle(used_only=False)
        while self._busy() and time.monotonic() - started < self._patience:
            self.tmp.notify()
            for listener in listeners:
                listener.pool.join(timeout=0.5)
            gevent.sleep(0.01)
        if self._busy():
            self.log.warning("Worker %s cuts off %s requests.", self.pid, self._busy())
        for listener in listeners:
            listener.pool.kill(block=True, timeout=1)
