"""What was said: pages of a room's log, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from lingr.domain.context import Context
from lingr.values import Message

PAGE_MESSAGES = 50
LONG_WALK_EVENTS = 500
"""Events read at once when few of them are among those looked for."""

Keep = Callable[[Message], bool]
Read = Callable[[str, int, int], tuple[Message, ...]]
"""Up to so many events of a room that have a greater id than the one given, oldest first."""


class Later:
    """Messages that are read when they are looked at."""

    def __init__(self, read: Callable[[], Iterable[Message]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Message]:
        return iter(self._read())


class Page(msgspec.Struct, frozen=True):
    """Messages, oldest first, and the id of the newest event that the page covers.

    ``private`` are the private messages among the events, shown or not.
    """

    messages: tuple[Message, ...]
    counter: int
    private: tuple[Message, ...]


def after(
    ctx: Context,
    room_id: str,
    counter: int,
    keep: Keep,
    most: int | None = None,
    first: tuple[Message, ...] | None = None,
    read: Read | None = None,
) -> Page:
    """The oldest 50 messages with a greater id that ``keep`` accepts, among the ``most`` next events.

    ``first`` are the first 50 of these events, if they have been read already. ``read`` reads them; what
    this process has heard is read otherwise, where it can be.
    """
    read = read or ctx.store.log.after
    kept: list[Message] = []
    private: list[Message] = []
    chunk = PAGE_MESSAGES
    end = None if most is None else counter + most
    while True:
        events = read(room_id, counter, chunk) if first is None else first
        first = None
        for event in events:
            if len(kept) == PAGE_MESSAGES:
                return Page(tuple(kept), counter, tuple(private))
            if event.type == "private":
                private.append(event)
            if keep(event):
                kept.append(event)
            counter = event.id
        if len(events) < chunk or (end is not None and counter >= end):
            return Page(tuple(kept), counter, tuple(private))
        chunk = LONG_WALK_EVENTS


def last(ctx: Context, room_id: str, most: int, keep: Keep) -> tuple[Message, ...]:
    """The newest messages that ``keep`` accepts, oldest first: ``most`` of them, never more than 50."""
    return ctx.store.log.last(room_id, min(most, PAGE_MESSAGES), keep)
