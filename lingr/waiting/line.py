"""A non-blocking socket that the event loop reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent

READ, WRITE = 1, 2
PIECE_BYTES = 65_536


class Line:
    """One connection. It writes once per turn of the loop what was given to it meanwhile.

    ``heard`` is told the bytes that came, ``lost``, once, why no more will, and ``wrote`` that some have
    left; all are called from the event loop and must not block. ``sent`` counts the bytes that have left,
    ``unsent`` those that wait.
    """

    def __init__(
        self,
        socket: Any,
        heard: Callable[[bytes], None],
        lost: Callable[[str], None],
        wrote: Callable[[], None] | None = None,
    ) -> None:
        self._socket = socket
        self._heard = heard
        self._lost = lost
        self._wrote = wrote
        self._loop = gevent.get_hub().loop
        self._out: list[bytes | memoryview] = []
        self._is_due = False
        self._looks_first = False
        self.sent = 0
        self.unsent = 0
        self.is_open = True
        self._readable = self._loop.io(socket.fileno(), READ)
        self._writable = self._loop.io(socket.fileno(), WRITE)
        self._readable.start(self.read)

    def write(self, data: bytes, look_first: bool = False) -> None:
        """Will send these bytes after all others. It never waits: mind ``unsent``.

        Who ``look_first``s learns before anything is sent that the other side has hung up.
        """
        self._out.append(data)
        self.unsent += len(data)
        if look_first:
            self._looks_first = True
        if not self._is_due:
            self._is_due = True
            self._loop.run_callback(self._flush)

    def read(self) -> None:
        """Takes in some of what has come by now. Only for the event loop."""
        if not self.is_open:
            return
        try:
            data = self._socket.recv(PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError as fault:
            self.hang_up(str(fault))
            return
        if data:
            self._heard(data)
        else:
            self.hang_up("the engine hung up")

    def pause(self) -> None:
        """Leaves what comes from now on to the system's buffers."""
        self._readable.stop()

    def resume(self) -> None:
        """Reads again after ``pause``."""
        if self.is_open and not self._readable.active:
            self._readable.start(self.read)

    def hang_up(self, why: str) -> None:
        """Closes the connection, once, and has the event loop tell ``lost``."""
        if not self.is_open:
            return
        self.is_open = False
        for watcher in (self._readable, self._writable):
            watcher.stop()
            watcher.close()
        self._socket.close()
        self._out.clear()
        self._loop.run_callback(self._lost, why)

    def _flush(self) -> None:
        if self._looks_first:
            self._looks_first = False
            self.read()
        if not self.is_open:
            return
        out = self._out
        # A large piece goes by itself: it is not copied again each time that a part of it has left.
        data = out[0] if len(out) == 1 or len(out[0]) > PIECE_BYTES else b"".join(out)
        try:
            size = self._socket.send(data)
        except BlockingIOError:
            size = 0
        except OSError as fault:
            self.hang_up(str(fault))
            return
        self.sent += size
        self.unsent -= size
        if size == len(data):
            self._out = out[1:] if data is out[0] else []
        else:
            rest = memoryview(data)[size:]
            self._out = [rest, *out[1:]] if data is out[0] else [rest]
        self._is_due = bool(self._out)
        if self._is_due is not self._writable.active:
            if self._is_due:
                self._writable.start(self._flush)
            else:
                self._writable.stop()
        if self._wrote is not None:
            self._wrote()
