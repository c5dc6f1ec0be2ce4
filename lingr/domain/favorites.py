"""Messages that users like, of the 2009 API: favorite/add and favorite/remove.

They are no favourite rooms, which the 2007 API has.
"""

from __future__ import annotations

from lingr.domain import numbering, rates, showing
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values_v2 import Numbered


def add(ctx: Context, caller: Caller, *, message: int) -> Numbered:
    """Notes that the session's user likes a message; returns that.

    Raises LingrError ``unknown_message`` also for one that the user may not read, ``already_favorite``,
    ``rate_limited``.
    """
    room_id, found = _found(ctx, caller, message)
    ctx.store.favorites.add(room_id, caller.user_id, found.id, found.message.id)
    return found


def remove(ctx: Context, caller: Caller, *, message: int) -> Numbered:
    """Takes that back; returns the message.

    Raises LingrError ``unknown_message`` as ``add`` does, ``not_favorite``, ``rate_limited``.
    """
    room_id, found = _found(ctx, caller, message)
    if not ctx.store.favorites.remove(room_id, caller.user_id, found.id):
        raise LingrError("not_favorite")
    return found


def forget(ctx: Context, room_id: str) -> None:
    """A room is gone, with all that was liked there."""
    ctx.store.favorites.forget(room_id)


def _found(ctx: Context, caller: Caller, number: int) -> tuple[str, Numbered]:
    """The id of the room that has a message, and the message."""
    session = caller.present
    rates.take(ctx, session.id, (rates.SHOW, ""))
    place = numbering.place_of(ctx, number)
    seen = None if place is None else ctx.store.members.rooms_made([place[0]], session.user_id)[0]
    if place is None or seen is None or not seen.is_visible:
        raise LingrError("unknown_message")
    event = ctx.store.log.those([place])[0]
    if event is None or not showing.is_readable(event, session):
        raise LingrError("unknown_message")
    return seen.room.id, Numbered(number, seen.room.public_id, event)
