"""Reading along in several rooms at once: event/observe of the 2009 API.

As in `lingr.domain.observing` the stored logs are the truth. What a session has been told follows from the
number that it polls with; see `lingr.domain.places`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from lingr.domain import attendance, history, members, numbering
from lingr.domain.context import Caller, Context
from lingr.domain.places import MOST_NUMBER, Counted, Place, along, counted, to_tell, traced
from lingr.errors import LingrError
from lingr.ids import is_login
from lingr.store.keys import USER
from lingr.store.mirror import Home
from lingr.store.subscriptions import Passage, Subscribed
from lingr.values import Message, Reader
from lingr.values_v2 import Event, Events, EventsWatch, Numbered
from lingr.values_watch import Common, Standing

HOME_MILLISECONDS = 30_000
"""How long a session is taken from memory before the engine is asked again."""

RENEWAL_MILLISECONDS = 3_600_000
"""The same for one whose polls need no look at it: asking keeps it alive."""

MOST_EVENTS = 50
"""Events in one answer."""

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
    with suppress(_Overtaken):
        _admit(ctx, known)
    stay(ctx, known)
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
            found = _found(ctx, known, watch.counter)
        except _Overtaken:
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


def stay(ctx: Context, known: Subscribed) -> None:
    """Notes that a session is there; if it had fallen silent it comes back into its rooms."""
    if not known.is_offline and known.rooms and attendance.stay(ctx, known.session):
        attendance.come(ctx, known.session, known.names)


def flush(ctx: Context, polling: Callable[[str], bool]) -> None:
    """Writes down which sessions were there; ``polling`` tells whether one's poll waits right now."""
    for session_id in attendance.flush(ctx, polling):
        known = ctx.store.subscriptions.known(session_id)
        if known is not None:
            # Whom this fails for, because its session has ended, say, does not keep the others away.
            with suppress(LingrError):
                stay(ctx, known)
    ctx.store.subscriptions.flush()
    _renew(ctx, polling)
    ctx.store.subscriptions.prune(ctx.clock())


def _renew(ctx: Context, polling: Callable[[str], bool]) -> None:
    now = ctx.clock()
    oldest = now - RENEWAL_MILLISECONDS
    for session_id in ctx.store.subscriptions.stale(oldest):
        if polling(session_id):
            try:
                ctx.store.subscriptions.of(session_id, now=now, oldest=oldest)
            except LingrError as error:
                known = ctx.store.subscriptions.known(session_id)
                if known is None or error.name != "invalid_session":
                    raise
                # Its next poll finds out.
                known.home.good = False


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
    newest = followed.tail[-1].id if followed.tail else counter
    return ctx.store.counters.known_public_id(room_id) is not None and (
        newest <= counter or numbering.number_known(ctx, room_id, newest) is not None
    )


def common(ctx: Context, room_id: str, counter: int) -> Common[Events]:
    """What everybody hears who hears that room alone, and stands at a counter of its."""
    state = ctx.store.rooms.state(room_id)
    if counter >= state.counter:
        return Common(None)
    page = history.after(ctx, room_id, counter, _is_told_to_all)
    if not page.messages:
        return Common(None, page.private)
    events = _events(ctx, [Counted(one.id, room_id, one) for one in page.messages])
    covered = Events(events.counter, events.events, (room_id, counter, events.counter, state.generation))
    # As it is now: the room may have moved on while the engine was asked.
    now = ctx.store.mirror.state(room_id)
    is_newest = now is not None and now.counter == covered.counter
    there = Standing(covered.counter, None, behind=False) if is_newest else None
    return Common(covered, page.private, there)


class _Overtaken(Exception):
    """Another process has written down something else about the session in between."""


def _admit(ctx: Context, known: Subscribed) -> None:
    """Has a session no longer hear rooms that are not public, and of which its user is no member now."""
    if known.admitted == known.home.checked:
        return
    closed = members.closed_to(ctx, known.names, known.session.user_id)
    if closed:
        _write(ctx, known, max(known.number, known.sent_last), {}, removed=closed)
        attendance.go(ctx, known.session.id, closed, notice="")
    known.admitted = known.home.checked


def _found(ctx: Context, known: Subscribed, asked: int) -> Events | None:
    if not known.rooms:
        return None
    counters = _counters(ctx, known)
    gone = [room_id for room_id in known.rooms if room_id not in counters]
    if gone:
        _write(ctx, known, max(known.number, known.sent_last), {}, removed=gone)
        return _found(ctx, known, asked)
    asked = _not_ahead(ctx, known, asked, counters)
    known.home.asked = asked
    passages = ctx.store.subscriptions.passages(known) if asked < known.number else ()
    place, walked = traced(known.rooms, passages, asked)
    alone = known.alone
    if alone is not None and asked >= known.number:
        place = {alone: known.rooms[alone] + asked - known.number}
    visible = partial(_is_told, known.home.occupant)
    found: list[Counted] = []
    for passage in walked:
        found += _passed(ctx, passage, place, asked, visible)
        if len(found) >= MOST_EVENTS:
            return _events(ctx, found[:MOST_EVENTS])
    found += (
        _newer_alone(ctx, known, alone, place, visible)
        if alone
        else _newer(ctx, known, counters, place, visible)
    )
    return _events(ctx, found[:MOST_EVENTS]) if found else None


def _passed(
    ctx: Context, passage: Passage, place: Place, asked: int, visible: Callable[[Message], bool]
) -> list[Counted]:
    """What is to be told of a passage that was made before."""
    if passage.alone:
        told: list[Counted] = []
        for room_id, (start, end) in passage.moved.items():
            begin = max(start, place.get(room_id, end))
            if begin < end:
                read = ctx.store.log.reader(room_id, end)
                page = history.after(ctx, room_id, begin, visible, end - begin, read=read)
                told += along(passage, {room_id: page.messages})
        return to_tell(told, place, asked, visible)
    events = {
        room_id: ctx.store.log.reader(room_id, end)(room_id, start, end - start)
        for room_id, (start, end) in passage.moved.items()
        if start < end
    }
    return to_tell(along(passage, events), place, asked, visible)


def _newer_alone(
    ctx: Context, known: Subscribed, room_id: str, place: Place, visible: Callable[[Message], bool]
) -> list[Counted]:
    """What has happened since in the only room: the numbers rise with its counter, so nothing is noted."""
    start = known.rooms[room_id]
    page = history.after(ctx, room_id, max(start, place[room_id]), visible)
    return [Counted(known.number + one.id - start, room_id, one) for one in page.messages]


def _newer(
    ctx: Context,
    known: Subscribed,
    counters: Mapping[str, int],
    place: Place,
    visible: Callable[[Message], bool],
) -> list[Counted]:
    """What has happened since in several rooms, its order noted before anybody is told."""
    while True:
        events = {
            room_id: ctx.store.log.after(room_id, position, MOST_EVENTS)
            for room_id, position in known.rooms.items()
            if counters[room_id] > position
        }
        order = counted(events, 0)[:MOST_EVENTS]
        last = next((at for at in range(len(order), 0, -1) if visible(order[at - 1].event)), 0)
        if not order or (not last and len(order) < MOST_EVENTS):
            return []
        taken = order[: last or len(order)]
        moved = {one.room_id: (known.rooms[one.room_id], one.event.id) for one in taken}
        before = known.number
        after = before + sum(end - start for start, end in moved.values())
        passage = Passage(before, after, moved)
        _write(ctx, known, after, {room_id: end for room_id, (_, end) in moved.items()}, passage=passage)
        if last:
            first = after - len(taken) + 1
            numbered = [one._replace(number=first + at) for at, one in enumerate(taken)]
            return to_tell(numbered, place, before, visible)


def _not_ahead(ctx: Context, known: Subscribed, asked: int, counters: Mapping[str, int]) -> int:
    """The number to go on from: that which was asked from, unless nobody can have been told it yet.

    A client that kept the number of a former session is met where it stands.
    """
    alone = known.alone
    top = known.number if alone is None else known.number + max(0, counters[alone] - known.rooms[alone])
    if asked <= top:
        return asked
    if alone is not None:
        top += max(0, ctx.store.counters.of([alone], sure=True).get(alone, 0) - counters[alone])
        if asked <= top:
            return asked
    if asked > MOST_NUMBER:
        return top
    if alone is None:
        _write(ctx, known, asked, {}, passage=Passage(known.number, asked, {}))
        return asked
    begin = known.rooms[alone]
    at = max(begin + max(0, known.told_surely - known.number), counters[alone] - MOST_EVENTS)
    _write(
        ctx, known, asked, {alone: at}, passage=Passage(known.number, asked, {alone: (begin, at)}, alone=True)
    )
    return asked


def _believed(counter: int) -> int | None:
    return counter if counter <= MOST_NUMBER else None


def _write(
    ctx: Context,
    known: Subscribed,
    number: int,
    rooms: Mapping[str, int],
    *,
    passage: Passage | None = None,
    removed: Iterable[str] = (),
) -> None:
    if not ctx.store.subscriptions.write(
        known, number, rooms, told=known.told_surely, passage=passage, removed=removed
    ):
        raise _Overtaken


def _counters(ctx: Context, known: Subscribed) -> dict[str, int]:
    return ctx.store.counters.of(known.names)


def _events(ctx: Context, found: Sequence[Counted]) -> Events:
    return Events(found[-1].number, tuple(Event(one.number, _numbered(ctx, one)) for one in found))


def _numbered(ctx: Context, one: Counted) -> Numbered:
    is_message = one.event.type in ("user", "private")
    number = numbering.number_of(ctx, one.room_id, one.event.id) if is_message else 0
    return Numbered(number, ctx.store.counters.public_id(one.room_id), one.event)


def _is_told_to_all(event: Message) -> bool:
    return event.type == "user" or event.online is not None or event.type == "membership"


def _is_told(reader: Reader, event: Message) -> bool:
    return _is_told_to_all(event) or (event.type == "private" and event.concerns(reader))
