"""Who is in a room: entering, nicknames, leaving, and falling silent."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable

from lingr.domain import rates, rooms
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.ids import ALPHABET, ticket_of
from lingr.ids import room_of as room_of_ticket
from lingr.store.tickets import Flushed
from lingr.text import line
from lingr.values import Entrance, Occupant, User

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
    chosen = _nickname(nickname) or None
    rates.take(ctx, rates.ENTER, session.id)
    rooms.admit(ctx, caller, rooms.find(ctx, id), password)
    now = ctx.clock()
    due = now + int(ctx.settings.ticket_seconds * 1000)
    ticket = ticket_of(id, ctx.new_id())
    # Both notes come before the fact: one that nothing follows is harmless, one that is missing is not.
    # The second is repeated after it, because a sweep may have found the room empty in between.
    user_id = ctx.store.sessions.enter(session.id, ticket)
    ctx.store.presence.occupied(id, due)
    user = ctx.store.accounts.user(user_id) if user_id else None
    occupant = Occupant(
        id=ctx.new_id(),
        client_type=session.client_type,
        source=session.source,
        user_id=user.id if user else None,
        nickname=chosen,
        description=user.description if user else None,
    )
    occupant_id, held, room, occupants = ctx.store.rooms.enter(
        id, session_id=session.id, ticket=ticket, occupant=occupant, again=idempotent, now=now, joined=JOINED
    )
    ctx.store.presence.occupied(id, due)
    if held != ticket:
        ctx.store.sessions.forget(session.id, ticket)
    _stay(ctx, session.id, held, user_id)
    return Entrance(occupant_id, held, max(1, int(ctx.settings.hold_seconds)), room, occupants)


def _stay(ctx: Context, session_id: str, ticket: str, user_id: str | None) -> None:
    """Makes sure of the session after an entrance: it may have ended or changed its user meanwhile."""
    try:
        now = ctx.store.sessions.touch(session_id)
    except LingrError:
        leave(ctx, session_id, ticket)
        raise
    if now.user_id != user_id:
        identify(ctx, session_id, [ticket], ctx.store.accounts.user(now.user_id) if now.user_id else None)


def identify(ctx: Context, session_id: str, tickets: list[str], user: User | None) -> None:
    """Makes the occupants of a session's tickets that user's, or nobody's."""
    by_room: dict[str, list[str]] = defaultdict(list)
    for ticket in tickets:
        by_room[room_of(ticket)].append(ticket)
    for room_id, held in by_room.items():
        ctx.store.rooms.identify(
            room_id,
            session_id=session_id,
            user_id=user.id if user else "",
            description=user.description if user else "",
            tickets=held,
        )


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
    ctx.store.sessions.forget(caller.session_id, caller.ticket)
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
    # If this fails, the room comes again later, and does not keep others from being swept.
    ctx.store.presence.reschedule(room_id, now + lifetime)
    swept, oldest = ctx.store.rooms.sweep(room_id, before=now - lifetime, now=now, left=LEFT)
    for session_id, ticket in swept:
        ctx.store.sessions.forget(session_id, ticket)
    if oldest is None:
        ctx.store.presence.empty(room_id)
        # Somebody may have come in while the room was being called empty.
        _, oldest = ctx.store.rooms.sweep(room_id, before=0, now=now, left=LEFT)
    if oldest is not None:
        ctx.store.presence.reschedule(room_id, max(oldest + lifetime, now + 1))
    return len(swept)


def flush(ctx: Context, polling: Callable[[str], bool]) -> Flushed:
    """Writes down which tickets and sessions were active since the last time, and has tickets checked.

    ``polling`` tells whether the holder of a ticket is waiting right now.
    """
    flushed = ctx.store.tickets.flush(ctx.clock(), polling=polling)
    for session_id in flushed.sessions:
        ctx.store.sessions.seen(session_id)
    ctx.store.sessions.flush()
    return flushed


def _nickname(nickname: str) -> str:
    cleaned = line(nickname)
    if len(cleaned) > NICKNAME_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="nickname")
    # Made of joiners and direction marks alone it would be as good as none.
    return cleaned if any(unicodedata.category(one) != "Cf" for one in cleaned) else ""
