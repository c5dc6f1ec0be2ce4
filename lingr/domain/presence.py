"""Who is in a room: entering, nicknames, leaving, and falling silent."""

from __future__ import annotations

import re

from lingr.domain import rates, rooms
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.ids import ALPHABET, ticket_of
from lingr.ids import room_of as room_of_ticket
from lingr.text import line
from lingr.values import Entrance, Occupant

JOINED = " has joined the conversation"
LEFT = " has left the conversation"
RENAMED = " is now known as "
NICKNAME_CHARACTERS = 64
SWEEP_ROOMS = 500
LEASE_MILLISECONDS = 5000
TICKET = re.compile(rf"a-r-{rooms.ROOM_ID.pattern}-[{ALPHABET}]{{11}}")


def room_of(ticket: str) -> str:
    """The id of the room a ticket is for. Raises LingrError ``invalid_ticket``."""
    room_id = room_of_ticket(ticket) if TICKET.fullmatch(ticket) else None
    if room_id is None:
        raise LingrError("invalid_ticket")
    return room_id


def check(ctx: Context, caller: Caller) -> None:
    """Raises LingrError ``invalid_ticket`` unless the ticket is the session's and still good."""
    ctx.store.tickets.look(room_of(caller.ticket), caller.ticket, caller.session_id, now=ctx.clock())


def enter(
    ctx: Context, caller: Caller, *, id: str, password: str | None, nickname: str, idempotent: bool
) -> Entrance:
    """Lets the session into a room, as a new occupant; as an anonymous observer without a nickname.

    ``idempotent``: a session that is in the room already keeps its occupant and ticket, nickname
    included. Raises LingrError ``invalid_room``, ``room_password_required``, ``invalid_room_password``,
    ``invalid_parameter``, ``rate_limited``.
    """
    session = caller.present
    rates.take(ctx, rates.ENTER, session.id)
    rooms.admit(ctx, rooms.find(ctx, id), password)
    user = ctx.store.accounts.user(session.user_id) if session.user_id else None
    occupant = Occupant(
        id=ctx.new_id(),
        client_type=session.client_type,
        source=session.source,
        user_id=user.id if user else None,
        nickname=_nickname(nickname) or None,
        description=user.description if user else None,
    )
    now = ctx.clock()
    due = now + int(ctx.settings.ticket_seconds * 1000)
    ticket = ticket_of(id, ctx.new_id())
    # Both notes come before the fact: one that nothing follows is harmless, one that is missing is not.
    # The second is repeated after it, because a sweep may have found the room empty in between.
    ctx.store.sessions.enter(session.id, ticket)
    ctx.store.presence.occupied(id, due)
    occupant_id, held, room, occupants = ctx.store.rooms.enter(
        id, session_id=session.id, ticket=ticket, occupant=occupant, again=idempotent, now=now, joined=JOINED
    )
    ctx.store.presence.occupied(id, due)
    return Entrance(occupant_id, held, max(1, int(ctx.settings.hold_seconds)), room, occupants)


def set_nickname(ctx: Context, caller: Caller, *, nickname: str) -> None:
    """Gives the occupant a nickname; an observer's first one lets it join the conversation.

    Raises LingrError ``no_nickname_parameter``, ``invalid_parameter``, ``invalid_ticket``.
    """
    chosen = _nickname(nickname)
    if not chosen:
        raise LingrError("no_nickname_parameter")
    ctx.store.rooms.rename(
        room_of(caller.ticket),
        session_id=caller.session_id,
        ticket=caller.ticket,
        nickname=chosen,
        now=ctx.clock(),
        joined=JOINED,
        renamed=RENAMED,
    )
    ctx.store.sessions.seen(caller.session_id)


def exit(ctx: Context, caller: Caller) -> None:
    """Leaves the room. Raises LingrError ``invalid_ticket``."""
    ctx.store.rooms.exit(
        room_of(caller.ticket), session_id=caller.session_id, ticket=caller.ticket, now=ctx.clock(), left=LEFT
    )
    ctx.store.sessions.seen(caller.session_id)


def leave(ctx: Context, session_id: str, ticket: str) -> None:
    """Leaves the room, if the ticket is still good."""
    try:
        exit(ctx, Caller(session_id=session_id, ticket=ticket))
    except LingrError as error:
        if error.name != "invalid_ticket":
            raise


def sweep(ctx: Context) -> int:
    """Lets out the occupants whose tickets nobody polled for LINGR_TICKET_SECONDS; returns how many.

    Of all processes one does it, the one that holds the lease.
    """
    if not ctx.store.presence.hold_lease(LEASE_MILLISECONDS):
        return 0
    now = ctx.clock()
    lifetime = int(ctx.settings.ticket_seconds * 1000)
    return sum(
        _sweep_room(ctx, room_id, now, lifetime) for room_id in ctx.store.presence.due(now, SWEEP_ROOMS)
    )


def _sweep_room(ctx: Context, room_id: str, now: int, lifetime: int) -> int:
    count, oldest = ctx.store.rooms.sweep(room_id, before=now - lifetime, now=now, left=LEFT)
    if oldest is None:
        ctx.store.presence.empty(room_id)
        # Somebody may have come in while the room was being called empty.
        _, oldest = ctx.store.rooms.sweep(room_id, before=0, now=now, left=LEFT)
    if oldest is not None:
        ctx.store.presence.reschedule(room_id, max(oldest + lifetime, now + 1))
    return count


def flush(ctx: Context) -> None:
    """Writes down which tickets and sessions were active since the last time."""
    ctx.store.tickets.flush(ctx.clock())
    ctx.store.sessions.flush()


def _nickname(nickname: str) -> str:
    cleaned = line(nickname)
    if len(cleaned) > NICKNAME_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="nickname")
    return cleaned
