"""Rooms to files and back: what an operator carries from one server to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import msgspec

from lingr.domain import icons, room_fields, rooms
from lingr.domain.context import Context
from lingr.domain.room_file import Carried, Head, Icon, RoomFile, head_line
from lingr.errors import LingrError
from lingr.store.membership import Membership
from lingr.store.retention import Kept
from lingr.store.transfers import Snapshot
from lingr.values import Room, Tag

CHUNK_EVENTS = 500
LIFETIME_MILLISECONDS = 600_000


class Overtaken(Exception):
    """Events of a room were forgotten while it was read."""


def carry_out(ctx: Context, room_id: str) -> Iterator[bytes]:
    """The lines of a room's file, each with its end: the room as it was at the first of them.

    Raises LingrError ``invalid_room``, and Overtaken.
    """
    room = rooms.find(ctx, room_id)
    snapshot = ctx.store.transfers.snapshot(room.id)
    head = _head(ctx, room, snapshot)
    yield head_line(head) + b"\n"
    told, last = 0, 0
    while last < head.counter:
        events = ctx.store.transfers.events(room.id, last, head.counter, CHUNK_EVENTS)
        if not events:
            break
        yield b"".join(json + b"\n" for _, json in events)
        told, last = told + len(events), events[-1][0]
    if told != snapshot.events:
        raise Overtaken


def _head(ctx: Context, room: Room, snapshot: Snapshot) -> Head:
    fields = snapshot.fields

    def number(name: str) -> int | None:
        return int(fields[name]) if name in fields else None

    return Head(
        format="lingr room 1",
        id=room.public_id,
        name=fields["name"],
        description=fields["description"],
        tags=msgspec.json.decode(fields["tags"], type=list[Tag]),
        timezone=fields["timezone"],
        listed=fields["listed"] == "1",
        owner_id=fields.get("owner_id"),
        password=fields.get("password"),
        created=int(fields["created"]),
        counter=int(fields["counter"]),
        max_user_message_id=int(fields["max_user_message_id"]),
        active=number("active"),
        keep_events=number("keep_events"),
        keep_days=number("keep_days"),
        members_only=fields.get("members_only") == "1",
        members=[
            Carried(user_id, one.owner, one.since, one.seen)
            for user_id, one in sorted(snapshot.members.items(), key=lambda pair: (pair[1].since, pair[0]))
        ],
        icon=_icon(ctx, room.id, fields.get("icon")),
        events=snapshot.events,
    )


def _icon(ctx: Context, room_id: str, version: str | None) -> Icon | None:
    """A room's icon with its files; None where they are not all there, as if it had none."""
    if version is None:
        return None
    sizes = icons.SIZES[icons.ROOM]
    pictures = {size: icons.find(ctx, icons.ROOM, room_id, version, size) for size in sizes}
    squares = {size: picture.content for size, picture in pictures.items() if picture is not None}
    return Icon(version, squares) if len(squares) == len(sizes) else None


def carry_in(ctx: Context, lines: Iterator[bytes], room_id: str | None = None) -> Room:
    """Makes a room of the lines of a file, under the id it had unless another one is given.

    Nobody sees anything of it before all of it is there. Raises room_file.BadFile, and LingrError as
    rooms.create does.
    """
    file = RoomFile(lines)
    head = file.head
    room = _room(ctx, head, room_fields.id_of(room_id or head.id))
    drawing = icons.Drawing(head.icon.version, head.icon.squares) if head.icon else None
    transfer_id = ctx.new_id()
    try:
        _bring(ctx, room, transfer_id, file)
        made = rooms.make(ctx, room, drawing, lambda room, epoch: _adopt(ctx, room, epoch, transfer_id, head))
    except BaseException:
        with suppress(LingrError):
            ctx.store.transfers.abandon(room.id, transfer_id)
        raise
    with suppress(LingrError):
        # The room is there, whatever becomes of this.
        if head.keep_events is not None or head.keep_days is not None:
            ctx.store.retention.keep(made.id, Kept(head.keep_events, head.keep_days))
        ctx.store.members.note(made.id, {one.user_id: one.since for one in head.members})
        # Where there were people, what was said is indexed before the room is left in peace.
        ctx.store.presence.occupied(made.id, ctx.clock())
    return made


def _room(ctx: Context, head: Head, public_id: str) -> Room:
    if ctx.store.rooms.named(public_id) is not None:
        raise LingrError("id_unavailable")
    vacant = ctx.store.transfers.is_vacant(public_id)
    return Room(
        id=public_id if vacant else ctx.new_id(),
        moved_to=None if vacant else public_id,
        name=head.name,
        description=head.description,
        tags=tuple(head.tags),
        timezone=head.timezone,
        listed=head.listed,
        owner_id=head.owner_id,
        password=head.password,
        members_only=head.members_only,
        created=head.created,
        counter=head.counter,
        max_user_message_id=head.max_user_message_id,
        icon=head.icon.version if head.icon else None,
        chatter_count=0,
        observer_count=0,
        roster=ctx.clock(),
    )


def _bring(ctx: Context, room: Room, transfer_id: str, file: RoomFile) -> None:
    chunk: list[tuple[int, bytes]] = []
    for event in file.events():
        chunk.append(event)
        if len(chunk) == CHUNK_EVENTS:
            ctx.store.transfers.bring(room.id, transfer_id, chunk, LIFETIME_MILLISECONDS)
            chunk = []
    if chunk:
        ctx.store.transfers.bring(room.id, transfer_id, chunk, LIFETIME_MILLISECONDS)


def _adopt(ctx: Context, room: Room, epoch: str, transfer_id: str, head: Head) -> Room | None:
    others = {
        name: value
        for name in ("counter", "max_user_message_id", "active", "keep_events", "keep_days")
        if (value := getattr(head, name)) is not None
    }
    members = {one.user_id: Membership(one.owner, one.since, one.seen) for one in head.members}
    return ctx.store.transfers.adopt(room, epoch, transfer_id, head.events, others, members)
