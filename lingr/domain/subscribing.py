"""Which rooms a session of the 2009 API hears."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lingr.domain import attendance, members
from lingr.domain.context import Caller, Context
from lingr.domain.places import Change, changed
from lingr.errors import LingrError
from lingr.store.subscribed import Subscribed
from lingr.values import Session

MOST_ROOMS = 300
MOST_TRIES = 8

SETTLE_SECONDS = (0.01, 0.02, 0.04, 0.08)
"""When to look whether the process that serves the session's polls has written down what it told it.

One that was killed never will, and nobody waits for it longer than this.
"""
PRESENCES = ("online", "offline")


def subscribe(ctx: Context, caller: Caller, *, rooms: Sequence[str], reset: bool) -> int:
    """Has the session hear these rooms, too, or after a ``reset`` these alone, from now on.

    The user comes online there. Returns the counter to observe from; whoever goes on with one it was told
    before misses nothing either. Who asks for the rooms that it hears already, as clients do after a failure,
    is given the last counter that it is known to have seen. Raises LingrError ``invalid_room``,
    ``invalid_parameter``, ``invalid_session``.
    """
    wanted = tuple(dict.fromkeys(rooms))
    if len(wanted) > MOST_ROOMS:
        raise LingrError("invalid_parameter", parameter="rooms")
    found = members.require_rooms(ctx, wanted, caller.user_id)
    ids = tuple(room.id for room in found)
    return _change(ctx, caller.present, lambda old: ids if reset else (*old, *ids), afresh=reset)


def unsubscribe(ctx: Context, caller: Caller, *, rooms: Sequence[str]) -> int:
    """Has the session hear these rooms no longer. Returns the counter to observe from.

    Rooms that it does not hear are no matter. Raises LingrError ``invalid_session``.
    """
    ids = set(rooms) | {room.id for room in members.rooms_named(ctx, tuple(dict.fromkeys(rooms)))}
    return _change(ctx, caller.present, lambda old: tuple(one for one in old if one not in ids), afresh=False)


def set_presence(ctx: Context, caller: Caller, *, presence: str) -> None:
    """Shows the session's user in the rooms it hears, or does not: ``online`` or ``offline``.

    Raises LingrError ``invalid_parameter``, ``invalid_session``.
    """
    if presence not in PRESENCES:
        raise LingrError("invalid_parameter", parameter="presence")
    known = _known(ctx, caller.present)
    is_offline = presence == "offline"
    ctx.store.subscriptions.set_offline(known, is_offline)
    if known.rooms:
        ctx.store.subscriptions.recheck(known.session.id, known.names[0])
    if is_offline:
        attendance.end(ctx, known.session.id)
    else:
        attendance.come(ctx, known.session, known.names)


def rooms_of(ctx: Context, session: Session) -> tuple[str, ...]:
    """The ids of the rooms that a session hears. Raises LingrError ``invalid_session``."""
    return _known(ctx, session).names


def part(ctx: Context, session: Session, room_ids: Sequence[str]) -> None:
    """Has a session that has ended hear nothing any more, and be nowhere; it heard these rooms."""
    attendance.end(ctx, session.id, room_ids, notice="gone")
    ctx.store.subscriptions.forget(session.id)
    if not room_ids:
        _wake(ctx, session)


def _known(ctx: Context, session: Session) -> Subscribed:
    now = ctx.clock()
    return ctx.store.subscriptions.of(session.id, now=now, oldest=now + 1)


def _change(
    ctx: Context, session: Session, wanted: Callable[[tuple[str, ...]], tuple[str, ...]], *, afresh: bool
) -> int:
    for _ in range(MOST_TRIES):
        known = _settled(ctx, session) if not afresh else _known(ctx, session)
        former = known.names
        change = _planned(ctx, known, wanted(former), afresh)
        if len(change.rooms) > MOST_ROOMS:
            raise LingrError("invalid_parameter", parameter="rooms")
        if set(change.rooms) == set(former) and not afresh:
            _attend(ctx, known, change, former)
            return known.told_surely
        written = ctx.store.subscriptions.write(
            known,
            change.number,
            {room_id: at for room_id, at in change.rooms.items() if known.rooms.get(room_id) != at},
            told=change.told if afresh or not former else known.told_surely,
            passage=change.passage,
            removed=change.removed,
            afresh=afresh,
        )
        if written:
            known.home.good = False
            _attend(ctx, known, change, former)
            return change.told
    raise LingrError("unavailable")


def _settled(ctx: Context, session: Session) -> Subscribed:
    """What a session is subscribed to, when its home has told how far it is."""
    first = _known(ctx, session)
    known = first
    if not first.rooms or first.process in ("", ctx.store.subscriptions.process):
        return known
    ctx.store.subscriptions.recheck(session.id, first.names[0])
    for seconds in SETTLE_SECONDS:
        ctx.pause(seconds)
        known = _known(ctx, session)
        if known.noted != first.noted or known.process != first.process:
            break
    return known


def _planned(ctx: Context, known: Subscribed, wanted: tuple[str, ...], afresh: bool) -> Change:
    wanted = tuple(dict.fromkeys(wanted))
    counters = ctx.store.counters.of(dict.fromkeys((*known.rooms, *wanted)), sure=True)
    return changed(
        {room_id: at for room_id, at in known.rooms.items() if room_id in counters},
        known.number,
        counters,
        wanted=[room_id for room_id in wanted if room_id in counters],
        seconds=ctx.clock() // 1000,
        told=known.sent_last,
        is_fresh=not known.rooms and not known.number,
        afresh=afresh,
    )


def _attend(ctx: Context, known: Subscribed, change: Change, former: Sequence[str]) -> None:
    """Shows the session in the rooms it hears now, and has polls that wait in other processes look again."""
    session = known.session
    if former and set(change.rooms) != set(former):
        ctx.store.subscriptions.recheck(session.id, former[0])
    elif not former and change.rooms:
        _wake(ctx, session)
    if change.removed:
        attendance.go(ctx, session.id, change.removed, notice="")
    if not known.is_offline:
        attendance.come(ctx, session, tuple(change.rooms))


def _wake(ctx: Context, session: Session) -> None:
    """Has the polls of a session that heard no room so far look again, wherever they wait."""
    if session.user_id is not None:
        ctx.store.subscriptions.wake(session.user_id)
