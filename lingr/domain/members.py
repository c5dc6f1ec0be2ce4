"""Members and owners of rooms, and who may see the rooms that are not for everybody."""

from __future__ import annotations

from collections.abc import Sequence

from lingr.domain import lists
from lingr.domain.context import Caller, Context
from lingr.domain.presence import LEFT
from lingr.domain.room_fields import ROOM_ID
from lingr.errors import LingrError
from lingr.store.members import Seen, Staff
from lingr.store.membership import Membership
from lingr.values import Room, User
from lingr.values_v2 import Member

JOINED = " has joined"
QUIT = " has left"
RAISED = " is now an owner"
LOWERED = " is no longer an owner"


def require_room(ctx: Context, public_id: str, user_id: str | None) -> Room:
    """The room that goes by that id, if that user may see it: all may see a public one, else its members.

    Raises LingrError ``invalid_room``.
    """
    return require_rooms(ctx, [public_id], user_id)[0]


def require_rooms(ctx: Context, public_ids: Sequence[str], user_id: str | None) -> tuple[Room, ...]:
    """The same for several rooms, in their order. Raises LingrError ``invalid_room`` if one is missing."""
    found = [_found(seen) for seen in _look(ctx, public_ids, user_id)]
    if not all(seen.is_visible for seen in found):
        raise LingrError("invalid_room")
    return tuple(seen.room for seen in found)


def rooms_named(ctx: Context, public_ids: Sequence[str]) -> list[Room]:
    """The rooms that go by these ids, whoever may see them; unknown ids are left out."""
    well_formed = [one for one in public_ids if ROOM_ID.fullmatch(one)]
    return [seen.room for seen in ctx.store.members.rooms(well_formed, None) if seen is not None]


def find(ctx: Context, public_id: str, user_id: str | None) -> Seen:
    """The room that goes by that id, and what that user is in it. Raises LingrError ``invalid_room``."""
    return _found(_look(ctx, [public_id], user_id)[0])


def _look(ctx: Context, public_ids: Sequence[str], user_id: str | None) -> list[Seen | None]:
    if not all(ROOM_ID.fullmatch(one) for one in public_ids):
        raise LingrError("invalid_room")
    return ctx.store.members.rooms(public_ids, user_id)


def _found(seen: Seen | None) -> Seen:
    if seen is None:
        raise LingrError("invalid_room")
    return seen


def closed_to(ctx: Context, room_ids: Sequence[str], user_id: str | None) -> list[str]:
    """Those of the rooms that a user may not see; a change of their settings shows within some seconds."""
    return ctx.store.members.closed_to(room_ids, user_id, ctx.clock())


def rooms_of(ctx: Context, caller: Caller) -> tuple[str, ...]:
    """The public ids of the rooms that the session's user is a member of."""
    return tuple(room.public_id for room in ctx.store.members.rooms_of(caller.user_id))


def of(ctx: Context, room: Room) -> tuple[Member, ...]:
    """The members of a room: owners first, and then those who have been members for longest."""
    return of_all(ctx, [room])[0]


def of_all(ctx: Context, rooms: Sequence[Room]) -> list[tuple[Member, ...]]:
    """The same for several rooms in two round trips."""
    staffs = ctx.store.members.of([room.id for room in rooms])
    for room, staff in zip(rooms, staffs, strict=True):
        # Of rooms of an older version it was not noted whose they are.
        if room.owner_id is not None:
            staff.members.setdefault(room.owner_id, Membership(owner=True, since=room.created))
    users = ctx.store.accounts.users(list({one: None for staff in staffs for one in staff.members}))
    return [_members(staff, users) for staff in staffs]


def _members(staff: Staff, users: dict[str, User]) -> tuple[Member, ...]:
    ranked = sorted(staff.members.items(), key=lambda pair: (not pair[1].owner, pair[1].since, pair[0]))
    return tuple(
        Member(
            id=user_id,
            username=users[user_id].username,
            name=users[user_id].nickname,
            icon=users[user_id].icon,
            is_owner=member.owner,
            is_online=user_id in staff.online,
            seen=member.seen,
        )
        for user_id, member in ranked
        if user_id in users
    )


def add(ctx: Context, room: Room, user: User, owner: bool | None = None) -> bool:
    """Makes a user a member of a room, and an owner or none unless ``owner`` is None.

    Returns whether it was not so before. Whose room it is, is always an owner: raises LingrError
    ``invalid_parameter`` for the attempt to change that, and ``invalid_room`` if the room is gone.
    """
    if owner is False and user.id == room.owner_id:
        raise LingrError("invalid_parameter", parameter="owner")
    return ctx.store.members.put(
        room.id, user, owner=owner, now=ctx.clock(), joined=JOINED, raised=RAISED, lowered=LOWERED
    )


def remove(ctx: Context, room: Room, user: User) -> bool:
    """Makes a user a member of a room no longer; returns whether it was one.

    It leaves a room for members only. In one with a password its sessions of the 2009 API leave, and who has
    entered by the password stays. A room that is hidden from it now is taken off its lists.
    Raises LingrError ``invalid_parameter`` for the user whose room it is, and ``invalid_room`` if the room
    is gone.
    """
    if user.id == room.owner_id:
        raise LingrError("invalid_parameter", parameter="user")
    removed = ctx.store.members.remove(room.id, user, now=ctx.clock(), quit=QUIT, left=LEFT)
    for session_id, ticket in removed.places:
        if ticket:
            ctx.store.sessions.forget(session_id, ticket)
    ctx.store.sessions.flush()
    if room.is_hidden:
        # Its lists would tell what goes on there.
        lists.mark_favorite(ctx, user.id, room, False)
        lists.mark_monitored(ctx, user.id, room, False)
    return removed.was_member
