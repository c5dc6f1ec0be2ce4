"""Who is in a room: entering, nicknames, leaving, and falling silent."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable

from lingr.domain import archives, doors, rates
from lingr.domain.context import Caller, Context
from lingr.domain.room_fields import ROOM_ID
from lingr.errors import LingrError
from lingr.ids import ALPHABET, LENGTH, ticket_of
from lingr.ids import room_of as room_of_ticket
from lingr.store.entrances import Door, Entered
from lingr.store.rates import Allowance
from lingr.store.tickets import Flushed
from lingr.text import line
from lingr.values import Entrance, Occupant, Session

JOINED = " has joined the conversation"
LEFT = " has left the conversation"
RENAMED = " is now known as "
NICKNAME_CHARACTERS = 64
SWEEP_ROOMS = 500
INDEXED_AT_ONCE = 500
LEASE_MILLISECONDS = 5000
SESSION = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
TICKET = re.compile(rf"a-r-{ROOM_ID.pattern}-[{ALPHABET}]{{11}}")


def well_formed(session_id: str) -> str:
    """A session id, which may be that of a session. Raises LingrError ``invalid_session``."""
    if not SESSION.fullmatch(session_id):
        raise LingrError("invalid_session")
    return session_id


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
    included. Raises LingrError ``invalid_session``, ``invalid_room``, ``room_password_required``,
    ``invalid_room_password``, ``invalid_parameter``, ``rate_limited``.
    """
    session_id = well_formed(caller.session_id)
    chosen = _nickname(nickname) or None
    if not ROOM_ID.fullmatch(id):
        raise LingrError("invalid_room")
    door, ticket = _knock(ctx, session_id, id)
    room_id = room_of(ticket)
    try:
        if not door.exists:
            raise LingrError("invalid_room")
        as_member = _show_oneself(ctx, caller, door, room_id, password)
        entered = _pass(ctx, door, room_id, ticket, chosen, idempotent, as_member)
    except LingrError as refusal:
        if refusal.name != "unavailable":
            ctx.store.sessions.forget(session_id, ticket)
        raise
    if entered.ticket != ticket:
        ctx.store.sessions.forget(session_id, ticket)
    _stay(ctx, door.session, entered)
    hold = max(1, int(ctx.settings.hold_seconds))
    return Entrance(entered.occupant_id, entered.ticket, hold, entered.room, entered.occupants)


def _knock(ctx: Context, session_id: str, public_id: str) -> tuple[Door, str]:
    """The door of the room that goes by that id, and a ticket to enter with."""
    ticket = ticket_of(public_id, ctx.new_id())
    door = ctx.store.entrances.prepare(session_id, public_id, ticket, rates.allowance(ctx, rates.ENTER))
    if door.exists or door.elsewhere is None:
        return door, ticket
    ctx.store.sessions.forget(session_id, ticket)
    ticket = ticket_of(door.elsewhere, ctx.new_id())
    # It has been counted.
    found = ctx.store.entrances.prepare(session_id, door.elsewhere, ticket, Allowance(0, 0), public_id)
    return found, ticket


def _show_oneself(ctx: Context, caller: Caller, door: Door, room_id: str, password: str | None) -> bool:
    """Whether the session passes as a member of a room for members only. Raises LingrError as doors.open."""
    if door.members_only and doors.is_member(ctx, room_id, door.owner_id, door.session.user_id):
        return True
    if door.members_only and door.password is None:
        raise LingrError("invalid_room")
    doors.admit(ctx, caller, room_id, door.password, password)
    return False


def _pass(
    ctx: Context,
    door: Door,
    room_id: str,
    ticket: str,
    nickname: str | None,
    idempotent: bool,
    as_member: bool,
) -> Entered:
    now = ctx.clock()
    session = door.session
    occupant = Occupant(
        id=ctx.new_id(),
        client_type=session.client_type,
        source=session.source,
        user_id=session.user_id,
        nickname=nickname,
        description=session.description,
        icon=session.icon,
        username=session.username,
    )
    return ctx.store.entrances.enter(
        room_id,
        session_id=session.id,
        ticket=ticket,
        occupant=occupant,
        password=door.password,
        as_member=as_member,
        again=idempotent,
        now=now,
        due=now + int(ctx.settings.ticket_seconds * 1000),
        joined=JOINED,
        most=ctx.settings.roster_occupants,
    )


def _stay(ctx: Context, before: Session, entered: Entered) -> None:
    """Makes sure of the session after an entrance: it may have ended or changed its user meanwhile."""
    if entered.session is None:
        leave_all(ctx, before.id, [entered.ticket], before.user_id)
        raise LingrError("invalid_session")
    now = entered.session
    if (now.user_id, now.icon) != (before.user_id, before.icon):
        identify(ctx, now, [entered.ticket], former=before.user_id)


def identify(ctx: Context, session: Session, tickets: list[str], *, former: str | None = None) -> None:
    """Makes the occupants of a session's tickets those of its user, or nobody's.

    ``former`` is the user that the session had before.
    """
    user_id, session_id = session.user_id, session.id
    by_room: dict[str, list[str]] = defaultdict(list)
    for ticket in tickets:
        by_room[room_of(ticket)].append(ticket)
    users = ctx.store.users
    parted = [users.parted(former, session_id)] if former is not None and former != user_id else []
    listed = users.entered(user_id, session_id, list(by_room)) if user_id is not None and by_room else []
    replies = ctx.store.rooms.identify(
        session=session,
        tickets=by_room,
        now=ctx.clock(),
        before=[*parted, *listed],
        after=listed,
    )
    if user_id is not None:
        users.noted(user_id, replies[len(parted) :])


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
    room_id = room_of(caller.ticket)
    user_id = ctx.store.rooms.exit(
        room_id, session_id=caller.session_id, ticket=caller.ticket, now=ctx.clock(), left=LEFT
    )
    ctx.store.sessions.seen(caller.session_id)
    if user_id is not None:
        ctx.store.users.left([(user_id, caller.session_id, room_id)])


def leave_all(ctx: Context, session_id: str, tickets: list[str], user_id: str | None = None) -> None:
    """Leaves the rooms of those of a session's tickets that are still good.

    The session has ended; ``user_id`` is the user that it had.
    """
    rooms_of = {ticket: room_of(ticket) for ticket in tickets}
    after = [] if user_id is None else [ctx.store.users.parted(user_id, session_id)]
    ctx.store.rooms.exit_all(rooms_of, session_id=session_id, now=ctx.clock(), left=LEFT, after=after)


def sweep(ctx: Context) -> int:
    """Lets out the occupants whose tickets nobody polled for LINGR_TICKET_SECONDS; returns how many.

    Of all processes one does it, the one that holds the lease.
    """
    if not ctx.store.presence.lease.hold(LEASE_MILLISECONDS):
        return 0
    now = ctx.clock()
    lifetime = int(ctx.settings.ticket_seconds * 1000)
    return sum(
        _sweep_room(ctx, room_id, now, lifetime) for room_id in ctx.store.presence.due(now, SWEEP_ROOMS)
    )


def _sweep_room(ctx: Context, room_id: str, now: int, lifetime: int) -> int:
    # If this fails, the room comes again later, and does not keep others from being swept.
    ctx.store.presence.reschedule(room_id, now + lifetime)
    swept, oldest, is_empty = ctx.store.rooms.sweep(room_id, before=now - lifetime, now=now, left=LEFT)
    for one in swept:
        ctx.store.sessions.forget(one.session_id, one.ticket)
    if is_empty and archives.index_room(ctx, room_id, most=INDEXED_AT_ONCE) >= INDEXED_AT_ONCE:
        # What was said is indexed only in rooms that are looked at, so this one stays among them.
        ctx.store.presence.reschedule(room_id, now + 1)
    elif is_empty:
        ctx.store.presence.empty(room_id)
        # Somebody may have come in while the room was being called empty, or come, spoken and gone again.
        _, oldest, is_empty = ctx.store.rooms.sweep(room_id, before=0, now=now, left=LEFT)
        if is_empty:
            archives.index_room(ctx, room_id, most=INDEXED_AT_ONCE)
    if not is_empty:
        due = now if oldest is None else oldest
        ctx.store.presence.reschedule(room_id, max(due + lifetime, now + 1))
    # Last: who reads the lists finds out for itself who is gone.
    ctx.store.users.left(
        [(one.user_id, one.session_id, room_id) for one in swept if one.user_id is not None and not one.stays]
    )
    return len(swept)


def flush(ctx: Context, polling: Callable[[str], bool]) -> Flushed:
    """Writes down which tickets and sessions were active since the last time, and has tickets checked.

    ``polling`` tells whether the holder of a ticket is waiting right now.
    """
    flushed = ctx.store.tickets.flush(ctx.clock(), polling=polling)
    for session_id in flushed.sessions:
        ctx.store.sessions.seen(session_id)
    ctx.store.sessions.flush()
    ctx.store.users.flush()
    return flushed


def _nickname(nickname: str) -> str:
    cleaned = line(nickname)
    if len(cleaned) > NICKNAME_CHARACTERS:
        raise LingrError("invalid_parameter", parameter="nickname")
    # Made of joiners and direction marks alone it would be as good as none.
    return cleaned if any(unicodedata.category(one) != "Cf" for one in cleaned) else ""
