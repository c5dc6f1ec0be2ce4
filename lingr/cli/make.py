"""``lingr key``, ``lingr user`` and ``lingr room``: what an operator makes."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import accounts, lists, rooms


@click.group()
def key() -> None:
    """API keys."""


@key.command("create")
@click.option("--name", required=True, help="What the key is for.")
@as_json
def create_key(name: str, as_json: bool) -> None:
    """Make an API key."""
    with connected() as ctx:
        made = accounts.create_api_key(ctx, name=name)
    tell(as_json, {"api_key": made.id, "name": made.name}, made.id)


@click.group()
def user() -> None:
    """Accounts."""


@user.command("create")
@click.option("--username", required=True, help="Letters, digits and _, at most 32.")
@click.option("--email", required=True, help="The address to log in with.")
@click.option("--password", required=True, help="At most 200 characters.")
@click.option("--nickname", default="", help="The default nickname; the user name if absent.")
@as_json
def create_user(username: str, email: str, password: str, nickname: str, as_json: bool) -> None:
    """Make an account."""
    with connected() as ctx:
        made = accounts.create_user(ctx, username=username, email=email, password=password, nickname=nickname)
    result: dict[str, object] = {
        "user_id": made.id,
        "username": made.username,
        "email": made.email,
        "nickname": made.nickname,
    }
    tell(as_json, result, f"user {made.username} ({made.id})")


@user.command("change")
@click.argument("user", metavar="USER")
@click.option("--nickname", help="The default nickname.")
@click.option("--description", help="What the user says of itself.")
@as_json
def change_user(user: str, nickname: str | None, description: str | None, as_json: bool) -> None:
    """Change the account of a user, named by user name or e-mail address."""
    with connected() as ctx:
        found = accounts.require_user(ctx, user, "user")
        made = accounts.change_user(ctx, found.id, nickname=nickname, description=description)
    result: dict[str, object] = {
        "user_id": made.id,
        "username": made.username,
        "nickname": made.nickname,
        "description": made.description,
    }
    tell(as_json, result, f"user {made.username} ({made.nickname})")


@user.command("favorite")
@click.argument("user", metavar="USER")
@click.argument("room", metavar="ROOM")
@click.option("--off", is_flag=True, help="Take the room off the list.")
@as_json
def favorite_room(user: str, room: str, off: bool, as_json: bool) -> None:
    """Put a room on the list of a user's favourites."""
    with connected() as ctx:
        found, chosen = accounts.require_user(ctx, user, "user"), rooms.find(ctx, room)
        lists.mark_favorite(ctx, found.id, chosen, not off)
    result: dict[str, object] = {"user_id": found.id, "room_id": room, "favorite": not off}
    tell(as_json, result, f"{room} is {'no longer' if off else 'now'} a favourite of {found.username}")


@user.command("monitor")
@click.argument("user", metavar="USER")
@click.argument("room", metavar="ROOM")
@click.option("--off", is_flag=True, help="No longer.")
@as_json
def monitor_room(user: str, room: str, off: bool, as_json: bool) -> None:
    """Have what is said in a room told to a user's clients."""
    with connected() as ctx:
        found, chosen = accounts.require_user(ctx, user, "user"), rooms.find(ctx, room)
        lists.mark_monitored(ctx, found.id, chosen, not off)
    result: dict[str, object] = {"user_id": found.id, "room_id": room, "monitored": not off}
    tell(as_json, result, f"{room} is {'no longer' if off else 'now'} monitored for {found.username}")


@click.group()
def room() -> None:
    """Rooms."""


@room.command("create")
@click.argument("room_id", metavar="ID")
@click.option("--name", required=True, help="The room's name.")
@click.option("--owner", help="User name or e-mail address of the owner.")
@click.option("--password", help="Who enters must know it.")
@click.option("--description", default="", help="What the room is for.")
@click.option("--tags", default="", help='Separated by spaces: jazz "late night".')
@click.option("--members-only", is_flag=True, help="Only members enter, and who knows the password.")
@as_json
def create_room(
    room_id: str,
    name: str,
    owner: str | None,
    password: str | None,
    description: str,
    tags: str,
    members_only: bool,
    as_json: bool,
) -> None:
    """Make a room."""
    with connected() as ctx:
        owner_id = accounts.require_user(ctx, owner).id if owner else None
        made = rooms.create(
            ctx,
            id=room_id,
            name=name,
            owner_id=owner_id,
            password=password,
            description=description,
            tags=tags,
            members_only=members_only,
        )
        url = f"{ctx.settings.base_url}/room/{made.public_id}"
    tell(as_json, {"room_id": made.public_id, "name": made.name, "url": url}, url)
