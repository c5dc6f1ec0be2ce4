"""What a room has to show to those who do not enter it: room/show and room/get_archives of the 2009 API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from lingr.domain import bots, members, numbering, rates
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values import Holder, Message, Room, Session
from lingr.values_v2 import Bot, Member, Numbered, ShownRoom

SHOWN_MESSAGES = 30
ARCHIVE_MESSAGES = 30
MOST_ARCHIVE_MESSAGES = 100
MOST_ROOMS = 200
"""Rooms in one call."""

FIRST_EVENTS = 200
"""Events looked at first: mostly there are enough messages among them."""

CHUNK_EVENTS = 1000
ENOUGH_EVENTS = 20_000
"""Of one room, or of several together: among these, what was found is told, few as it may be."""

MESSAGES = "messages"
ROSTER = "roster"

Keep = Callable[[Message], bool]


def show(
    ctx: Context, caller: Caller, *, rooms: Sequence[str], parts: Collection[str] | None
) -> tuple[ShownRoom, ...]:
    """Rooms in the order asked for, each with its last 30 messages and its roster.

    Of these two the ``parts`` named are told; if none is, both. Raises LingrError ``missing_parameter`` for
    no rooms, ``invalid_parameter`` for more than 200, ``rate_limited``, and ``invalid_room`` if the user may
    not see one of them.
    """
    wanted = tuple(dict.fromkeys(rooms))
    if not wanted:
        raise LingrError("missing_parameter", parameter="room")
    if len(wanted) > MOST_ROOMS:
        raise LingrError("invalid_parameter", parameter="rooms")
    session = caller.present
    rates.take(ctx, session.id, (rates.SHOW, ""))
    chosen = {MESSAGES, ROSTER}.intersection(parts or ()) or {MESSAGES, ROSTER}
    found = members.require_rooms(ctx, wanted, session.user_id)
    return _shown(ctx, session, found, chosen)


def archives(
    ctx: Context, caller: Caller, *, room: str, before: int, limit: int | None
) -> tuple[Numbered, ...]:
    """The newest messages of a room with ids below ``before``, oldest first: 30 of them, or up to 100.

    There may be fewer, but not none, where thousands came and went between them. Raises LingrError
    ``invalid_room``, ``invalid_parameter`` for a limit below 1, ``rate_limited``.
    """
    most = ARCHIVE_MESSAGES if limit is None else limit
    if most < 1:
        raise LingrError("invalid_parameter", parameter="limit")
    session = caller.present
    rates.take(ctx, session.id, (rates.SHOW, ""))
    found = members.require_room(ctx, room, session.user_id)
    below = numbering.counter_before(ctx, found.id, before)
    most = min(most, MOST_ARCHIVE_MESSAGES)
    return numbering.numbered(ctx, found, _newest(ctx, [found], _readable_by(session), most, below)[0])


def is_readable(event: Message, session: Session) -> bool:
    """Whether an event is a message, and one that this session may read."""
    return _readable_by(session)(event)


def _shown(
    ctx: Context, session: Session, rooms: Sequence[Room], parts: Collection[str]
) -> tuple[ShownRoom, ...]:
    messages: list[tuple[Numbered, ...] | None] = [None] * len(rooms)
    people: list[tuple[Member, ...] | None] = [None] * len(rooms)
    present: list[tuple[Bot, ...] | None] = [None] * len(rooms)
    favorites: list[tuple[int, ...]] = [()] * len(rooms)
    if MESSAGES in parts:
        said = _newest(ctx, rooms, _readable_by(session), SHOWN_MESSAGES)
        messages = [numbering.numbered(ctx, room, one) for room, one in zip(rooms, said, strict=True)]
        numbers = [[one.id for one in told or ()] for told in messages]
        ids = [room.id for room in rooms]
        favorites = ctx.store.favorites.among(session.user_id or "", list(zip(ids, numbers, strict=True)))
    if ROSTER in parts:
        people = list(members.of_all(ctx, rooms))
        present = list(bots.present_in(ctx, [room.id for room in rooms]))
    return tuple(map(ShownRoom, rooms, messages, people, present, favorites))


def _readable_by(session: Session) -> Keep:
    reader = Holder(session.public_id or "", session.user_id)

    def is_readable(event: Message) -> bool:
        return event.type in ("user", "private") and event.concerns(reader)

    return is_readable


def _newest(
    ctx: Context, rooms: Sequence[Room], keep: Keep, most: int, below: int | None = None
) -> list[tuple[Message, ...]]:
    """Of each room the newest ``most`` messages that ``keep`` accepts, oldest first.

    Only those whose counter is ``below`` a number, if it is given.
    """
    first = ctx.store.log.back([(room.id, below) for room in rooms], most, FIRST_EVENTS)
    enough = ENOUGH_EVENTS // len(rooms)
    return [
        _go_on(ctx, room, keep, most, enough, list(filter(keep, events)), last)
        for room, (events, last) in zip(rooms, first, strict=True)
    ]


def _go_on(
    ctx: Context, room: Room, keep: Keep, most: int, enough: int, found: list[Message], last: int
) -> tuple[Message, ...]:
    looked_at = FIRST_EVENTS
    while last > 0 and len(found) < most and not (found and looked_at >= enough):
        if not found:
            # Nobody has spoken since. What was whispered meanwhile, before so many came and went, is not
            # looked for.
            last = min(last, room.max_user_message_id + 1)
        [(events, last)] = ctx.store.log.back([(room.id, last)], most - len(found), CHUNK_EVENTS)
        found += filter(keep, events)
        looked_at += CHUNK_EVENTS
    return tuple(reversed(found))
