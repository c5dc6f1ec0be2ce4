"""A connection for listening: what comes is read and parsed by the event loop before anybody asks."""

from __future__ import annotations

from typing import Any

import gevent
from gevent.hub import Waiter

from lingr.store.channel import Argument, CutOff, Reply
from lingr.store.pipeline import Replies, pack
from lingr.waiting.line import Line

FULL_REPLIES = 20_000
FULL_BYTES = 1_000_000


class LoopWire:
    """A Wire over a socket. At most 20,000 replies wait to be taken, the rest stays with the engine."""

    def __init__(self, socket: Any) -> None:
        self._parser = Replies()
        self._heard_replies: list[Reply] = []
        self._waiter: Any = None
        self._fault: str | None = None
        self._line = Line(socket, self._heard, self._lost)

    def send(self, *command: Argument) -> None:
        """See Wire."""
        if self._fault is not None:
            raise CutOff(self._fault)
        if self._line.unsent > FULL_BYTES:
            raise CutOff("the engine is not reading")
        self._line.write(pack([command]))

    def replies(self, timeout: float) -> list[Reply]:
        """See Wire."""
        if not self._heard_replies and self._fault is None:
            self._wait(timeout)
        replies = self._heard_replies
        if replies:
            self._heard_replies = []
            if len(replies) >= FULL_REPLIES:
                self._line.resume()
        elif self._fault is not None:
            raise CutOff(self._fault)
        return replies

    def close(self) -> None:
        """See Wire."""
        self._line.hang_up("closed")

    def _wait(self, timeout: float) -> None:
        waiter = self._waiter = Waiter()
        timer = gevent.get_hub().loop.timer(timeout)
        timer.start(waiter.switch, None)
        try:
            waiter.get()
        finally:
            self._waiter = None
            timer.stop()
            timer.close()

    def _heard(self, data: bytes) -> None:
        try:
            self._heard_replies += self._parser.fed(data)
        except CutOff as fault:
            self._line.hang_up(str(fault))
            return
        if len(self._heard_replies) >= FULL_REPLIES:
            self._line.pause()
        if self._heard_replies:
            self._wake()

    def _lost(self, why: str) -> None:
        self._fault = why
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.switch(None)
