"""``lingr bot``: programs that take part in rooms."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path

import click

from lingr.bots.addresses import NotCallable, Unresolved, endpoint_of, resolve, rules_of
from lingr.cli.common import as_json, connected, tell
from lingr.cli.icon import file, image_of, off
from lingr.domain import accounts, bots
from lingr.domain.context import Context
from lingr.render.links import USER_SIZE, Links
from lingr.values_v2 import OwnBot


@click.group()
def bot() -> None:
    """Bots: programs that are told what people say in rooms, and speak there."""


@bot.command("create")
@click.argument("bot_id", metavar="ID")
@click.option("--name", required=True, help="The name it speaks under.")
@click.option("--owner", help="User name or e-mail address of the owner.")
@click.option("--endpoint", default="", help="The address that is told what people say: http://...")
@as_json
def create_bot(bot_id: str, name: str, owner: str | None, endpoint: str, as_json: bool) -> None:
    """Make a bot; its id has letters, digits and _. Its secret is shown only this once."""
    with connected() as ctx:
        owner_id = accounts.require_user(ctx, owner).id if owner else None
        made = bots.create(ctx, id=bot_id, name=name, owner_id=owner_id, endpoint=endpoint)
        _doubt(ctx, made)
    _tell_secret(as_json, made)


@bot.command("change")
@click.argument("bot_id", metavar="BOT")
@click.option("--name", help="The name it speaks under.")
@click.option("--owner", help="User name or e-mail address of the owner.")
@click.option("--endpoint", help="The address that is told what people say; empty: none.")
@as_json
def change_bot(bot_id: str, name: str | None, owner: str | None, endpoint: str | None, as_json: bool) -> None:
    """Change a bot. What is not given stays as it is."""
    with connected() as ctx:
        owner_id = accounts.require_user(ctx, owner).id if owner else None
        known = bots.require(ctx, bot_id)
        made = bots.change(ctx, known, name=name, owner_id=owner_id, endpoint=endpoint)
        if endpoint:
            _doubt(ctx, made)
    result: dict[str, object] = {"bot": made.id, "name": made.name, "endpoint": made.endpoint}
    tell(as_json, result, f"bot {made.id} ({made.name})")


@bot.command("secret")
@click.argument("bot_id", metavar="BOT")
@as_json
def renew_secret(bot_id: str, as_json: bool) -> None:
    """Give a bot another secret. It is shown only this once, and the former is worth nothing."""
    with connected() as ctx:
        made = bots.renew_secret(ctx, bots.require(ctx, bot_id))
    _tell_secret(as_json, made)


@bot.command("icon")
@click.argument("bot_id", metavar="BOT")
@file
@off
@as_json
def bot_icon(bot_id: str, file: Path | None, off: bool, as_json: bool) -> None:
    """Give a bot an icon."""
    with connected() as ctx:
        made = bots.change(ctx, bots.require(ctx, bot_id), image=image_of(ctx, file, off))
        url = Links(ctx.settings.base_url).user_picture(made.public_id, made.icon, USER_SIZE)
    tell(as_json, {"bot": made.id, "icon_url": url}, url)


@bot.command("delete")
@click.argument("bot_id", metavar="BOT")
@click.confirmation_option(prompt="Delete the bot?")
@as_json
def delete_bot(bot_id: str, as_json: bool) -> None:
    """Delete a bot. What it has said stays."""
    with connected() as ctx:
        bots.delete(ctx, bots.require(ctx, bot_id))
    tell(as_json, {"bot": bot_id}, f"bot {bot_id} is deleted")


def _tell_secret(as_json: bool, made: OwnBot) -> None:
    verifier, key = bots.verifier_of(made.id, made.secret), bots.signing_key(made.secret)
    result: dict[str, object] = {
        "bot": made.id,
        "name": made.name,
        "endpoint": made.endpoint,
        "secret": made.secret,
        "verifier": verifier,
        "signing_key": key,
    }
    lines = (
        f"bot {made.id} ({made.name})",
        f"secret: {made.secret}",
        f"bot_verifier, for room/say: {verifier}",
        f"key to check what it is sent: {key}",
    )
    tell(as_json, result, "\n".join(lines))


def _doubt(ctx: Context, made: OwnBot) -> None:
    """Warns of an endpoint that cannot be called as it is; it may be meant for later."""
    if made.endpoint is None:
        return
    try:
        resolve(endpoint_of(made.endpoint), rules_of(ctx.settings), _looked_up)
    except NotCallable as error:
        hint = "LINGR_BOT_NETWORKS lists private networks where endpoints may be"
        click.echo(f"Warning: {error}; {hint}.", err=True)
    except Unresolved as error:
        click.echo(f"Warning: {error}.", err=True)


def _looked_up(host: str, port: int) -> Iterable[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
