"""Waiting in the greenlet that took the request."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from gevent.event import Event

from lingr.values_user import UserWatch
from lingr.values_v2 import EventsWatch
from lingr.values_watch import AnyWatch
from lingr.waiting.departure import departure
from lingr.waiting.hub import Hub
from lingr.waiting.listener import Listener

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)


class Held(Protocol[A_co]):
    """A poll with nothing to answer yet, as the dispatcher hands it out."""

    @property
    def watch(self) -> AnyWatch: ...

    def resume(self) -> A_co | None: ...

    def expire(self) -> A_co: ...

    def end(self) -> None: ...


class Sleeper:
    """A waiter that a greenlet sleeps on."""

    is_waiting = True

    def __init__(self) -> None:
        self._told = Event()
        self._over = False

    def news(self) -> None:
        self._told.set()

    def nothing(self) -> None:
        self._over = True
        self._told.set()

    def sleep(self) -> bool:
        """Sleeps until told; returns whether it is worth looking again."""
        self._told.wait()
        self._told.clear()
        return not self._over


def others_of(watch: AnyWatch) -> tuple[str, ...]:
    """What a poll listens to besides the name that it waits under."""
    if isinstance(watch, EventsWatch):
        return watch.rooms[1:]
    return watch.rooms if isinstance(watch, UserWatch) else ()


@dataclass(frozen=True, slots=True)
class Blocker(Generic[A]):
    """Answers polls by blocking. ``hold_seconds`` is the longest time one is held."""

    hub: Hub
    listener: Listener
    hold_seconds: float

    def answer(self, held: Held[A], socket: Any = None) -> A:
        """The answer to a held poll, once there is one or its time is up.

        ``socket`` is the client's: when it hangs up, the wait ends at once.
        """
        sleeper = Sleeper()
        # Up to a tenth less, at random, so that a crowd that came together does not return together.
        hold = self.hold_seconds * random.uniform(0.9, 0.99)
        watch = held.watch
        try:
            hears_rooms = isinstance(watch, EventsWatch)
            self.hub.register(watch.name, watch.ticket, sleeper, hold, shares=hears_rooms)
            if isinstance(watch, UserWatch):
                self.hub.overhear(sleeper, watch.rooms)
            elif isinstance(watch, EventsWatch):
                self.hub.listen(sleeper, watch.rooms[1:])
            self.listener.follow(watch.name, *others_of(watch))
            with departure(socket, sleeper.nothing):
                while True:
                    # Registered first, looked second: a message can then not fall between.
                    answer = held.resume()
                    if answer is not None:
                        return answer
                    if not sleeper.sleep():
                        return held.expire()
        finally:
            self.hub.unregister(sleeper)
            held.end()
