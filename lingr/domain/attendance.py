"""Being in rooms without tickets: so sessions of the 2009 API are online in the rooms they subscribe to.

To others such a session is an occupant like any other. It is there for as long as it is heard of, in all
its rooms alike; when it has been silent for LINGR_TICKET_SECONDS it leaves them all. Whichever process dies
on the way, what it began is finished by the one that sweeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lingr.domain.context import Context
from lingr.domain.presence import JOINED, LEASE_MILLISECONDS, LEFT
from lingr.errors import LingrError
from lingr.store.attendance import Notice, Stint
from lingr.values import Occupant, Session

SWEPT_AT_ONCE = 500
TRIES = 5

AGAIN_MILLISECONDS = 10_000
"""When the rooms of a stint that has ended are left once more: nobody takes longer over coming into them."""


def come(ctx: Context, session: Session, room_ids: Sequence[str], *, notice: Notice = "") -> None:
    """Has a session with a user be in rooms. Those that are gone are passed over; where it is, it stays.

    With a ``notice`` every room tells all processes of it. Raises LingrError ``invalid_session`` if the
    session has ended meanwhile.
    """
    if not room_ids:
        return
    occupant = _occupant(ctx, session)
    for _ in range(TRIES):
        now = ctx.clock()
        due = now + _lifetime(ctx)
        stint = ctx.store.attendance.begin(session.id, due, ctx.new_id())
        outcome = ctx.store.attendance.attend(
            stint, room_ids, occupant, now=now, due=due, joined=JOINED, notice=notice
        )
        if outcome == (True, True):
            return
        # Somebody has ended the stint, or is about to, and may have looked for its rooms before it was there.
        ctx.store.attendance.look_after(stint, now + AGAIN_MILLISECONDS)
        if not outcome.is_alive:
            end(ctx, session.id)
            _leave(ctx, stint)
            raise LingrError("invalid_session")
    raise LingrError("unavailable")


def go(ctx: Context, session_id: str, room_ids: Sequence[str], *, notice: Notice = "gone") -> None:
    """Has a session be in rooms no longer; its stay in others goes on.

    With a ``notice`` every one of the rooms tells all processes of it, whether the session was there or not.
    """
    ctx.store.attendance.absent(Stint(session_id, ""), room_ids, now=ctx.clock(), left=LEFT, notice=notice)


def end(ctx: Context, session_id: str, room_ids: Sequence[str] = (), *, notice: Notice = "") -> None:
    """Has a session be in no room any longer; with a ``notice``, ``room_ids`` tell all processes of it."""
    now = ctx.clock()
    stints = ctx.store.attendance.end([session_id], now=now, again=now + AGAIN_MILLISECONDS)
    if room_ids:
        go(ctx, session_id, room_ids, notice=notice)
    for stint in stints:
        _leave(ctx, stint)


def stay(ctx: Context, session: Session) -> bool:
    """Notes that a session is still there. Returns True if it has been let go, and must come again."""
    now = ctx.clock()
    return not ctx.store.attendance.stay(session.id, now, now + _lifetime(ctx))


def seen(ctx: Context, session: Session) -> None:
    """Notes that a session was there until now, without a round trip; the next flush sees to it."""
    ctx.store.attendance.seen(session.id, ctx.clock())


def flush(ctx: Context, polling: Callable[[str], bool]) -> list[str]:
    """Writes down which sessions were there since the last time; returns those that must come again.

    ``polling`` tells whether a session's poll is waiting right now.
    """
    return ctx.store.attendance.flush(ctx.clock(), _lifetime(ctx), polling=polling)


def sweep(ctx: Context) -> int:
    """Has sessions leave their rooms that were silent for LINGR_TICKET_SECONDS; returns how many.

    Of all processes one does it, the one that holds the lease. It also ends what others began to end.
    """
    if not ctx.store.presence.lease.hold(LEASE_MILLISECONDS):
        return 0
    now = ctx.clock()
    silent = ctx.store.attendance.end((), now=now, again=now + AGAIN_MILLISECONDS, overdue=SWEPT_AT_ONCE)
    for stint in silent:
        _leave(ctx, stint)
    for stint in ctx.store.attendance.ended(now, SWEPT_AT_ONCE):
        _leave(ctx, stint)
        ctx.store.attendance.clear(stint)
    return len(silent)


def _leave(ctx: Context, stint: Stint) -> None:
    rooms = ctx.store.attendance.rooms(stint)
    ctx.store.attendance.absent(stint, rooms, now=ctx.clock(), left=LEFT, notice="")


def _occupant(ctx: Context, session: Session) -> Occupant:
    user = ctx.store.accounts.user(session.user_id) if session.user_id is not None else None
    if user is None or session.public_id is None:
        raise LingrError("invalid_session")
    return Occupant(
        id=session.public_id,
        client_type=session.client_type,
        source=session.source,
        user_id=user.id,
        nickname=user.nickname or user.username,
        description=user.description,
        icon=user.icon,
        username=user.username,
    )


def _lifetime(ctx: Context) -> int:
    return int(ctx.settings.ticket_seconds * 1000)
