"""``lingr room retention``: how long a room keeps what was said."""

from __future__ import annotations

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import retention


@click.command("retention")
@click.argument("room_id", metavar="ROOM")
@click.option("--events", type=int, help="Keep at most so many events, fewer than LINGR_LOG_EVENTS.")
@click.option("--days", type=int, help="Keep events for so many days; 0: for ever.")
@as_json
def keep_room(room_id: str, events: int | None, days: int | None, as_json: bool) -> None:
    """Have a room keep its log otherwise than the settings say; as they say where an option is left out."""
    with connected() as ctx:
        kept = retention.keep(ctx, room_id, events=events, days=days)
    result: dict[str, object] = {"room_id": kept.public_id, "events": events, "days": days}
    number = "as many events as all rooms" if events is None else f"at most {events} events"
    time = "for ever" if days == 0 else "as long as all rooms" if days is None else f"for {days} days"
    tell(as_json, result, f"{kept.public_id} keeps {number}, {time}")
