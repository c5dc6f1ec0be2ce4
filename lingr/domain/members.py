"""Members and owners of rooms, and who may see the rooms that are not for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from lingr.domain.context import Caller, Context
from lingr.domain.room_fields import ROOM_ID
from lingr.errors import LingrError
from lingr.store.members import Seen
from lingr.values import Room

JOINED = " has joined"
LEFT = " has left"
RAISED = " is now an owner"
LOWERED = " is no longer an owner"


def require_room(ctx: Context, public_id: str, user_id: str | None) -> Room:
    """The room that goes by that id, if that user may see it: all may see a public one, else its members.

    Raises LingrError ``invalid_room``.
    """
    return require_rooms(ctx, [public_id], user_id)[0]


def require_rooms(ctx: Context, public_ids: Sequence[str], user_id: str | None) -> tuple[Room, ...]:
    """The same for several rooms, in their order. Raises LingrError ``invalid_room`` if one is missing."""
    if not all(ROOM_ID.fullmatch(one) for one in public_ids):
        raise LingrError("invalid_room")
    return tuple(_admitted(seen) for seen in ctx.store.members.rooms(public_ids, user_id))


def _admitted(seen: Seen | None) -> Room:
    if seen is None or not (seen.is_member or seen.room.is_public):
        raise LingrError("invalid_room")
    return seen.room


def rooms_of(ctx: Context, caller: Caller) -> tuple[str, ...]:
    """The public ids of the rooms that the session's user is a member of."""
    return tuple(room.public_id for room in ctx.store.members.rooms_of(caller.user_id))
