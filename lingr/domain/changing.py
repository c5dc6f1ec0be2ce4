"""What an owner does to a room: other settings, another id, and its end."""

from __future__ import annotations

from lingr.domain import icons, members, room_fields, settling
from lingr.domain.accounts import named
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store.changes import Settings, Unsettled, tags_field
from lingr.values import Room


def change_own(
    ctx: Context,
    caller: Caller,
    *,
    id: str,
    new_id: str | None,
    name: str | None,
    description: str | None,
    password: str | None,
    listed_in_directory: bool | None,
    timezone: str | None,
    tags: str | None,
    image: bytes | None,
    members_only: bool | None = None,
) -> Room:
    """Changes a room of the session's user. Raises LingrError as ``find_own`` and ``change`` do."""
    return change(
        ctx,
        find_own(ctx, caller, id),
        new_id=new_id,
        name=name,
        description=description,
        password=password,
        listed=listed_in_directory,
        members_only=members_only,
        timezone=timezone,
        tags=tags,
        image=image,
    )


def delete_own(ctx: Context, caller: Caller, *, id: str) -> None:
    """Deletes a room of the session's user. Raises LingrError as ``find_own`` and ``delete`` do."""
    delete(ctx, find_own(ctx, caller, id))


def find_own(ctx: Context, caller: Caller, room_id: str) -> Room:
    """The room that goes by that id, if the session's user owns it.

    Raises LingrError ``invalid_room``, or ``insufficient_permissions`` for a room of somebody else.
    """
    user_id = caller.user_id
    seen = members.find(ctx, room_id, user_id)
    if not seen.is_owner:
        if seen.room.is_hidden and not seen.is_member:
            # Who may not know that it is there, is not told by this either.
            raise LingrError("invalid_room")
        raise LingrError("insufficient_permissions")
    return seen.room


def change(
    ctx: Context,
    room: Room,
    *,
    new_id: str | None = None,
    name: str | None = None,
    description: str | None = None,
    password: str | None = None,
    listed: bool | None = None,
    members_only: bool | None = None,
    timezone: str | None = None,
    tags: str | None = None,
    image: bytes | None = None,
) -> Room:
    """Gives a room other settings; what is None stays as it is. An empty password takes the password away,
    and an empty image the icon.

    With ``new_id`` it goes by that id from then on, with all that is in it: who is there stays there, and a
    ticket stays good. All of it happens at once, or nothing. Raises LingrError ``invalid_parameter``,
    ``image_too_large``, ``invalid_image``, ``id_unavailable``, and ``invalid_room`` if the room was moved or
    deleted meanwhile.
    """
    settings = _settings(ctx, name, description, password, listed, members_only, timezone, tags)
    # An empty id is none: it is how a form sends a field that nobody has filled in.
    wanted = room_fields.id_of(new_id, "new_id") if new_id else room.public_id
    drawing = icons.draw(ctx, icons.ROOM, image)
    version = None if drawing is None else drawing.version
    if image is not None:
        settings["icon"] = version
    if not settings and wanted == room.public_id:
        return room
    change_id = ctx.new_id()
    claims = _claims(ctx, room, wanted, change_id) if wanted != room.public_id else ()
    noted = Unsettled(change_id, "change", ctx.clock(), room, claims, version)
    return _carry_out(ctx, noted, wanted, drawing, settings)


def delete(ctx: Context, room: Room) -> None:
    """Ends a room: everybody in it is told, and nothing of it stays.

    Raises LingrError ``invalid_room`` if it was moved or deleted meanwhile.
    """
    noted = Unsettled(ctx.new_id(), "delete", ctx.clock(), room)
    ctx.store.changes.begin(noted)
    try:
        left = ctx.store.changes.delete(room, noted.id, settling.CLOSED_MILLISECONDS)
    except LingrError as error:
        if error.name != "unavailable":
            ctx.store.changes.end(noted)
        raise
    for session_id, ticket in left:
        ctx.store.sessions.forget(session_id, ticket)
    settling.deleted(ctx, noted)
    ctx.store.sessions.flush()


def _settings(
    ctx: Context,
    name: str | None,
    description: str | None,
    password: str | None,
    listed: bool | None,
    members_only: bool | None,
    timezone: str | None,
    tags: str | None,
) -> Settings:
    settings: Settings = {}
    if name is not None:
        settings["name"] = named(name)
    if description is not None:
        settings["description"] = room_fields.description_of(description)
    if listed is not None:
        settings["listed"] = int(listed)
    if members_only is not None:
        settings["members_only"] = 1 if members_only else None
    if timezone is not None:
        settings["timezone"] = room_fields.zone_of(timezone)
    if tags is not None:
        settings["tags"] = tags_field(room_fields.tags_of(tags))
    # Last: to hash it takes time.
    if password is not None:
        settings["password"] = room_fields.password_of(ctx, password)
    return settings


def _carry_out(
    ctx: Context, noted: Unsettled, wanted: str, drawing: icons.Drawing | None, settings: Settings
) -> Room:
    """Changes a room, from the note of it to what follows from it."""
    room = noted.room
    ctx.store.changes.begin(noted)
    try:
        icons.keep(ctx, icons.ROOM, room.id, drawing)
        if wanted != room.public_id:
            changed = _move(ctx, room, wanted, noted.id, settings)
        else:
            changed = ctx.store.changes.settings(room, settings)
    except LingrError as error:
        if error.name != "unavailable":
            settling.changed(ctx, noted, ctx.store.rooms.find(room.id))
        raise
    settling.changed(ctx, noted, changed)
    return changed


def _claims(ctx: Context, room: Room, wanted: str, change_id: str) -> tuple[tuple[str, str], ...]:
    """The ids that a move gives back, or takes; that with which the room was made is its own for ever."""
    claims = []
    if room.moved_to is not None:
        claims.append((room.moved_to, ctx.store.changes.claimed_by(room.moved_to)))
    if wanted != room.id:
        claims.append((wanted, change_id))
    return tuple(claims)


def _move(ctx: Context, room: Room, wanted: str, change_id: str, settings: Settings) -> Room:
    ctx.store.changes.leave_for(room.id, change_id)
    if wanted != room.id:
        ctx.store.changes.claim(wanted, room.id, change_id)
    return ctx.store.changes.settings(room, settings, change_id=change_id, public_id=wanted)
