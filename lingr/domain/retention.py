"""How long what was said is kept: so many events of a room, for so many days.

The scripts that append to a log see to it that there are LINGR_LOG_EVENTS at most. The rest is done here, now
and then, by one process of all.
"""

from __future__ import annotations

from lingr.domain import archives, rooms
from lingr.domain.archive_days import DAY_MILLISECONDS, SKEW_MILLISECONDS
from lingr.domain.context import Context
from lingr.domain.presence import LEASE_MILLISECONDS
from lingr.errors import LingrError
from lingr.store.retention import Kept
from lingr.values import Room

KEYS_AT_ONCE = 1000


def keep(ctx: Context, room_id: str, *, events: int | None, days: int | None) -> Room:
    """Has a room keep at most so many events, and for so many days (0: for ever); None: as the settings say.

    Raises LingrError ``invalid_room``, and ``invalid_parameter`` for fewer than one event, for more than
    LINGR_LOG_EVENTS, and for days below 0.
    """
    if events is not None and not 0 < events <= ctx.settings.log_events:
        raise LingrError("invalid_parameter", parameter="events")
    if days is not None and days < 0:
        raise LingrError("invalid_parameter", parameter="days")
    room = rooms.find(ctx, room_id)
    ctx.store.retention.keep(room.id, Kept(events, days))
    return room


def turn(ctx: Context) -> int:
    """Forgets what rooms are to keep no longer, and what is too much for the index; returns how many events.

    Each turn sees to all rooms with rules of their own, and to some of the others if events have an age for
    all. Of all processes one does it.
    """
    if not ctx.store.presence.lease.hold(LEASE_MILLISECONDS):
        return 0
    archives.tidy(ctx)
    room_ids = ctx.store.retention.with_rules()
    if ctx.settings.log_days:
        room_ids += ctx.store.retention.walk(KEYS_AT_ONCE)
    rules = ctx.store.retention.kept(room_ids)
    return sum(_trim(ctx, room_id, kept) for room_id, kept in zip(room_ids, rules, strict=True))


def _trim(ctx: Context, room_id: str, kept: Kept | None) -> int:
    if kept is None:
        ctx.store.retention.keep_as_all(room_id)
        return 0
    days = ctx.settings.log_days if kept.days is None else kept.days
    if not days and kept.events is None:
        return 0
    # Of what machines with different clocks stamped only that is old of which all of them would say so.
    before = ctx.clock() - days * DAY_MILLISECONDS - SKEW_MILLISECONDS if days else 0
    oldest, beyond, first = ctx.store.log.seek(room_id, before)
    if kept.events is not None:
        # Every event has taken one number, so numbers count them.
        first = max(first, beyond - kept.events)
    return ctx.store.log.trim(room_id, oldest, first)
