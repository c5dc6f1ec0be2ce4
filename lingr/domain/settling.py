"""What is left to do after a room was changed or deleted, and by whom when its process has died.

A room's own change is one step. What follows from it lives in other slots: the ids it took and gave back,
the directory, lists, files. A note is written down before the first step and taken back after the last, and
whoever finds an old note does the rest. Every step may be done twice.
"""

from __future__ import annotations

from dataclasses import replace

from lingr.domain import archives, bots, directory, favorites, icons, numbering, users
from lingr.domain.context import Context
from lingr.domain.presence import LEASE_MILLISECONDS
from lingr.store.changes import Unsettled
from lingr.values import Room

LATE_MILLISECONDS = 60_000
"""Nobody needs that long for a change who is still at it."""

CLOSED_MILLISECONDS = 600_000
"""How long an id is closed if nobody gets to erase what a deleted room has left: longer than that lives."""

FEW_KEYS = 10_000
"""Up to so many keys of the whole data set are looked through while the caller waits."""


def changed(ctx: Context, change: Unsettled, room: Room | None) -> None:
    """Ends a change that was made, refused, or cut off; ``room`` is the room as it is now, if it is."""
    for public_id, claim in change.claims:
        if room is None:
            ctx.store.changes.give_back(public_id, change.room.id)
        elif room.public_id != public_id:
            ctx.store.changes.give_back(public_id, change.room.id, claim)
    _drop_icons(ctx, change, room)
    if room is not None:
        directory.enlist(ctx, room, change.room)
        if not users.is_listed_by_few(ctx, room.id):
            ctx.store.changes.begin(replace(change, kind="tell", since=0))
            return
        users.room_changed(ctx, room.id)
    ctx.store.changes.end(change)


def deleted(ctx: Context, change: Unsettled) -> None:
    """Clears away what was kept of a room outside of it, and then what it has left itself."""
    _clear(ctx, change)
    if ctx.store.changes.size() <= FEW_KEYS and users.is_listed_by_few(ctx, change.room.id):
        _erase(ctx, [change])
    else:
        # A walk through all keys, or many users: not while somebody waits.
        ctx.store.changes.begin(Unsettled(change.id, "erase", 0, change.room))


def mend(ctx: Context) -> int:
    """Sees to changes that were begun long ago and never ended; returns how many there were."""
    late = ctx.clock() - LATE_MILLISECONDS
    found = [change for change in ctx.store.changes.unsettled() if change.since <= late]
    gone: list[Unsettled] = []
    untold: list[Unsettled] = []
    for change in found:
        if change.kind in ("erase", "tell"):
            (gone if change.kind == "erase" else untold).append(change)
            continue
        is_there = ctx.store.changes.fence(change.room.id, CLOSED_MILLISECONDS)
        room = ctx.store.rooms.find(change.room.id) if is_there else None
        if change.kind == "delete" and room is None:
            _clear(ctx, change)
            gone.append(change)
        elif change.kind == "make" and room is None:
            _clear(ctx, change)
            users.forget_room(ctx, change.room.id)
            ctx.store.changes.end(change)
        else:
            changed(ctx, change, room)
    # Of all processes one does what takes long. A second walk through all keys might end when a room of the
    # same id is in use again.
    if (gone or untold) and ctx.store.presence.lease.renew(LEASE_MILLISECONDS):
        if gone:
            _erase(ctx, gone)
        _tell(ctx, untold)
    return len(found)


def _drop_icons(ctx: Context, change: Unsettled, room: Room | None) -> None:
    # Of several changes at once each may have read the same icon before: the room tells what they replaced.
    former = ctx.store.changes.former_icons(change.room.id)
    # A room that was deleted meanwhile has had its icons taken away, but for one that came too late.
    left = {change.room.icon, change.icon} - {None if room is None else room.icon}
    for version in left.union(former):
        icons.drop(ctx, icons.ROOM, change.room.id, version)
    if former:
        ctx.store.changes.forget_icons(change.room.id, former)


def _clear(ctx: Context, change: Unsettled) -> None:
    room = change.room
    ctx.store.changes.give_back(room.public_id, room.id)
    for public_id, _ in change.claims:
        ctx.store.changes.give_back(public_id, room.id)
    directory.forget(ctx, room)
    archives.forget(ctx, room.id)
    bots.forget_room(ctx, room.id)
    favorites.forget(ctx, room.id)
    numbering.forget(ctx, room.id)
    icons.forget_room(ctx, room.id)
    ctx.store.changes.forget(room)


def _erase(ctx: Context, changes: list[Unsettled]) -> None:
    for change in changes:
        users.forget_room(ctx, change.room.id)
    ctx.store.changes.erase([change.room.id for change in changes])
    for change in changes:
        ctx.store.changes.end(change)


def _tell(ctx: Context, changes: list[Unsettled]) -> None:
    for change in changes:
        users.room_changed(ctx, change.room.id)
        ctx.store.changes.end(change)
