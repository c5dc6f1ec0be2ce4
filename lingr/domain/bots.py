"""Bots: programs that take part in rooms without entering them. Who has a bot's secret speaks for it."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import urlsplit

from lingr.domain import deliveries, icons
from lingr.domain.accounts import named
from lingr.domain.context import Context
from lingr.errors import LingrError
from lingr.ids import random_secret
from lingr.values import Room
from lingr.values_v2 import Bot, OwnBot

BOT_ID = re.compile(r"[A-Za-z0-9_]{1,32}")
ENDPOINT_CHARACTERS = 2000

_PLAIN = re.compile(r"[!-~]+")


def create(
    ctx: Context,
    *,
    id: str,
    name: str,
    owner_id: str | None = None,
    endpoint: str = "",
    image: bytes | None = None,
) -> OwnBot:
    """A new bot with a fresh secret, in no room yet.

    Raises LingrError ``invalid_parameter``, ``image_too_large``, ``invalid_image``, or ``id_unavailable``
    when a bot or a user goes by the id already, upper or lower case.
    """
    if not BOT_ID.fullmatch(id):
        raise LingrError("invalid_parameter", parameter="id")
    public_id = ctx.new_id()
    called, told_at = named(name), endpoint_of(endpoint) or None
    drawing = icons.draw(ctx, icons.USER, image)
    icons.keep(ctx, icons.USER, public_id, drawing)
    bot = OwnBot(
        id=id,
        public_id=public_id,
        name=called,
        owner_id=owner_id,
        endpoint=told_at,
        icon=None if drawing is None else drawing.version,
        created=ctx.clock(),
        secret=random_secret(),
    )
    try:
        ctx.store.bots.create(bot)
    except LingrError as error:
        if error.name != "unavailable":
            icons.drop(ctx, icons.USER, public_id, bot.icon)
        raise
    return bot


def change(
    ctx: Context,
    bot: OwnBot,
    *,
    name: str | None = None,
    owner_id: str | None = None,
    endpoint: str | None = None,
    image: bytes | None = None,
) -> OwnBot:
    """Gives a bot other fields; what is None stays. An empty endpoint, or image, takes it away.

    What it has said stays as it was said. A new endpoint wakes it if it is paused; its first one is told what
    is said from now on. Raises LingrError ``invalid_parameter``, ``image_too_large``,
    ``invalid_image``.
    """
    fields: dict[str, str] = {}
    if name is not None:
        fields["name"] = named(name)
    if owner_id is not None:
        fields["owner_id"] = owner_id
    if endpoint is not None:
        fields["endpoint"] = endpoint_of(endpoint)
    if image is not None:
        drawing = icons.draw(ctx, icons.USER, image)
        icons.keep(ctx, icons.USER, bot.public_id, drawing)
        fields["icon"] = "" if drawing is None else drawing.version
    if fields.get("endpoint") and bot.endpoint is None:
        for room_id in rooms_of(ctx, bot.id):
            ctx.store.deliveries.begin(bot.id, room_id, anew=True)
    changed = _edit(ctx, bot.id, fields)
    if changed.endpoint not in (None, bot.endpoint):
        deliveries.wake(ctx, bot.id)
    if image is not None and bot.icon != changed.icon:
        icons.drop(ctx, icons.USER, bot.public_id, bot.icon)
    return changed


def renew_secret(ctx: Context, bot: OwnBot) -> OwnBot:
    """Gives a bot another secret; the former is worth nothing from then on."""
    return _edit(ctx, bot.id, {"secret": random_secret()})


def _edit(ctx: Context, bot_id: str, fields: dict[str, str]) -> OwnBot:
    return ctx.store.bots.edit(bot_id, fields)


def delete(ctx: Context, bot: OwnBot) -> None:
    """Takes a bot out of all rooms, and then away. What it has said stays."""
    for room_id in rooms_of(ctx, bot.id):
        _remove(ctx, bot.id, room_id)
    ctx.store.bots.delete(bot.id)
    ctx.store.deliveries.forget(bot.id)
    icons.drop(ctx, icons.USER, bot.public_id, bot.icon)


def find(ctx: Context, bot_id: str) -> OwnBot | None:
    """The bot of that id."""
    return ctx.store.bots.find(bot_id) if BOT_ID.fullmatch(bot_id) else None


def require(ctx: Context, bot_id: str) -> OwnBot:
    """The bot of that id. Raises LingrError ``invalid_parameter``."""
    bot = find(ctx, bot_id)
    if bot is None:
        raise LingrError("invalid_parameter", parameter="bot")
    return bot


def every(ctx: Context) -> list[OwnBot]:
    """All bots there are, by their ids."""
    return ctx.store.bots.all()


def verify(ctx: Context, bot_id: str, verifier: str) -> OwnBot:
    """The bot of that id, if whoever calls has its secret; how that is wrong takes no other time.

    Raises LingrError ``invalid_bot``.
    """
    bot = find(ctx, bot_id)
    expected = verifier_of(bot.id, bot.secret) if bot is not None else verifier_of("", random_secret())
    # Compared as bytes: of texts only those in ASCII can be.
    is_right = hmac.compare_digest(expected.encode(), verifier.lower().encode("utf-8", "replace"))
    if bot is None or not is_right:
        raise LingrError("invalid_bot")
    return bot


def verifier_of(bot_id: str, secret: str) -> str:
    """What a bot proves itself by: the SHA-1 of its id and its secret in lower-case hex digits."""
    return hashlib.sha1(f"{bot_id}{secret}".encode(), usedforsecurity=False).hexdigest()


def signing_key(secret: str) -> str:
    """A bot's secret as the libraries of Standard Webhooks take it, to check what is sent to the bot."""
    return "whsec_" + b64encode(secret.encode()).decode()


def invite(ctx: Context, bot: Bot, room: Room) -> bool:
    """Lets a bot into a room, where it is told what is said from now on; returns whether it was not there.

    Raises LingrError ``invalid_room`` or ``invalid_parameter`` if room or bot are gone meanwhile.
    """
    ctx.store.deliveries.begin(bot.id, room.id)
    return ctx.store.bots.invite(bot.id, room.id)


def remove(ctx: Context, bot: Bot, room: Room) -> bool:
    """Sends a bot out of a room; returns whether it was there."""
    return _remove(ctx, bot.id, room.id)


def _remove(ctx: Context, bot_id: str, room_id: str) -> bool:
    # Before and after: wherever this breaks off, who is invited again is told nothing from before that.
    ctx.store.deliveries.end(bot_id, room_id)
    was = ctx.store.bots.remove(bot_id, room_id)
    ctx.store.deliveries.end(bot_id, room_id)
    return was


def forget_room(ctx: Context, room_id: str) -> None:
    """A room is gone: no bot hears it any more."""
    for bot_id in ctx.store.bots.forget_room(room_id):
        ctx.store.deliveries.end(bot_id, room_id)
    ctx.store.bots.forget_invited(room_id)


def rooms_of(ctx: Context, bot_id: str) -> frozenset[str]:
    """The ids of the rooms that a bot is told of."""
    return ctx.store.bots.rooms_of([bot_id])[0]


def rooms_of_all(ctx: Context, bot_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """The same for several bots in one round trip."""
    return dict(zip(bot_ids, ctx.store.bots.rooms_of(bot_ids), strict=True))


def present(ctx: Context, room_id: str) -> tuple[Bot, ...]:
    """The bots that are in a room, by their ids."""
    return ctx.store.bots.present([room_id])[0]


def present_in(ctx: Context, room_ids: Sequence[str]) -> list[tuple[Bot, ...]]:
    """The same for several rooms in two round trips."""
    return ctx.store.bots.present(room_ids)


def endpoint_of(address: str) -> str:
    """The address of a bot's endpoint; empty for none. Raises LingrError ``invalid_parameter``."""
    found = address.strip()
    if found and not _can_be_called(found):
        raise LingrError("invalid_parameter", parameter="endpoint")
    return found


def _can_be_called(address: str) -> bool:
    if len(address) > ENDPOINT_CHARACTERS or not _PLAIN.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        is_nameless = parts.username is None and parts.password is None
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and is_nameless
    except ValueError:
        return False
