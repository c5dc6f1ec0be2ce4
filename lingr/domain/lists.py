"""The two lists of rooms that a user keeps: favourites, and rooms whose talk is to be told."""

from __future__ import annotations

from lingr.domain import doors, rooms
from lingr.domain.context import Caller, Context
from lingr.values import Room

MOST_FAVORITES = 200
MOST_MONITORED = 100


def set_favorite(ctx: Context, caller: Caller, *, id: str, favorite: bool, password: str | None) -> None:
    """Makes a room a favourite of the session's user, or none any more. To do so twice changes nothing.

    Who adds a room with a password must know it, or own the room. Raises LingrError ``not_logged_in``,
    ``invalid_room``, ``too_many_rooms`` (a user may have 200) and the errors of `doors.open`.
    """
    room = _found(ctx, caller, id, favorite, password)
    mark_favorite(ctx, caller.user_id, room, favorite)


def set_monitored(ctx: Context, caller: Caller, *, id: str, monitored: bool, password: str | None) -> None:
    """Has a room monitored for the session's user, or no longer: at most 100. Else as ``set_favorite``."""
    room = _found(ctx, caller, id, monitored, password)
    mark_monitored(ctx, caller.user_id, room, monitored)


def mark_favorite(ctx: Context, user_id: str, room: Room, favorite: bool) -> None:
    """The same for any user, no questions asked. Raises LingrError ``too_many_rooms``."""
    ctx.store.users.mark(user_id, "favorite", room, favorite, MOST_FAVORITES)


def mark_monitored(ctx: Context, user_id: str, room: Room, monitored: bool) -> None:
    """The same for any user, no questions asked. Raises LingrError ``too_many_rooms``."""
    ctx.store.users.mark(user_id, "monitored", room, monitored, MOST_MONITORED)


def _found(ctx: Context, caller: Caller, room_id: str, wanted: bool, password: str | None) -> Room:
    room = rooms.find(ctx, room_id)
    if wanted and room.owner_id != caller.user_id:
        doors.open(ctx, caller, room, password)
    return room
