"""The delivery process: a greenlet for each bot that has something to be told, and none for the others.

It learns that there is something from what rooms announce, from bots that change, and every now and then from
a look at all of them. Several such processes may run, on one machine or many: one at a time serves a bot.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import gevent
import structlog
from gevent.event import Event
from gevent.lock import BoundedSemaphore

from lingr.bots.bodies import Bodies
from lingr.bots.calls import Caller
from lingr.bots.courier import Courier
from lingr.bots.desk import Desk
from lingr.bots.ears import Ears
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.render.links import Links
from lingr.store.announcements import Subscription

LOOK_SECONDS = 0.5
CHECK_SECONDS = 0.1
WALK_SECONDS = 10.0

AWAY_SECONDS = 1.0
"""How long a bot waits when the engine is away, or something failed that nobody thought of."""

SHORTEST_SECONDS = 0.05

MOST_AT_ONCE = 256
MOST_SLOW_AT_ONCE = 1000
"""Bots that take their time wait for each other, and keep nobody waiting who does not.

So many at once that the time of calls goes to the bots, and not to this process where it has much to do.
"""

GRACE_SECONDS = 3.0
"""How much longer than a call may take the last ones are waited for."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Work:
    """What a bot has to be told: in which rooms, and not before when (of the machine's own clock)."""

    rooms: set[str] = field(default_factory=set)
    due: float = 0.0
    is_paused: bool = False
    is_running: bool = False


class Office:
    """Delivers until it is told to leave."""

    def __init__(self, ctx: Context, caller: Caller) -> None:
        self._ctx = ctx
        self._caller = caller
        self._is_leaving = False
        self._running = 0
        self._works: dict[str, _Work] = {}
        self._unsure: set[str] = set()
        self._is_unsure = Event()
        self._desk = Desk(ctx)
        self._ears = Ears(
            lambda: Subscription(ctx.store.engine), self._heard, lambda room_id: self._doubt((room_id,))
        )
        bodies = Bodies(Links(ctx.settings.base_url))
        self._courier = Courier(ctx, caller, bodies, lambda: self._is_leaving)
        self._lane = BoundedSemaphore(MOST_AT_ONCE)
        self._slow_lane = BoundedSemaphore(MOST_SLOW_AT_ONCE)
        self._greenlets: list[gevent.Greenlet] = []

    def start(self) -> None:
        """Begins, and returns at once."""
        self._greenlets = [
            gevent.spawn(self._ears.run),
            gevent.spawn(_every, LOOK_SECONDS, self._look),
            gevent.spawn(_every, CHECK_SECONDS, self._check),
            gevent.spawn(_every, WALK_SECONDS, self._walk),
        ]

    def leave(self) -> None:
        """Takes nothing more; returns when what is under way has been delivered, or is late."""
        self._is_leaving = True
        gevent.killall(self._greenlets)
        until = time.monotonic() + self._ctx.settings.bot_seconds + GRACE_SECONDS
        while self._running and time.monotonic() < until:
            gevent.sleep(0.02)
        self._ears.close()
        self._caller.close()

    def _look(self) -> None:
        """Sees to bots that are new, or changed, or were woken."""
        before = self._desk.rooms
        if not self._desk.look():
            return
        self._ears.follow(self._desk.heard)
        for bot_id in self._works.keys() - self._desk.bots.keys():
            del self._works[bot_id]
            self._courier.slow.discard(bot_id)
        for bot_id, work in list(self._works.items()):
            if work.is_paused or work.due:
                work.is_paused, work.due = False, 0.0
                self._stir(bot_id, self._desk.rooms[bot_id])
        for bot_id, room_ids in self._desk.rooms.items():
            self._doubt(room_ids - before.get(bot_id, frozenset()))

    def _doubt(self, room_ids: Collection[str]) -> None:
        self._unsure.update(room_ids)
        if self._unsure:
            self._is_unsure.set()

    def _check(self) -> None:
        """Looks into the rooms of which nobody knows whether there is anything new."""
        self._is_unsure.wait()
        unsure, self._unsure = self._unsure, set()
        self._is_unsure.clear()
        try:
            for bot_id, room_id in self._desk.behind(unsure):
                self._stir(bot_id, (room_id,))
        except Exception:
            self._doubt(unsure)
            raise

    def _walk(self) -> None:
        self._doubt(self._desk.heard)

    def _heard(self, room_id: str) -> None:
        for bot_id in self._desk.hearers(room_id):
            self._stir(bot_id, (room_id,))

    def _stir(self, bot_id: str, room_ids: Collection[str]) -> None:
        if self._is_leaving:
            return
        work = self._works.get(bot_id)
        if work is None:
            work = self._works[bot_id] = _Work()
        work.rooms.update(room_ids)
        if work.rooms and not work.is_running and not work.is_paused and work.due <= time.monotonic():
            work.is_running, work.due = True, 0.0
            self._running += 1
            gevent.spawn(self._serve, bot_id, work)

    def _serve(self, bot_id: str, work: _Work) -> None:
        seconds: float | None = AWAY_SECONDS
        try:
            with self._slow_lane if bot_id in self._courier.slow else self._lane:
                seconds = self._deliver(bot_id, work)
        finally:
            work.is_running = False
            self._running -= 1
        if self._works.get(bot_id) is not work:
            return
        if seconds is not None:
            work.due = time.monotonic() + max(SHORTEST_SECONDS, seconds)
            # A little later, for the loop's clock may be ahead.
            gevent.spawn_later(work.due - time.monotonic() + 0.02, self._stir, bot_id, ())
        elif not work.is_paused:
            self._stir(bot_id, ())
            if not work.is_running:
                del self._works[bot_id]

    def _deliver(self, bot_id: str, work: _Work) -> float | None:
        """Delivers what there is; returns after how many seconds to go on, None if not by itself."""
        bot = self._desk.bots.get(bot_id)
        if bot is None or self._is_leaving:
            work.rooms.clear()
            return None
        seen: set[str] = set()

        def stirred() -> set[str]:
            fresh, work.rooms = work.rooms, set()
            seen.update(fresh)
            return fresh

        try:
            later = self._courier.deliver(bot, stirred)
        except LingrError as error:
            log.debug("put off", what="delivery", bot=bot_id, why=str(error))
            seconds: float | None = AWAY_SECONDS * random.uniform(0.5, 1.5)
        except Exception:
            # One bot must not keep the others from being told, nor be forgotten itself.
            log.exception("unspecified failure", what="delivery", bot=bot_id)
            seconds = AWAY_SECONDS * random.uniform(0.5, 1.5)
        else:
            if later is None:
                return None
            seconds, work.is_paused = later.seconds, later.seconds is None
        work.rooms |= seen
        return seconds


def _every(seconds: float, call: Callable[[], object]) -> None:
    while True:
        try:
            call()
        except LingrError as error:
            log.debug("put off", what=call.__qualname__, why=str(error))
        except Exception:
            # One failure must not end what the process relies on for the rest of its life.
            log.exception("unspecified failure", what=call.__qualname__)
        gevent.sleep(seconds)
