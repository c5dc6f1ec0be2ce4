"""Rooms: made, found, described."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lingr.domain import history, passwords, rates
from lingr.domain.accounts import named
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store.reading import Described
from lingr.text import clean, line, parse_tags
from lingr.timezones import DEFAULT, is_known
from lingr.values import Message, Room, RoomInfo, Tag

ROOM_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
RESERVED_IDS = frozenset({"create", "new", "search"})
MOST_ROOMS = 200
LOOKED_THROUGH_EVENTS = 5000
DESCRIPTION_CHARACTERS = 1000
PASSWORD_CHARACTERS = 100
MOST_TAGS = 20
TAG_CHARACTERS = 50


def find(ctx: Context, room_id: str) -> Room:
    """The room of that id; upper and lower case differ. Raises LingrError ``invalid_room``."""
    room = ctx.store.rooms.find(room_id) if ROOM_ID.fullmatch(room_id) else None
    if room is None:
        raise LingrError("invalid_room")
    return room


def admit(ctx: Context, caller: Caller, room_id: str, kept: str | None, password: str | None) -> None:
    """Lets pass whoever knows the room's password, ``kept`` being the hash of it.

    Raises LingrError ``room_password_required`` when none was given, ``invalid_room_password``, and
    ``rate_limited`` for too many attempts from one address.
    """
    if kept is None:
        return
    if not password:
        raise LingrError("room_password_required")
    if passwords.recognised(kept, password):
        return
    rates.take(ctx, caller.address, (rates.ROOM_PASSWORD, room_id))
    if not passwords.matches(ctx, kept, password):
        raise LingrError("invalid_room_password")


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
    and the errors of ``admit``.
    """
    after = max(counter, 1) - 1 if counter is not None and counter >= 0 else None
    found = _describe(ctx, caller, id, password, after)

    def keep(message: Message) -> bool:
        return message.type == "user" if user_messages_only else message.type != "private"

    messages = None
    if after is not None:
        messages = history.after(ctx, id, after, keep, LOOKED_THROUGH_EVENTS, found.events).messages
    elif counter is not None:
        messages = history.last(ctx, id, -counter, keep)
    return RoomInfo(found.room, found.occupants, messages)


def _describe(
    ctx: Context, caller: Caller, room_id: str, password: str | None, after: int | None
) -> Described:
    if not ROOM_ID.fullmatch(room_id):
        raise LingrError("invalid_room")
    proof: str | None = None
    while True:
        found = ctx.store.reading.describe(
            room_id,
            api_key=caller.api_key or "",
            password=proof,
            most=ctx.settings.roster_occupants,
            allowance=rates.allowance(ctx, rates.GET_INFO),
            counter=after,
        )
        if isinstance(found, Described):
            return found
        proof = found or None
        admit(ctx, caller, room_id, proof, password)


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
) -> Room:
    """A new room of the session's user. Raises LingrError as ``create`` does."""
    return create(
        ctx,
        id=id,
        name=name,
        description=description,
        password=password,
        listed=listed_in_directory,
        timezone=timezone,
        tags=tags,
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
    timezone: str = DEFAULT,
    tags: str = "",
    owner_id: str | None = None,
) -> Room:
    """A new room, with a random id unless one is wanted.

    Raises LingrError ``invalid_parameter``, ``too_many_rooms`` (an owner may have 200) or
    ``id_unavailable``.
    """
    room = Room(
        id=_new_room_id(ctx, id),
        name=named(name),
        description=_bounded(clean(description), DESCRIPTION_CHARACTERS, "description"),
        tags=_tags(tags),
        timezone=_zone(timezone),
        listed=listed,
        owner_id=owner_id,
        password=_password(ctx, password),
        created=ctx.clock(),
        counter=0,
        max_user_message_id=0,
        chatter_count=0,
        observer_count=0,
        roster=0,
    )
    return _store(ctx, room)


def _store(ctx: Context, room: Room) -> Room:
    # The owner's list and the directory live in other slots than the room. They are written first: an
    # entry without a room is skipped by those who read, a room without its entry would be lost to them.
    reserved = room.owner_id is not None and ctx.store.rooms.reserve(room.owner_id, room.id, MOST_ROOMS)
    if room.listed:
        ctx.store.rooms.enlist(room.id, room.created)
    try:
        return ctx.store.rooms.create(room, ctx.new_id())
    except LingrError as error:
        # Only a refusal means that the owner has no such room; an engine that went away may have made it.
        if error.name == "id_unavailable" and room.owner_id is not None and reserved:
            ctx.store.rooms.release(room.owner_id, room.id)
        raise


def renew(ctx: Context, known: dict[str, int]) -> None:
    """Compares rooms with the newest counters known of them, after the engine was away.

    A room that has lost events begins a new epoch: its tickets are void, and no number is given twice.
    """
    for room_id, counter in known.items():
        ctx.store.rooms.renew(room_id, known=counter, epoch=ctx.new_id())


def _new_room_id(ctx: Context, wanted: str | None) -> str:
    if not wanted:
        return ctx.new_id()
    if not ROOM_ID.fullmatch(wanted):
        raise LingrError("invalid_parameter", parameter="id")
    if wanted.lower() in RESERVED_IDS:
        raise LingrError("id_unavailable")
    return wanted


def _bounded(text: str, most: int, parameter: str) -> str:
    if len(text) > most:
        raise LingrError("invalid_parameter", parameter=parameter)
    return text


def _tags(text: str) -> tuple[Tag, ...]:
    tags: Sequence[Tag] = parse_tags(text)
    if len(tags) > MOST_TAGS or any(len(tag.display_name) > TAG_CHARACTERS for tag in tags):
        raise LingrError("invalid_parameter", parameter="tags")
    return tuple(tags)


def _zone(name: str) -> str:
    zone = line(name) or DEFAULT
    if not is_known(zone):
        raise LingrError("invalid_parameter", parameter="timezone")
    return zone


def _password(ctx: Context, password: str | None) -> str | None:
    return passwords.hashed(ctx, _bounded(password, PASSWORD_CHARACTERS, "password")) if password else None
