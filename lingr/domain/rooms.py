"""Rooms: made, found, described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lingr.domain import directory, doors, history, icons, rates, room_fields
from lingr.domain.accounts import named
from lingr.domain.context import Caller, Context
from lingr.domain.room_fields import ROOM_ID
from lingr.errors import LingrError
from lingr.store.changes import Unsettled
from lingr.store.reading import Described
from lingr.text import line
from lingr.timezones import DEFAULT
from lingr.values import Message, Room, RoomInfo

Create = Callable[[Room, str], Room | None]
"""``create(room, epoch)`` is the room as made; None if its id is free but what is kept must go by another.

Raises LingrError ``id_unavailable``.
"""

MOST_ROOMS = 200
LOOKED_THROUGH_EVENTS = 5000


def find(ctx: Context, room_id: str) -> Room:
    """The room that goes by that id; upper and lower case differ. Raises LingrError ``invalid_room``."""
    room = ctx.store.rooms.named(room_id) if ROOM_ID.fullmatch(room_id) else None
    if room is None:
        raise LingrError("invalid_room")
    return room


def enterable(ctx: Context, caller: Caller, public_id: str, password: str | None) -> Room:
    """The room that goes by that id, for who may enter it.

    Raises LingrError ``invalid_room`` and the errors of ``doors.admit``.
    """
    room = find(ctx, public_id)
    doors.open(ctx, caller, room, password)
    return room


def info(
    ctx: Context,
    caller: Caller,
    *,
    id: str,
    counter: int | None,
    user_messages_only: bool,
    password: str | None,
) -> RoomInfo:
    """A room, who is in it and, if a counter is given, what was said there: never private messages.

    The messages are those with the counter's id or a later one, the oldest 50 among the next 5,000
    events; a negative counter asks for the newest ones. Raises LingrError ``invalid_room``, ``rate_limited``
    and the errors of ``doors.admit``.
    """
    after = max(counter, 1) - 1 if counter is not None and counter >= 0 else None
    found = _describe(ctx, caller, id, password, after)
    room = found.room
    if counter is None:
        return RoomInfo(room, found.occupants, None)

    def keep(message: Message) -> bool:
        # What was said since the room was described is for those who ask later.
        wanted = message.type == "user" if user_messages_only else message.is_for_all
        return wanted and message.id <= room.counter

    def read() -> tuple[Message, ...]:
        if after is None:
            return history.last(ctx, room.id, -counter, keep)
        log = ctx.store.log.stored
        return history.after(ctx, room.id, after, keep, LOOKED_THROUGH_EVENTS, found.events, log).messages

    shared = (room, found.oldest, counter, user_messages_only, ctx.store.mirror.generation)
    return RoomInfo(room, found.occupants, history.Later(read), shared)


def _describe(
    ctx: Context, caller: Caller, public_id: str, password: str | None, after: int | None
) -> Described:
    if not ROOM_ID.fullmatch(public_id):
        raise LingrError("invalid_room")
    try:
        return _describe_as(ctx, caller, public_id, None, password, after)
    except LingrError as error:
        elsewhere = ctx.store.rooms.elsewhere(public_id) if error.name == "invalid_room" else None
        if elsewhere is None:
            raise
    return _describe_as(ctx, caller, elsewhere, public_id, password, after)


def _describe_as(
    ctx: Context,
    caller: Caller,
    room_id: str,
    moved_to: str | None,
    password: str | None,
    after: int | None,
) -> Described:
    proof: str | None = None
    user_id = None if caller.session is None else caller.session.user_id
    while True:
        found = ctx.store.reading.describe(
            room_id,
            moved_to=moved_to,
            api_key=caller.api_key or "",
            password=proof,
            most=ctx.settings.roster_occupants,
            allowance=rates.allowance(ctx, rates.GET_INFO),
            counter=after,
            user_id=user_id,
        )
        if isinstance(found, Described):
            return found
        if found.members_only and user_id is None:
            user_id = doors.user_of(ctx, caller)
            if user_id is not None:
                continue
        if found.members_only and found.password is None:
            raise LingrError("invalid_room")
        proof = found.password
        doors.admit(ctx, caller, room_id, proof, password)


def create_own(
    ctx: Context,
    caller: Caller,
    *,
    name: str,
    id: str | None,
    description: str,
    password: str | None,
    listed_in_directory: bool,
    timezone: str,
    tags: str,
    image: bytes | None,
    members_only: bool = False,
) -> Room:
    """A new room of the session's user. Raises LingrError as ``create`` does."""
    return create(
        ctx,
        id=id,
        name=name,
        description=description,
        password=password,
        listed=listed_in_directory,
        members_only=members_only,
        timezone=timezone,
        tags=tags,
        image=image,
        owner_id=caller.user_id,
    )


def create(
    ctx: Context,
    *,
    name: str,
    id: str | None = None,
    description: str = "",
    password: str | None = None,
    listed: bool = True,
    members_only: bool = False,
    timezone: str = DEFAULT,
    tags: str = "",
    image: bytes | None = None,
    owner_id: str | None = None,
) -> Room:
    """A new room, with a random id unless one is wanted.

    Raises LingrError ``invalid_parameter``, ``image_too_large``, ``invalid_image``, ``too_many_rooms`` (an
    owner may have 200) or ``id_unavailable``.
    """
    now = ctx.clock()
    room = Room(
        id=room_fields.id_of(id) if id else ctx.new_id(),
        name=named(name),
        description=room_fields.description_of(description),
        tags=room_fields.tags_of(tags),
        timezone=room_fields.zone_of(line(timezone) or DEFAULT),
        listed=listed,
        members_only=members_only,
        owner_id=owner_id,
        password=room_fields.password_of(ctx, password),
        created=now,
        counter=0,
        max_user_message_id=0,
        chatter_count=0,
        observer_count=0,
        # Another room may have had the id before, and what was made of its roster is remembered by version.
        roster=now,
    )
    drawing = icons.draw(ctx, icons.ROOM, image)
    if drawing is not None:
        room = replace(room, icon=drawing.version)
    return make(ctx, room, drawing, ctx.store.rooms.create)


def make(ctx: Context, room: Room, drawing: icons.Drawing | None, create: Create) -> Room:
    """Makes a room as it is given, with its icon; ``create`` is what makes it in the engine.

    One that has ``moved_to`` another id goes by that from the first moment on; otherwise the room may get
    another id than the one it goes by, where that one's keys are not free. Raises LingrError
    ``too_many_rooms``, ``id_unavailable``.
    """
    made = None if room.moved_to else _make_drawn(ctx, room, drawing, create)
    if made is None:
        elsewhere = room if room.moved_to else replace(room, id=ctx.new_id(), moved_to=room.id)
        made = _make_elsewhere(ctx, elsewhere, drawing, create)
    if made.in_directory:
        directory.enlist(ctx, made)
    if made.owner_id is not None:
        ctx.store.users.own(made.owner_id, made.id)
    return made


def _make_drawn(ctx: Context, room: Room, drawing: icons.Drawing | None, create: Create) -> Room | None:
    """Makes a room with its icon. Returns as ``_make`` does."""
    icons.keep(ctx, icons.ROOM, room.id, drawing)
    made, refused = None, True
    try:
        made = _make(ctx, room, create)
        refused = made is None
    except LingrError as error:
        refused = error.name != "unavailable"
        raise
    finally:
        if refused:
            icons.drop(ctx, icons.ROOM, room.id, room.icon)
    return made


def _make(ctx: Context, room: Room, create: Create) -> Room | None:
    """Makes a room. None if its id is free, but what is kept of the room must go by another one."""
    # The owner's list and the directory live in other slots than the room. They are written first: an
    # entry without a room is skipped by those who read, a room without its entry would be lost to them.
    reserved = room.owner_id is not None and ctx.store.rooms.reserve(room.owner_id, room.id, MOST_ROOMS)
    if room.in_directory:
        directory.announce(ctx, room.id, room.created)
    made, refused = None, False
    try:
        made = create(room, ctx.new_id())
        refused = made is None
    except LingrError as error:
        # Only a refusal means that the owner has no such room; an engine that went away may have made it.
        refused = error.name == "id_unavailable"
        raise
    finally:
        if refused and room.owner_id is not None and reserved:
            ctx.store.rooms.release(room.owner_id, room.id)
    return made


def _make_elsewhere(ctx: Context, room: Room, drawing: icons.Drawing | None, create: Create) -> Room:
    """Makes a room as one that moves to the wanted id as soon as there is one."""
    wanted, change_id = room.public_id, ctx.new_id()
    change = Unsettled(change_id, "make", ctx.clock(), room, ((wanted, change_id),))
    ctx.store.changes.begin(change)
    try:
        ctx.store.changes.claim(wanted, room.id, change_id)
        made = _make_drawn(ctx, room, drawing, create)
    except LingrError as error:
        if error.name != "unavailable":
            ctx.store.changes.give_back(wanted, room.id, change_id)
            ctx.store.changes.end(change)
        raise
    if made is None:
        # It took so long that somebody has given the id back meanwhile.
        raise LingrError("unavailable")
    ctx.store.changes.end(change)
    return made


def renew(ctx: Context, known: dict[str, int]) -> None:
    """Compares rooms with the newest counters known of them, after the engine was away.

    A room that has lost events begins a new epoch: its tickets are void, and no number is given twice.
    """
    for room_id, counter in known.items():
        ctx.store.rooms.renew(room_id, known=counter, epoch=ctx.new_id())
