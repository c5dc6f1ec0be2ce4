"""Work for the many, in pieces, each of them done when nobody else wants anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

import gevent
import structlog
from gevent.hub import Waiter

BEHIND = -1
"""The priority, for the event loop, of events that keep it idle: they only tell that there is such work."""

MOST_SECONDS = 0.003
"""How long a piece waits for such a moment: on a server that is never idle, too, it is its turn some time."""

log = structlog.get_logger()


class Leisure:
    """Calls what was put off, one piece each time that the event loop has nothing else to do.

    A request of somebody else goes through several turns of the loop before it is answered: it is read, the
    engine is asked, the reply is heard, passed on and sent. It waits for a piece that has begun, and none
    begins while there is anything to do for it.
    """

    def __init__(self) -> None:
        loop = gevent.get_hub().loop
        self._idle = loop.idle()
        self._late = loop.timer(MOST_SECONDS, MOST_SECONDS)
        self._due: deque[Callable[[], object]] = deque()

    def put(self, piece: Callable[[], object]) -> None:
        """Will call this from the event loop, after all that was put before; it must not block."""
        if not self._due:
            self._start()
        self._due.append(piece)

    def wait(self) -> None:
        """Lets the calling greenlet wait for its turn."""
        waiter = Waiter()
        self.put(partial(waiter.switch, None))
        waiter.get()

    def _start(self) -> None:
        self._idle.start(self._go)
        # Started, it would go on with what was left of its time when it was stopped.
        self._late.again(self._go)

    def _stop(self) -> None:
        self._idle.stop()
        self._late.stop()

    def _go(self) -> None:
        self._stop()
        piece = self._due.popleft()
        if self._due:
            self._start()
        try:
            piece()
        except Exception:
            log.exception("unspecified failure", what="piece")
