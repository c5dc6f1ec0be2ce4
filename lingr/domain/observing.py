"""Reading along: room.observe and room.getMessages.

The stored log is the truth here. A wake-up only means that it is worth looking again.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from lingr.domain import history, news, rates
from lingr.domain.context import Caller, Context
from lingr.domain.presence import room_of
from lingr.errors import LingrError
from lingr.store.announcements import Announcement
from lingr.store.mirror import Home
from lingr.store.reading import Read
from lingr.store.tickets import Opened
from lingr.values import Message, News, RoomState
from lingr.values_watch import Standing, Watch

STALE_POLLS = 3
"""The third poll in a row with one and the same stale counter is refused."""

HOME_MILLISECONDS = 30_000
"""How long a ticket is taken from memory before the engine is asked again."""

SETTLE_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.4)
"""When to look whether the former home of a ticket has written down what it told the holder.

One that was killed never will, and nobody waits for it longer than this.
"""


def observe(ctx: Context, caller: Caller, *, counter: int | None) -> News | Watch:
    """What happened after a counter, or what to wait for when nothing did.

    Without a counter: after the last one that the ticket was told. A negative one asks for the newest
    events. Raises LingrError ``invalid_ticket``, ``repeated_counter``.
    """
    home = _home(ctx, room_of(caller.ticket), caller.ticket, caller.session_id, sure=counter is None)
    state = ctx.store.rooms.state(home.room_id)
    ctx.store.tickets.seen(home, ctx.clock())
    start = _position(ctx, home, state) if counter is None else counter
    home.roster = state.roster if home.roster is None else home.roster
    watch = Watch(home.room_id, home.session_id, home.ticket, start, home.roster, counter is None)
    heard = news.for_one(ctx, watch, home.occupant, state)
    if heard is None or counter is None:
        _count_stale(ctx, home, None)
    else:
        _count_stale(ctx, home, counter if counter != home.told else None)
    if heard is None:
        if 0 <= start <= state.counter:
            # Who asks from here has been told so far, by whomever.
            home.told = start
            if home.room_id not in ctx.store.mirror.rooms:
                ctx.store.tickets.note(home)
        # Negative means the newest events. There are none, so the first one to come is awaited.
        return watch if start >= 0 else replace(watch, counter=state.counter, roster=state.roster)
    return _told(ctx, home, heard, from_position=counter is None)


def look(ctx: Context, watch: Watch) -> News | None:
    """What happened since the watch began, or None. Raises LingrError ``invalid_ticket``."""
    home = _home(ctx, watch.room_id, watch.ticket, watch.session_id)
    state = ctx.store.rooms.state(watch.room_id)
    heard = news.for_one(ctx, watch, home.occupant, state)
    if heard is not None:
        return _told(ctx, home, heard, from_position=watch.from_position)
    stands = not watch.from_position and watch.counter <= state.counter
    if stands and home.told in (None, watch.counter):
        # The record may be newer than the poll, which says where its holder stands.
        home.told = watch.counter
        home.roster = watch.roster if home.roster is None else home.roster
    return None


def end(ctx: Context, watch: Watch, *, unanswered: bool) -> None:
    """The watch is over: its holder was there until now.

    ``unanswered``: it is told that nothing happened, and may leave it to us to know from which counter to
    go on.
    """
    home = known(ctx, watch.room_id, watch.ticket)
    if home is None:
        return
    ctx.store.tickets.seen(home, ctx.clock())
    if unanswered and home.told != home.written:
        ctx.store.tickets.note(home)


def hand_over(ctx: Context, homes: Iterable[Home]) -> None:
    """Writes down how far holders were told, for another process that serves them or wants to know."""
    tickets = []
    for home in homes:
        if home.ticket == home.session_id:
            ctx.store.subscriptions.note(home)
        else:
            tickets.append(home)
    ctx.store.tickets.hand_over(tickets, ctx.clock())


def known(ctx: Context, room_id: str, ticket: str) -> Home | None:
    """The home of a ticket whose polls this process serves, if it has one at hand."""
    followed = ctx.store.mirror.rooms.get(room_id)
    return followed.homes.get(ticket) if followed is not None else None


def get_messages(ctx: Context, caller: Caller, *, counter: int | None, user_messages_only: bool) -> News:
    """What happened after a counter, at once, nothing included. Arguments and errors as ``observe``.

    Raises LingrError ``rate_limited`` besides.
    """
    room_id = room_of(caller.ticket)
    home = _home(ctx, room_id, caller.ticket, caller.session_id, sure=True) if counter is None else None
    after = counter if counter is not None and counter >= 0 else None
    read = _read(ctx, room_id, caller, after)
    ctx.store.sessions.seen(caller.session_id)
    state = RoomState(read.counter, read.roster, read.size, read.zone, ctx.store.mirror.generation)
    start = _position(ctx, home, state) if home is not None else counter or 0

    def keep(message: Message) -> bool:
        wanted = not user_messages_only or message.type in ("user", "private")
        return wanted and news.is_heard(message, read.holder)

    if start < 0:
        messages, covered = history.last(ctx, room_id, -start, keep), state.counter
    else:
        begin = news.start_of(ctx, start, state)
        page = history.after(ctx, room_id, begin, keep, first=read.events if begin == after else None)
        # A counter that is ahead of the room covers no more than the room has.
        messages, covered = page.messages, page.counter if page.messages else min(page.counter, state.counter)
    occupants = None if state.size > ctx.settings.roster_occupants else read.occupants
    heard = News(covered, messages, occupants, state.zone, None, state.roster)
    return heard if home is None else _told(ctx, home, heard, from_position=True)


def standing(ctx: Context, watch: Watch) -> tuple[Home, Standing] | None:
    """Where the holder of a watch stands that was just looked at, and found nothing to hear.

    None when there is more to its next poll than that it asks from the same place again.
    """
    home = known(ctx, watch.room_id, watch.ticket)
    state = ctx.store.mirror.state(watch.room_id)
    if home is None or state is None or not home.good or home.suspect:
        return None
    if watch.from_position or home.told != watch.counter or watch.counter > state.counter:
        return None
    roster = None if state.size > ctx.settings.roster_occupants else state.roster
    if roster is not None and roster != home.roster:
        return None
    return home, Standing(watch.counter, roster, watch.counter < state.counter)


def worth_waking(ctx: Context, announcement: Announcement) -> bool:
    """Whether those who wait in the room have anything to look at."""
    return announcement.event is not None or announcement.size <= ctx.settings.roster_occupants


def _home(ctx: Context, room_id: str, ticket: str, session_id: str, *, sure: bool = False) -> Home:
    # To be sure means to ask the engine: that the ticket went elsewhere may not have been heard here yet.
    now = ctx.clock()
    oldest = now + 1 if sure else now - HOME_MILLISECONDS
    return ctx.store.tickets.home(room_id, ticket, session_id, now=now, oldest=oldest)


def _read(ctx: Context, room_id: str, caller: Caller, counter: int | None) -> Read:
    return ctx.store.reading.read(
        room_id,
        session_id=caller.session_id,
        ticket=caller.ticket,
        now=ctx.clock(),
        most=ctx.settings.roster_occupants,
        allowance=rates.allowance(ctx, rates.GET_MESSAGES),
        counter=counter,
    )


def _position(ctx: Context, home: Home, state: RoomState) -> int:
    if home.told is not None:
        return home.told
    noted = _noted(ctx, home)
    for seconds in SETTLE_SECONDS:
        if noted.settled:
            break
        ctx.pause(seconds)
        noted = _noted(ctx, home)
    return state.counter if noted.position is None else noted.position


def _noted(ctx: Context, home: Home) -> Opened:
    return ctx.store.tickets.look(home.room_id, home.ticket, home.session_id, now=ctx.clock())


def _told(ctx: Context, home: Home, heard: News, *, from_position: bool) -> News:
    home.heard(heard.counter, None if heard.occupants is None else heard.roster, ctx.clock())
    if from_position or home.room_id not in ctx.store.mirror.rooms:
        # This client will not say where it stands, so any process must know before it asks again. Of a
        # room that is not followed this process would not hear that another one wants to know.
        ctx.store.tickets.note(home)
        ctx.store.tickets.flush(ctx.clock(), rooms=[home.room_id])
    return heard


def _count_stale(ctx: Context, home: Home, counter: int | None) -> None:
    # A poll from where this process left the holder is no repetition, and costs no round trip.
    if counter is None and not home.suspect:
        return
    times = ctx.store.tickets.stale(home, counter)
    home.suspect = counter is not None
    if times >= STALE_POLLS:
        raise LingrError("repeated_counter")
