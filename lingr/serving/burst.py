"""Answers that leave one right after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
import structlog

Later = Callable[[Callable[[], None]], None]
"""Is told what to call soon, from the event loop; that must not block."""

MOST = 256
"""Things done before the loop looks at its sockets again."""

log = structlog.get_logger()


class Burst:
    """Does at the end of the loop's turn what was put off during it.

    To send something to who sleeps costs as much again for waking them. Who gets many answers, a proxy, say,
    or a program with many connections, does not fall asleep between two that come at once.
    """

    def __init__(self) -> None:
        self._loop = gevent.get_hub().loop
        self._rest: Any = None
        self._due: deque[Callable[[], None]] = deque()

    def put(self, send: Callable[[], None]) -> None:
        """See Later."""
        if not self._due:
            self._loop.run_callback(self._go)
        self._due.append(send)

    def _go(self) -> None:
        due = self._due
        for _ in range(min(MOST, len(due))):
            try:
                due[0]()
            except Exception:
                # The others' answers are not lost for it.
                log.exception("unspecified failure", what="answer")
            due.popleft()
        if due:
            # Not as a callback: gevent calls many of those before the loop looks at its sockets.
            self._rest = self._loop.timer(0)
            self._rest.start(self._go)
