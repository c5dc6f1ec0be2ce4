"""Who may enter a room, and see what is in it: passwords, and rooms for members only."""

from __future__ import annotations

from lingr.domain import passwords, rates
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.ids import RANDOM_ID
from lingr.values import Room


def admit(ctx: Context, caller: Caller, room_id: str, kept: str | None, password: str | None) -> None:
    """Lets pass whoever knows the room's password, ``kept`` being the hash of it.

    Raises LingrError ``room_password_required`` when none was given, ``invalid_room_password``, and
    ``rate_limited`` for too many attempts from one address.
    """
    if kept is None:
        return
    if not password:
        raise LingrError("room_password_required")
    if passwords.recognised(kept, password):
        return
    rates.take(ctx, caller.address, (rates.ROOM_PASSWORD, room_id))
    if not passwords.matches(ctx, kept, password):
        raise LingrError("invalid_room_password")


def open(ctx: Context, caller: Caller, room: Room, password: str | None) -> None:
    """Lets pass whoever may enter a room.

    One for members only is open to members, and if it has a password to whoever knows that. Raises
    LingrError ``invalid_room`` and the errors of ``admit``.
    """
    if room.members_only and is_member(ctx, room.id, room.owner_id, user_of(ctx, caller)):
        return
    if room.is_hidden:
        raise LingrError("invalid_room")
    admit(ctx, caller, room.id, room.password, password)


def is_member(ctx: Context, room_id: str, owner_id: str | None, user_id: str | None) -> bool:
    """Whether a user, None being nobody, is a member of a room; whose room it is, always is."""
    return user_id is not None and (user_id == owner_id or ctx.store.members.has(room_id, user_id))


def user_of(ctx: Context, caller: Caller) -> str | None:
    """The user of the caller's session, where it may have come with one that nobody has looked at."""
    session = caller.session
    if session is None and RANDOM_ID.fullmatch(caller.session_id):
        try:
            session = ctx.store.sessions.touch(caller.session_id)
        except LingrError as error:
            if error.name != "invalid_session":
                raise
    return None if session is None else session.user_id
