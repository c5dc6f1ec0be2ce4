"""Which rooms there are."""

from __future__ import annotations

from lingr.domain.context import Context
from lingr.values import Room


def listed(ctx: Context, count: int) -> tuple[Room, ...]:
    """Up to ``count`` listed rooms; those with people first, then the newest."""
    rooms = [room for room in ctx.store.rooms.find_all(ctx.store.rooms.listed(count)) if room.listed]
    return tuple(sorted(rooms, key=lambda room: (-(room.chatter_count + room.observer_count), -room.created)))
