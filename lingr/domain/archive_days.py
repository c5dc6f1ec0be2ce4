"""What was said in a room on one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from lingr.archived import Archive
from lingr.domain import rates, rooms
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.timezones import day_of, span_of
from lingr.values import Message, Room

CHUNK_EVENTS = 1000
DAY_MILLISECONDS = 86_400_000

SKEW_MILLISECONDS = 300_000
"""How far the clocks of the machines that stamp messages may be apart for every message to be found."""

Keep = Callable[[Message], bool]


def get_archives(
    ctx: Context,
    caller: Caller,
    *,
    id: str,
    year: int | None,
    month: int | None,
    day: int | None,
    user_messages_only: bool,
    password: str | None,
    counter: int | None,
) -> Archive:
    """What was said on a day, as the room's own time zone counts days; never private messages.

    Without a date: on the latest day on which anything was said. At most LINGR_ARCHIVE_MESSAGES are told,
    the oldest ones after ``counter``. Raises LingrError ``missing_parameter`` for a part of a date,
    ``invalid_parameter`` for a day that no calendar has, ``invalid_room``, ``rate_limited`` and the errors of
    ``doors.open``.
    """
    wanted = _date(year, month, day)
    room = rooms.enterable(ctx, caller, id, password)
    after = max(counter or 0, 0)
    # The one for all of them first: who is told to wait for that has not had its answer of this day.
    counted = [(rates.ARCHIVE_PAGES, "")]
    if not after:
        counted.append((rates.GET_ARCHIVES, f"{room.id} {wanted}"))
    rates.take(ctx, caller.api_key or "", *counted)

    def keep(message: Message) -> bool:
        return message.type == "user" if user_messages_only else message.is_for_all

    if wanted is None:
        newest = _newest(ctx, room, keep, user_messages_only)
        if newest is None:
            return Archive(room, ())
        wanted = day_of(newest.timestamp, room.timezone)
    return Archive(room, _said_on(ctx, room, wanted, keep, after))


def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    parts = {"year": year, "month": month, "day": day}
    missing = [name for name, part in parts.items() if part is None]
    if len(missing) == len(parts):
        return None
    if year is None or month is None or day is None:
        raise LingrError("missing_parameter", parameter=missing[0])
    try:
        return date(year, month, day)
    except ValueError:
        raise LingrError("invalid_parameter", parameter="day") from None


def _newest(ctx: Context, room: Room, keep: Keep, only_talk: bool) -> Message | None:
    if only_talk:
        found = ctx.store.log.stored(room.id, room.max_user_message_id - 1, 1)
        if found and keep(found[0]):
            return found[0]
    last = ctx.store.log.last(room.id, 1, keep)
    return last[0] if last else None


def _said_on(ctx: Context, room: Room, day: date, keep: Keep, counter: int) -> tuple[Message, ...]:
    start, end = span_of(day, room.timezone)
    # What stands further off than the clocks are apart is another day's for certain.
    times = (start - SKEW_MILLISECONDS, end + SKEW_MILLISECONDS)
    _, _, first, beyond = ctx.store.log.seek(room.id, *times)
    is_whole = end - start <= DAY_MILLISECONDS

    def is_due(message: Message) -> bool:
        if not start <= message.timestamp < end or not keep(message):
            return False
        return is_whole or day_of(message.timestamp, room.timezone) == day

    kept: list[Message] = []
    most = ctx.settings.archive_messages
    after = max(first - 1, counter)
    while after + 1 < beyond and len(kept) < most:
        events = ctx.store.log.stored(room.id, after, CHUNK_EVENTS, beyond)
        kept += filter(is_due, events)
        if len(events) < CHUNK_EVENTS:
            break
        after = events[-1].id
    return tuple(kept[:most])
