"""What bots are told, and when a bot that does not listen is left alone."""

from __future__ import annotations

import random

from lingr.domain.context import Context
from lingr.values import Message
from lingr.values_deliveries import Attempt, Trouble
from lingr.values_v2 import Bot

GONE = 410
"""The status that asks for no more."""

PASSING = (408, 425, 429)
"""Statuses below 500 that say that another time it may be all right."""


def is_told(message: Message) -> bool:
    """Whether bots are told of an event: of what people say to all, never of what bots say."""
    return message.type == "user" and message.bot_id is None


def name_of(bot_id: str, number: int) -> str:
    """The name of a delivery, which is the same for every attempt at it: of a bot, of a message's id."""
    return f"msg_{number}_{bot_id}"


def is_passing(status: int) -> bool:
    """Whether an answer with this status is worth another attempt."""
    return status >= 500 or status in PASSING


def due_after(ctx: Context, tries: int) -> int | None:
    """When a delivery that has failed so often is tried again (ms); None if it is not."""
    if tries >= ctx.settings.bot_tries:
        return None
    seconds = ctx.settings.bot_retry_seconds * 2 ** (tries - 1) * random.uniform(0.5, 1.5)
    return ctx.clock() + int(seconds * 1000)


def wake(ctx: Context, bot_id: str) -> bool:
    """Has a paused bot told what it missed, as far back as it may be; returns whether it was paused.

    A delivery that waits for its next attempt is tried at once.
    """
    since = ctx.clock() - int(ctx.settings.bot_catch_up_seconds * 1000)
    return ctx.store.deliveries.wake(bot_id, since)


def troubles(ctx: Context, bot_ids: list[str]) -> list[Trouble]:
    """How it stands with the deliveries to these bots."""
    return ctx.store.deliveries.trouble(bot_ids) if bot_ids else []


def attempts(ctx: Context, bot_id: str, most: int) -> list[Attempt]:
    """The newest attempts at telling a bot something, oldest first."""
    return ctx.store.deliveries.attempts(bot_id, most)


def tell_owner(ctx: Context, bot: Bot, room_id: str, why: str) -> bool:
    """Tells a bot's owner in private that the bot is paused, in a room where it is and they are.

    Returns whether they are in one: there first, where the delivery failed.
    """
    if bot.owner_id is None:
        return False
    told = Message(
        id=0,
        type="private",
        timestamp=ctx.clock(),
        text=f"{bot.name} is paused ({why}). `lingr bot wake {bot.id}` wakes it.",
        occupant_id=bot.public_id,
        nickname=bot.name,
        source="api",
        client_type="automaton",
        icon=bot.icon,
        bot_id=bot.id,
        to_user_id=bot.owner_id,
    )
    others = ctx.store.bots.rooms_of([bot.id])[0] - {room_id}
    return any(
        ctx.store.deliveries.whisper(one, bot.owner_id, told, ctx.settings.log_events)
        for one in (room_id, *sorted(others))
    )
