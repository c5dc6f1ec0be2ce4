"""What a server has from its first start on: a room to meet in, and an API key to begin with."""

from __future__ import annotations

from dataclasses import dataclass

from lingr.app import make_context
from lingr.domain import accounts, rooms
from lingr.errors import LingrError
from lingr.settings import Settings

ROOM_ID = "lobby"


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The room and the key; ``made`` says that the key was made just now."""

    room_id: str
    api_key: str
    made: bool


def prepare(settings: Settings) -> FirstRun:
    """Finds the first room and key, or makes them. Raises LingrError ``unavailable`` without an engine."""
    ctx = make_context(settings)
    try:
        api_key, made = accounts.own_key(ctx, "first steps")
        try:
            rooms.find(ctx, ROOM_ID)
        except LingrError as error:
            if error.name != "invalid_room":
                raise
            if made:
                rooms.create(ctx, id=ROOM_ID, name="Lobby", description="Where everybody meets first.")
        return FirstRun(ROOM_ID, api_key, made)
    finally:
        ctx.store.engine.close()
