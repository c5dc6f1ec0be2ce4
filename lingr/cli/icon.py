"""``lingr user icon`` and ``lingr room icon``: pictures that an operator gives."""

from __future__ import annotations

from pathlib import Path

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import accounts, changing, portraits, rooms
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.render.links import USER_SIZE, Links

file = click.argument(
    "file", metavar="FILE", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
off = click.option("--off", is_flag=True, help="Take the icon away.")


@click.command("icon")
@click.argument("name", metavar="USER")
@file
@off
@as_json
def user_icon(name: str, file: Path | None, off: bool, as_json: bool) -> None:
    """Give a user, named by user name or e-mail address, an icon."""
    with connected() as ctx:
        found = accounts.require_user(ctx, name, "user")
        icon = portraits.set_user(ctx, found.id, image_of(ctx, file, off))
        url = Links(ctx.settings.base_url).user_picture(found.id, icon, USER_SIZE)
    tell(as_json, {"user_id": found.id, "icon_url": url}, url)


@click.command("icon")
@click.argument("room_id", metavar="ID")
@file
@off
@as_json
def room_icon(room_id: str, file: Path | None, off: bool, as_json: bool) -> None:
    """Give a room an icon."""
    with connected() as ctx:
        changed = changing.change(ctx, rooms.find(ctx, room_id), image=image_of(ctx, file, off))
        url = Links(ctx.settings.base_url).room_picture(changed)
    tell(as_json, {"room_id": changed.public_id, "icon_url": url}, url)


def image_of(ctx: Context, file: Path | None, off: bool) -> bytes:
    """The picture in a file, or nothing, to take one away. Raises LingrError ``invalid_image``."""
    if (file is None) is not off:
        raise click.UsageError("Name a file, or say --off.")
    if file is None:
        return b""
    with file.open("rb") as opened:
        image = opened.read(ctx.settings.image_bytes + 1)
    if not image:
        raise LingrError("invalid_image")
    return image
