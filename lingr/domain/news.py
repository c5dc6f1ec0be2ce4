"""What there is to tell in a room after a counter: to everybody who stands there, or to one reader."""

from __future__ import annotations

from lingr.domain import history
from lingr.domain.context import Context
from lingr.values import Message, News, Occupant, Reader, RoomState
from lingr.values_watch import Common, Standing, Watch


def at_hand(ctx: Context, room_id: str, counter: int) -> bool:
    """Whether ``common`` can tell from memory what happened after a counter, without asking the engine."""
    followed = ctx.store.mirror.rooms.get(room_id)
    if followed is None or followed.zone is None or followed.roster is None or not followed.holds(counter):
        return False
    return followed.occupants is not None or followed.size > ctx.settings.roster_occupants


def common(ctx: Context, room_id: str, counter: int, roster: int) -> Common[News]:
    """What everybody hears who stands at a counter and knows that version of the roster."""
    state = ctx.store.rooms.state(room_id)
    told = _next(ctx, room_id, counter, state)
    if told is not None:
        return told
    told = _common(ctx, room_id, counter, roster, state)
    # As it is now: the room may have moved on while the engine was asked.
    now, news = ctx.store.mirror.state(room_id), told.news
    if now is None or news is None or news.counter != now.counter or news.roster != now.roster:
        return told
    return Common(news, told.private, _up_to_date(news))


def for_one(ctx: Context, watch: Watch, occupant: Reader, state: RoomState) -> News | None:
    """What the holder of a watch hears in that state of the room; None: nothing.

    A watch's negative counter asks for the newest events.
    """
    if watch.counter < 0:
        return _newest(ctx, watch, occupant, state)
    told = _common(ctx, watch.room_id, watch.counter, watch.roster, state)
    if told.suits(occupant):
        return told.news
    page = history.after(
        ctx, watch.room_id, start_of(ctx, watch.counter, state), lambda one: is_heard(one, occupant)
    )
    occupants = _roster(ctx, watch.room_id, state)
    return News(page.counter, page.messages, occupants, state.zone, None, state.roster)


def is_heard(message: Message, occupant: Reader) -> bool:
    """Whether a reader is told of an event."""
    return not message.is_silent and message.concerns(occupant)


def start_of(ctx: Context, counter: int, state: RoomState) -> int:
    """From which counter somebody is told who asks from this one: from a later one, if it is far behind."""
    if state.counter - counter > ctx.settings.backlog_events:
        return state.counter - history.PAGE_MESSAGES
    return counter


def _common(ctx: Context, room_id: str, counter: int, roster: int, state: RoomState) -> Common[News]:
    if counter >= state.counter:
        return Common(_roster_news(ctx, room_id, counter, roster, state))
    followed = ctx.store.mirror.rooms.get(room_id)
    remembered = followed.news.get(counter) if followed is not None else None
    if remembered is None:
        remembered = _common_events(ctx, room_id, counter, state)
        if followed is not None and ctx.store.mirror.state(room_id) == state:
            followed.remember(counter, remembered)
    if remembered.news is None:
        return Common(_roster_news(ctx, room_id, counter, roster, state), remembered.private)
    return remembered


def _next(ctx: Context, room_id: str, counter: int, state: RoomState) -> Common[News] | None:
    """What `common` tells who is one event behind, if memory has it: the usual case."""
    followed = ctx.store.mirror.rooms.get(room_id)
    # A state that was read from the engine may be newer than what was heard.
    if followed is None or not followed.tail or state is not followed.state:
        return None
    event = followed.tail[-1]
    if not event.id == state.counter == counter + 1:
        return None
    is_large = state.size > ctx.settings.roster_occupants
    if not event.is_for_all or not (is_large or followed.occupants is not None):
        return None
    occupants = None if is_large else followed.occupants
    shared = (room_id, counter, event.id, state.roster, state.generation)
    news = News(event.id, (event,), occupants, state.zone, shared, state.roster)
    return Common(news, (), _up_to_date(news))


def _up_to_date(news: News) -> Standing:
    """Where those stand who have heard the newest there is."""
    return Standing(news.counter, None if news.occupants is None else news.roster, behind=False)


def _common_events(ctx: Context, room_id: str, counter: int, state: RoomState) -> Common[News]:
    page = history.after(ctx, room_id, start_of(ctx, counter, state), lambda one: one.is_for_all)
    if not page.messages:
        return Common(None, page.private)
    shared = (room_id, counter, page.counter, state.roster, state.generation)
    occupants = _roster(ctx, room_id, state)
    news = News(page.counter, page.messages, occupants, state.zone, shared, state.roster)
    return Common(news, page.private)


def _newest(ctx: Context, watch: Watch, occupant: Reader, state: RoomState) -> News | None:
    messages = history.last(ctx, watch.room_id, -watch.counter, lambda one: is_heard(one, occupant))
    if not messages:
        return None
    covered = max(state.counter, messages[-1].id)
    return News(covered, messages, _roster(ctx, watch.room_id, state), state.zone, None, state.roster)


def _roster_news(ctx: Context, room_id: str, counter: int, roster: int, state: RoomState) -> News | None:
    # Observers without a nickname come and go without an event: only the roster tells.
    if state.roster == roster:
        return None
    occupants = _roster(ctx, room_id, state)
    if occupants is None:
        return None
    counter = max(counter, state.counter)
    shared = (room_id, counter, state.roster, state.generation)
    return News(counter, (), occupants, state.zone, shared, state.roster)


def _roster(ctx: Context, room_id: str, state: RoomState) -> tuple[Occupant, ...] | None:
    if state.size > ctx.settings.roster_occupants:
        return None
    return ctx.store.rooms.roster(room_id)
