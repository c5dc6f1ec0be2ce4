"""``lingr room change`` and ``lingr room delete``: what an operator does to rooms that are there."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import changing, rooms


@click.command("change")
@click.argument("room_id", metavar="ID")
@click.option("--new-id", help="The id it moves to, with all that is in it.")
@click.option("--name", help="The room's name.")
@click.option("--password", help="Who enters must know it; empty: nobody need.")
@click.option("--description", help="What the room is for.")
@click.option("--tags", help='In place of all it has: jazz "late night".')
@click.option("--timezone", help="A Rails zone name.")
@click.option("--listed/--unlisted", default=None, help="Whether the directory shows it.")
@click.option(
    "--members-only/--not-members-only", default=None, help="Whether only members enter, or anybody."
)
@as_json
def change_room(
    room_id: str,
    new_id: str | None,
    name: str | None,
    password: str | None,
    description: str | None,
    tags: str | None,
    timezone: str | None,
    listed: bool | None,
    members_only: bool | None,
    as_json: bool,
) -> None:
    """Change a room. What is not given stays as it is."""
    with connected() as ctx:
        changed = changing.change(
            ctx,
            rooms.find(ctx, room_id),
            new_id=new_id,
            name=name,
            password=password,
            description=description,
            tags=tags,
            timezone=timezone,
            listed=listed,
            members_only=members_only,
        )
        url = f"{ctx.settings.base_url}/room/{changed.public_id}"
    tell(as_json, {"room_id": changed.public_id, "name": changed.name, "url": url}, url)


@click.command("delete")
@click.argument("room_id", metavar="ID")
@click.confirmation_option(prompt="Delete the room with all that was said in it?")
@as_json
def delete_room(room_id: str, as_json: bool) -> None:
    """Delete a room. Whoever is in it is told at once, and nothing of it stays."""
    with connected() as ctx:
        changing.delete(ctx, rooms.find(ctx, room_id))
    tell(as_json, {"room_id": room_id}, f"room {room_id} is deleted")
