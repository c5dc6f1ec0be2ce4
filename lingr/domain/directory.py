"""The directory of listed rooms, kept true: what each is found by, and how hot it is.

It lives in another slot than the rooms, so it follows them: a room changes first, and then what the
directory has of it. Whoever reads skips what is not true any more, and what was missed on the way is healed
later. Rooms go here by the id they were made with, which never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from lingr.domain import heat
from lingr.domain.context import Context
from lingr.store.slices import marked
from lingr.text import folded, folded_tag
from lingr.values import Room

MOST_HOT = 5000
HEALED_AT_ONCE = 100
EARLY_MILLISECONDS = 60_000


def announce(ctx: Context, room_id: str, created: int) -> None:
    """To be called before a listed room is made: should nobody come to enlist it, it is healed."""
    ctx.store.directory.note(room_id, created)


def enlist(ctx: Context, room: Room, former: Room | None = None) -> None:
    """Makes the directory tell what a room is now, after it was made or changed.

    An unlisted one is taken out. ``former``, the room before, spares a step. Of several who change a room at
    the same time, the last one to write here has read it after all of them.
    """
    supposed = _text(former) if former is not None else ""
    while True:
        _write(ctx, room, _text(room), supposed)
        now = _find(ctx, room.id)
        if now is None:
            forget(ctx, room)
            return
        if _text(now) == _text(room):
            return
        room, supposed = now, _text(room)


def forget(ctx: Context, room: Room) -> None:
    """Takes a room out of the directory, after it was deleted."""
    _write(ctx, room, "", _text(room))


def warm(ctx: Context, heats: Mapping[str, float]) -> None:
    """Notes how hot listed rooms are, each above 0. One that was hotter is left to cool down."""
    now = ctx.clock()
    marks = {room_id: heat.mark(hot, now) for room_id, hot in heats.items()}
    for room_id in ctx.store.directory.warm(marks, above=heat.coldest(now), most=MOST_HOT):
        heal(ctx, room_id)


def heal(ctx: Context, room_id: str) -> None:
    """Makes the directory tell what a room is now, or nothing if there is no such room."""
    room = _find(ctx, room_id)
    if room is not None:
        enlist(ctx, room)
    else:
        drop(ctx, room_id)


def drop(ctx: Context, room_id: str) -> None:
    """Takes out what is no room, or was none when it was looked for."""
    supposed: str | None = ""
    while supposed is not None:
        supposed = ctx.store.directory.change(room_id, 0, former=supposed, text="", shown={})


def rebuild(ctx: Context) -> int:
    """Makes the directory anew from all rooms there are; returns how many are listed.

    It serves meanwhile, but finds only rooms that have been entered already.
    """
    ctx.store.directory.clear()
    # Numbers are given in the order in which rooms come: searches take later ones to be newer.
    healed = set()
    for room_id in chain(ctx.store.directory.listed(), ctx.store.directory.every_room()):
        if room_id not in healed:
            healed.add(room_id)
            heal(ctx, room_id)
    return ctx.store.directory.size()


class Healing:
    """Looks for listed rooms without a text: of an older version, or of a process that died over them."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._cursor = 0

    def go(self) -> None:
        """One step, if there is anything amiss."""
        if self._ctx.store.directory.is_whole():
            return
        self._cursor, textless = self._ctx.store.directory.textless(self._cursor, HEALED_AT_ONCE)
        for room_id, created in textless.items():
            # A room that was announced just now is about to be made.
            if self._ctx.clock() - created >= EARLY_MILLISECONDS or _find(self._ctx, room_id):
                heal(self._ctx, room_id)


def _find(ctx: Context, room_id: str) -> Room | None:
    return next(iter(ctx.store.rooms.find_all([room_id])), None)


def _write(ctx: Context, room: Room, text: str, former: str) -> None:
    shown = {folded_tag(tag.name): tag.display_name for tag in room.tags}
    supposed: str | None = former
    while supposed is not None:
        supposed = ctx.store.directory.change(room.id, room.created, former=supposed, text=text, shown=shown)


def _text(room: Room) -> str:
    """What a room is found by: empty if it is not to be found."""
    if not room.in_directory:
        return ""
    tags = dict.fromkeys(folded_tag(tag.name) for tag in room.tags)
    # As they are shown, too, where that has spaces: who has read them searches for that.
    shown = [one for tag in room.tags if " " in (one := folded(tag.display_name))]
    lines = [folded(room.name), folded(room.description), *shown, marked(*filter(None, tags))]
    return "\n".join(lines)
