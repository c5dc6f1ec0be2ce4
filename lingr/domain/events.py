"""Reading along in several rooms at once: event/observe of the 2009 API.

As in `lingr.domain.observing` the stored logs are the truth. What a session has been told follows from the
number that it polls with; see `lingr.domain.places`.
"""

from __future__ import annotations

from contextlib import suppress

from lingr.domain import attendance, history, members, numbering, staying
from lingr.domain.context import Caller, Context
from lingr.domain.passages import Overtaken, events_of, found_after, is_told_to_all, write
from lingr.domain.places import MOST_NUMBER, Counted
from lingr.errors import LingrError
from lingr.ids import is_login
from lingr.store.keys import USER
from lingr.store.mirror import Home
from lingr.store.subscribed import Subscribed
from lingr.values_v2 import Events, EventsWatch
from lingr.values_watch import Common, Standing

HOME_MILLISECONDS = 30_000
"""How long a session is taken from memory before the engine is asked again."""

MOST_TRIES = 8
"""How often to look again when another process has told the same session something in between."""


def observe(ctx: Context, caller: Caller, *, counter: int | None) -> Events | EventsWatch:
    """What happened in the session's rooms after a counter, or what to wait for when nothing did.

    Without a counter: after the last one that it is known to have been told. Raises LingrError
    ``invalid_session``.
    """
    session_id = caller.session_id
    if not is_login(session_id):
        raise LingrError("invalid_session")
    now = ctx.clock()
    known = ctx.store.subscriptions.of(session_id, now=now, oldest=now - HOME_MILLISECONDS, polls=True)
    known.home.seen = now
    with suppress(Overtaken):
        _admit(ctx, known)
    staying.stay(ctx, known)
    asked = known.told_surely if counter is None else counter
    names = known.names
    name = names[0] if names else f"{USER}{known.session.user_id}"
    watch = EventsWatch(session_id, session_id, asked, names, name)
    if all(room_id in ctx.store.mirror.rooms for room_id in known.rooms):
        return look(ctx, watch) or watch
    # Who waits for these rooms begins to follow them, and then looks.
    return watch


def look(ctx: Context, watch: EventsWatch) -> Events | None:
    """What happened since the watch began, or None. Raises LingrError ``invalid_session``.

    If the session hears other rooms by now, nothing has happened: its next poll waits for these.
    """
    for _ in range(MOST_TRIES):
        now = ctx.clock()
        known = ctx.store.subscriptions.of(watch.session_id, now=now, oldest=now - HOME_MILLISECONDS)
        try:
            _admit(ctx, known)
            found = found_after(ctx, known, watch.counter)
        except Overtaken:
            continue
        if found is None and known.names != watch.rooms:
            return Events(watch.counter)
        known.home.told = found.counter if found is not None else _believed(watch.counter)
        return found
    raise LingrError("unavailable")


def end(ctx: Context, watch: EventsWatch) -> None:
    """The watch is over: its session was there until now. No round trip: callbacks of the loop come here."""
    known = ctx.store.subscriptions.known(watch.session_id)
    if known is not None:
        known.home.seen = ctx.clock()
        if not known.is_offline and known.rooms:
            attendance.seen(ctx, known.session)


def standing(ctx: Context, watch: EventsWatch) -> tuple[Home, Standing] | None:
    """Where the holder of a watch stands that was just looked at, and found nothing to hear.

    None when its answer is not the one that all get who hear that room alone.
    """
    known = ctx.store.subscriptions.known(watch.session_id)
    if known is None or known.alone is None or known.rooms[known.alone] != known.number:
        return None
    state = ctx.store.mirror.state(known.alone)
    if state is None or known.home.told != watch.counter or watch.counter > state.counter:
        return None
    if watch.counter < known.number or known.home.room_id != known.alone:
        return None
    passed = ctx.store.mirror.rooms[known.alone].after(watch.counter, state.counter - watch.counter)
    if passed is None:
        # The engine would have to be asked, and the room might move on meanwhile.
        return None
    return known.home, Standing(watch.counter, None, behind=any(one.type == "private" for one in passed))


def at_hand(ctx: Context, room_id: str, counter: int) -> bool:
    """Whether ``common`` can tell from memory what happened after a counter, without asking the engine."""
    followed = ctx.store.mirror.rooms.get(room_id)
    if followed is None or followed.zone is None or followed.roster is None or not followed.holds(counter):
        return False
    newest = followed.newest
    return ctx.store.counters.known_public_id(room_id) is not None and (
        newest <= counter or numbering.number_known(ctx, room_id, newest) is not None
    )


def common(ctx: Context, room_id: str, counter: int) -> Common[Events]:
    """What everybody hears who hears that room alone, and stands at a counter of its."""
    state = ctx.store.rooms.state(room_id)
    if counter >= state.counter:
        return Common(None)
    page = history.after(ctx, room_id, counter, is_told_to_all)
    if not page.messages:
        return Common(None, page.private)
    events = events_of(ctx, [Counted(one.id, room_id, one) for one in page.messages])
    covered = Events(events.counter, events.events, (room_id, counter, events.counter, state.generation))
    # As it is now: the room may have moved on while the engine was asked.
    now = ctx.store.mirror.state(room_id)
    is_newest = now is not None and now.counter == covered.counter
    there = Standing(covered.counter, None, behind=False) if is_newest else None
    return Common(covered, page.private, there)


def _admit(ctx: Context, known: Subscribed) -> None:
    """Has a session no longer hear rooms that are not public, and of which its user is no member now."""
    if known.admitted == known.home.checked:
        return
    closed = members.closed_to(ctx, known.names, known.session.user_id)
    if closed:
        write(ctx, known, max(known.number, known.sent_last), {}, removed=closed)
        attendance.go(ctx, known.session.id, closed, notice="")
    known.admitted = known.home.checked


def _believed(counter: int) -> int | None:
    return counter if counter <= MOST_NUMBER else None
