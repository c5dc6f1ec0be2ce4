"""The command line, ``lingr ...``."""

from __future__ import annotations

import click

from lingr.cli.bot import bot
from lingr.cli.bot_rooms import bot_log, invite_bot, list_bots, remove_bot, wake_bot
from lingr.cli.bots import bots
from lingr.cli.carry import export_room, import_room
from lingr.cli.change import change_room, delete_room
from lingr.cli.check import check
from lingr.cli.device import revoke_token, user_token, user_tokens
from lingr.cli.directory import directory
from lingr.cli.icon import room_icon, user_icon
from lingr.cli.keep import keep_room
from lingr.cli.make import key, room, user
from lingr.cli.member import member
from lingr.cli.openapi import openapi
from lingr.cli.reference import reference
from lingr.cli.routes import routes
from lingr.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lingr")
def main() -> None:
    """lingr: a chat-room server that speaks the Lingr API.

    Settings come from the environment; `lingr check` shows them.
    """


for command in (
    serve,
    bots,
    key,
    user,
    room,
    bot,
    directory,
    export_room,
    import_room,
    routes,
    reference,
    openapi,
    check,
):
    main.add_command(command)
for command in (change_room, delete_room, keep_room, room_icon, member):
    room.add_command(command)
for command in (user_icon, user_token, user_tokens, revoke_token):
    user.add_command(command)
for command in (invite_bot, remove_bot, list_bots, wake_bot, bot_log):
    bot.add_command(command)
