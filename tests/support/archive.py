"""What was said long ago, put into rooms without anybody having to say it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from lingr.domain import archive_days, archive_search, rooms
from lingr.domain.context import Caller, Context
from lingr.store import keys
from lingr.timezones import zone_of

ASKING = Caller(api_key="k", address="here")


def at(text: str, zone: str = "Tokyo") -> int:
    """The time that a clock in that zone tells so: ``2008-03-02 19:05``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone_of(zone)).timestamp() * 1000)


def said(ctx: Context, room_id: str, *events: tuple[int, str] | tuple[int, str, str]) -> None:
    """Adds events, each a time, a text and maybe a type, as room_say would have."""
    room = keys.room(room_id)
    counter = int(ctx.store.engine.command("HGET", room.room, "counter"))
    commands: list[tuple[Any, ...]] = []
    for number, (time, text, *kind) in enumerate(events, counter + 1):
        event = {
            "id": number,
            "occupant_id": "Oa1a1a1a1a1",
            "nickname": 'Ann "timestamp":1',
            "source": "api",
            "client_type": "human",
            "type": kind[0] if kind else "user",
            "timestamp": time,
            "text": text,
        }
        commands.append(("XADD", room.log, f"{number}-0", "event", msgspec.json.encode(event)))
        changed = {"counter": number} | ({} if kind else {"max_user_message_id": number})
        commands.append(("HSET", room.room, *[part for pair in changed.items() for part in pair]))
    for start in range(0, len(commands), 2000):
        ctx.store.engine.commands(commands[start : start + 2000])


def room_with(ctx: Context, room_id: str, *texts: str, **fields: Any) -> str:
    """A room in which this was said just now, in the default time zone unless another is given."""
    rooms.create(ctx, **{"id": room_id, "name": room_id, "timezone": "Tokyo", **fields})
    said(ctx, room_id, *((ctx.clock(), text) for text in texts))
    return room_id


def archive(ctx: Context, room_id: str, date: str = "", **options: Any) -> list[str]:
    """The texts of a day, or without a date of the latest one."""
    year, month, day = map(int, date.split("-")) if date else (None, None, None)
    given = {"user_messages_only": False, "password": None, "counter": None, **options}
    return [
        message.text
        for message in archive_days.get_archives(
            ctx, ASKING, id=room_id, year=year, month=month, day=day, **given
        ).messages
    ]


def hits(ctx: Context, q: str, **options: Any) -> list[tuple[str, str]]:
    """Room and text of what is found, in the order in which it is told."""
    given = {"id": None, "count": 10, "password": None, **options}
    found = archive_search.search(ctx, ASKING, q=q, **given)
    return [(hit.room.public_id, hit.message.text) for hit in found]
