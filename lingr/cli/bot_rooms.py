"""``lingr bot invite``, ``list``, ``log`` and others: where bots are, and how it stands with them."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import bots, deliveries, rooms
from lingr.domain.context import Context
from lingr.timezones import utc
from lingr.values_deliveries import Attempt, Trouble
from lingr.values_v2 import Bot


@click.command("invite")
@click.argument("bot_id", metavar="BOT")
@click.argument("room_id", metavar="ROOM")
@as_json
def invite_bot(bot_id: str, room_id: str, as_json: bool) -> None:
    """Let a bot into a room: it is told what people say there, and may speak."""
    with connected() as ctx:
        bot, room = bots.require(ctx, bot_id), rooms.find(ctx, room_id)
        bots.invite(ctx, bot, room)
    tell(as_json, {"bot": bot.id, "room_id": room.public_id, "present": True}, f"{bot.id} is in {room_id}")


@click.command("remove")
@click.argument("bot_id", metavar="BOT")
@click.argument("room_id", metavar="ROOM")
@as_json
def remove_bot(bot_id: str, room_id: str, as_json: bool) -> None:
    """Send a bot out of a room."""
    with connected() as ctx:
        bot, room = bots.require(ctx, bot_id), rooms.find(ctx, room_id)
        bots.remove(ctx, bot, room)
    result: dict[str, object] = {"bot": bot.id, "room_id": room.public_id, "present": False}
    tell(as_json, result, f"{bot.id} is not in {room_id}")


@click.command("list")
@click.option("--room", "room_id", metavar="ROOM", help="Only those in this room.")
@as_json
def list_bots(room_id: str | None, as_json: bool) -> None:
    """List the bots: where each is told what people say, in which rooms it is, whether it is paused."""
    with connected() as ctx:
        known: list[Bot] = [*bots.every(ctx)]
        if room_id is not None:
            present = {one.id for one in bots.present(ctx, rooms.find(ctx, room_id).id)}
            known = [one for one in known if one.id in present]
        rows = _rows(ctx, known)
    tell(as_json, {"bots": rows}, "\n".join(map(_line, rows)) or "no bots")


@click.command("wake")
@click.argument("bot_id", metavar="BOT")
@as_json
def wake_bot(bot_id: str, as_json: bool) -> None:
    """Have a bot that is paused told again what people say, beginning with what it missed lately."""
    with connected() as ctx:
        bot = bots.require(ctx, bot_id)
        woken = deliveries.wake(ctx, bot.id)
    tell(as_json, {"bot": bot.id, "woken": woken}, f"{bot.id} is awake" + ("" if woken else " already"))


@click.command("log")
@click.argument("bot_id", metavar="BOT")
@click.option("--most", type=click.IntRange(1, 100), default=100, show_default=True, help="How many lines.")
@as_json
def bot_log(bot_id: str, most: int, as_json: bool) -> None:
    """Show the last attempts at telling a bot what people say, and what came of each, the newest last."""
    with connected() as ctx:
        bot = bots.require(ctx, bot_id)
        trouble = deliveries.troubles(ctx, [bot.id])[0]
        found = deliveries.attempts(ctx, bot.id, most)
    result: dict[str, object] = {
        "bot": bot.id,
        **_state(trouble),
        "attempts": [{**_fields(one), "at": utc(one.at)} for one in found],
    }
    lines = [_attempt_line(one) for one in found] or ["nothing yet"]
    if trouble.paused:
        lines.append(f"paused since {utc(trouble.paused)}: {trouble.why}")
    tell(as_json, result, "\n".join(lines))


def _rows(ctx: Context, known: list[Bot]) -> list[dict[str, object]]:
    ids = [one.id for one in known]
    heard = bots.rooms_of_all(ctx, ids)
    wanted = sorted({room_id for rooms_of in heard.values() for room_id in rooms_of})
    names = {room.id: room.public_id for room in ctx.store.rooms.find_all(wanted)} if wanted else {}
    owners = ctx.store.accounts.users(sorted({one.owner_id for one in known if one.owner_id is not None}))
    return [
        {
            "bot": one.id,
            "name": one.name,
            "owner": owners[one.owner_id].username if one.owner_id in owners else None,
            "endpoint": one.endpoint,
            "rooms": sorted(names[room_id] for room_id in heard[one.id] if room_id in names),
            **_state(trouble),
        }
        for one, trouble in zip(known, deliveries.troubles(ctx, ids), strict=True)
    ]


def _state(trouble: Trouble) -> dict[str, object]:
    return {"paused": utc(trouble.paused) if trouble.paused else None, "why": trouble.why or None}


def _line(row: dict[str, object]) -> str:
    there = row["rooms"]
    assert isinstance(there, list)
    parts = [f"{row['bot']}  ({row['name']})", row["endpoint"] or "-", f"in {', '.join(there) or 'no room'}"]
    if row["paused"]:
        parts.append(f"paused since {row['paused']}: {row['why']}")
    return "  ".join(map(str, parts))


def _fields(attempt: Attempt) -> dict[str, object]:
    return {name: getattr(attempt, name) for name in attempt.__struct_fields__}


def _attempt_line(one: Attempt) -> str:
    message, status = f"message {one.message}", str(one.status) if one.status else "---"
    outcome = f"{one.outcome}: {one.why}" if one.why else one.outcome
    return "  ".join((utc(one.at), one.room, message, f"attempt {one.number}", status, outcome))
