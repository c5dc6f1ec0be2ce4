"""``lingr room member``: who belongs to a room, and who owns it."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import accounts, members, rooms


@click.group()
def member() -> None:
    """Members of rooms."""


@member.command("add")
@click.argument("room_id", metavar="ROOM")
@click.argument("user", metavar="USER")
@click.option("--owner/--no-owner", default=None, help="Whether the member owns the room; absent: as it is.")
@as_json
def add_member(room_id: str, user: str, owner: bool | None, as_json: bool) -> None:
    """Make a user, named by user name or e-mail address, a member of a room."""
    with connected() as ctx:
        room, found = rooms.find(ctx, room_id), accounts.require_user(ctx, user, "user")
        is_news = members.add(ctx, room, found, owner)
        is_owner = members.find(ctx, room_id, found.id).is_owner
    result: dict[str, object] = {
        "room_id": room.public_id,
        "username": found.username,
        "is_owner": is_owner,
        "changed": is_news,
    }
    tell(as_json, result, f"{found.username} is {'an owner' if is_owner else 'a member'} of {room.public_id}")


@member.command("remove")
@click.argument("room_id", metavar="ROOM")
@click.argument("user", metavar="USER")
@as_json
def remove_member(room_id: str, user: str, as_json: bool) -> None:
    """Make a user a member of a room no longer. Whoever made the room stays one."""
    with connected() as ctx:
        room, found = rooms.find(ctx, room_id), accounts.require_user(ctx, user, "user")
        was = members.remove(ctx, room, found)
    result: dict[str, object] = {"room_id": room.public_id, "username": found.username, "changed": was}
    tell(as_json, result, f"{found.username} is {'no longer' if was else 'not'} a member of {room.public_id}")


@member.command("list")
@click.argument("room_id", metavar="ROOM")
@as_json
def list_members(room_id: str, as_json: bool) -> None:
    """Tell who the members of a room are, the owners first."""
    with connected() as ctx:
        room = rooms.find(ctx, room_id)
        found = members.of(ctx, room)
    listed: list[dict[str, object]] = [
        {
            "user_id": one.id,
            "username": one.username,
            "nickname": one.name,
            "is_owner": one.is_owner,
            "is_online": one.is_online,
        }
        for one in found
    ]
    lines = (f"{one.username}{' (owner)' if one.is_owner else ''}" for one in found)
    tell(as_json, {"room_id": room.public_id, "members": listed}, "\n".join(lines) or "Nobody.")
