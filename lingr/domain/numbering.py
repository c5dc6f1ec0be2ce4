"""Message ids of the 2009 API: each names one event among all of the service.

They rise within a room, and follow from the event's place there: nobody who speaks waits for one, and every
process finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.values import Message, Room
from lingr.values_v2 import Numbered

NEWEST = 99_999_999
"""Whoever asks for what was said before this id wants the newest, however great ids have become."""


def number_of(ctx: Context, room_id: str, counter: int) -> int:
    """The id of the event with that counter in a room, which has or lately had it.

    Mostly no round trip. Raises LingrError ``invalid_room``, ``unknown_message``.
    """
    known = ctx.store.numbers.known(room_id, counter, ctx.clock())
    return numbers_of(ctx, room_id, (counter,))[0] if known is None else known


def number_known(ctx: Context, room_id: str, counter: int) -> int | None:
    """The same without waiting: None if the engine would have to be asked."""
    return ctx.store.numbers.known(room_id, counter, ctx.clock())


def numbers_of(ctx: Context, room_id: str, counters: Sequence[int]) -> list[int]:
    """The ids of several events of a room, in the order given. Raises LingrError as ``number_of`` does."""
    found = ctx.store.numbers.find(room_id, counters, ctx.clock())
    numbers = [one for one in found if one is not None]
    if len(numbers) < len(found):
        raise LingrError("unknown_message")
    return numbers


def numbered(ctx: Context, room: Room, messages: Sequence[Message]) -> tuple[Numbered, ...]:
    """Messages of a room with their ids; one that the room has forgotten meanwhile is left out.

    Raises LingrError ``invalid_room``.
    """
    numbers = ctx.store.numbers.find(room.id, [one.id for one in messages], ctx.clock())
    return tuple(
        Numbered(number, room.public_id, message)
        for number, message in zip(numbers, messages, strict=True)
        if number is not None
    )


def place_of(ctx: Context, number: int) -> tuple[str, int] | None:
    """The room and the counter that an id stands for; the event may be forgotten. None if it is nobody's."""
    return ctx.store.numbers.place(number, ctx.clock())


def counter_before(ctx: Context, room_id: str, number: int) -> int | None:
    """The least counter in a room whose event has that id or a greater one; None if there is none yet.

    Raises LingrError ``invalid_room``.
    """
    return None if number == NEWEST else ctx.store.numbers.before(room_id, number, ctx.clock())


def forget(ctx: Context, room_id: str) -> None:
    """Forgets the ids of a room that is gone. To do so twice changes nothing."""
    ctx.store.numbers.forget(room_id)
