"""One pipelined connection to the engine: many ask, each gets their own replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gevent
import structlog

from lingr.store.channel import CutOff, Done, Reply, Unsent
from lingr.store.pipeline import Pipeline
from lingr.waiting.line import Line

ANSWER_SECONDS = 5.0
"""How long the engine may say nothing at all while it owes an answer."""

TICKS = 10
"""How many times in that while it is looked whether it has said something."""

log = structlog.get_logger()


class Talk:
    """Everybody's requests and replies over one socket.

    ``over`` is told, from the event loop, that it takes no more requests: the connection broke, or the
    engine at its other end is not the one to ask any more. ``wrote`` is told when bytes have left.
    """

    def __init__(self, socket: Any, over: Callable[[Talk], None], wrote: Callable[[], None]) -> None:
        self._over = over
        self._pipeline = Pipeline()
        self._silence = 0
        self._is_over = False
        self.line = Line(socket, self._heard, self._lost, wrote)
        self._clock = gevent.get_hub().loop.timer(ANSWER_SECONDS / TICKS, ANSWER_SECONDS / TICKS)
        self._clock.start(self._tick)

    def ask(self, request: bytes, count: int, done: Done) -> None:
        """Sends a request of some commands; ``done`` is told the outcome from the event loop."""
        line = self.line
        is_idle = not self._pipeline
        if is_idle:
            self._silence = 0
        self._pipeline.ask(line.sent + line.unsent, count, done)
        # The engine may have hung up in the meantime. Nothing that was not sent needs to be given up.
        line.write(request, is_idle)

    def _heard(self, data: bytes) -> None:
        self._silence = 0
        pipeline = self._pipeline
        try:
            answers = pipeline.answered(data)
        except CutOff as fault:
            self.line.hang_up(str(fault))
            return
        if pipeline.misplaced:
            self._end()
        for done, replies in answers:
            _tell(done, replies)
        if self._is_over and not pipeline:
            self.line.hang_up("the engine does not serve")

    def _lost(self, why: str) -> None:
        self._clock.stop()
        self._clock.close()
        self._end()
        for done, was_sent in self._pipeline.give_up(self.line.sent):
            _tell(done, CutOff(why) if was_sent else Unsent(why))

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._over(self)

    def _tick(self) -> None:
        # Ticks are counted, not seconds: while this process stood still, the engine could not be heard.
        if not self._pipeline:
            return
        self._silence += 1
        if self._silence > TICKS:
            self.line.read()
        if self._silence > TICKS:
            self.line.hang_up(f"no answer within {ANSWER_SECONDS:.0f} seconds")


def _tell(done: Done, outcome: list[Reply] | Exception) -> None:
    try:
        done(outcome)
    except Exception:
        # The others' replies are not lost for it.
        log.exception("unspecified failure", what="answer")
