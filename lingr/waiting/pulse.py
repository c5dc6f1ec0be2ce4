"""What a process does every now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import gevent
import structlog

from lingr.errors import LingrError
from lingr.waiting.beat import rest
from lingr.waiting.hub import Hub
from lingr.waiting.listener import Listener

PRUNE_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Chores:
    """``flush`` writes down who was active; ``sweep`` lets silent occupants out; ``round`` looks at rooms.

    All come every ``seconds``, and so does whatever is done ``besides``. Silence during an outage is
    nobody's fault, so there is no sweep until ``grace`` seconds after the engine came, or came back.
    """

    flush: Callable[[], object]
    sweep: Callable[[], object]
    round: Callable[[], object]
    seconds: float
    grace: float
    besides: tuple[Callable[[], object], ...] = ()


def start(hub: Hub, listener: Listener, chores: Chores) -> list[gevent.Greenlet]:
    """Starts the greenlets of a process; they run until it ends or they are killed."""

    def sweep() -> None:
        since = listener.connected_at
        if since is not None and time.monotonic() - since >= chores.grace and not hub.is_leaving:
            chores.sweep()

    def go_round() -> None:
        if not hub.is_leaving:
            chores.round()

    return [
        gevent.spawn(listener.run),
        gevent.spawn(_every, hub.GRANULE, hub.turn),
        gevent.spawn(_every, PRUNE_SECONDS, listener.prune),
        gevent.spawn(_every, chores.seconds, chores.flush),
        gevent.spawn(_every, chores.seconds, sweep),
        gevent.spawn(_every, chores.seconds, go_round),
        *(gevent.spawn(_every, chores.seconds, one) for one in chores.besides),
    ]


def _every(seconds: float, call: Callable[[], object]) -> None:
    while True:
        rest(seconds)
        try:
            call()
        except LingrError as error:
            log.debug("put off", what=call.__qualname__, why=str(error))
        except Exception:
            # One failure must not end what the process relies on for the rest of its life.
            log.exception("unspecified failure", what=call.__qualname__)
