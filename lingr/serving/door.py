"""What the parking of polls needs to know of the application, which hands it over as a value."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from lingr.render import Rendered
from lingr.store.channel import Done, Reply
from lingr.store.mirror import Home
from lingr.values_watch import AnyWatch, Common, Standing
from lingr.waiting.hub import Hub
from lingr.waiting.listener import Listener

EXTENSION = "lingr.door"
"""Where the Flask application keeps its door among its extensions."""


class Held(Protocol):
    """A poll with nothing to answer yet, as the dispatcher hands it out."""

    watch: AnyWatch

    @property
    def kind(self) -> Hashable: ...

    @property
    def wraps(self) -> bool: ...

    def again(self, home: Home, counter: int) -> Held: ...

    def standing(self) -> tuple[Home, Standing] | None: ...

    def at_hand(self, room_id: str, counter: int) -> bool: ...

    def told(self, room_id: str, counter: int, roster: int | None) -> Common[Any]: ...

    def resume(self) -> Rendered | None: ...

    def common(self, told: Common[Any]) -> Rendered | None: ...

    def wrap(self, shared: Rendered) -> Rendered: ...

    def expire(self) -> Rendered: ...

    def end(self) -> None: ...


class Repeat(Protocol):
    """A call that was answered well, as the dispatcher prepares it for another value in one place."""

    place: tuple[int, int]

    def send(self, value: bytes, done: Done) -> str | None: ...

    def is_refused(self, told: list[Reply] | Exception) -> bool: ...

    def outcome(self, told: list[Reply] | Exception) -> Rendered | None: ...


class Call(NamedTuple):
    """A call of the API: ``path`` is what follows ``/api/``, ``address`` the caller's.

    ``attempt`` names an earlier attempt at it, of which nobody knows what became.
    """

    verb: str
    path: str
    query: bytes
    body: bytes
    content_type: str
    address: str
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """The API without a web framework around it, and what keeps its polls true.

    ``begin`` answers a call, or gives a poll to hold; ``prepare`` gets ready for one that was answered well
    to come again, or gives None. ``clock`` tells milliseconds, ``hold_seconds`` is the longest time a poll is
    held, ``proxies`` the number of those whose X-Forwarded-For is believed.
    """

    begin: Callable[[Call], Rendered | Held]
    prepare: Callable[[Call], Repeat | None]
    hub: Hub
    listener: Listener
    clock: Callable[[], int]
    hold_seconds: float
    proxies: int
