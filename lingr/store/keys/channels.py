"""The channels that announcements go by."""

from __future__ import annotations

from lingr.store.keys.rooms import room, room_of_channel
from lingr.store.keys.sessions import USER, user


def channel(name: str, database: int = 0) -> str:
    """The announcement channel of a room's id, or of a user's name."""
    if name.startswith(USER):
        return user(name.removeprefix(USER), database).channel
    return room(name, database).channel


def name_of_channel(channel: str) -> str:
    """The room id, or the user's name, whose announcement channel it is."""
    if channel.startswith("lingr:user:{"):
        return USER + channel[len("lingr:user:{") : channel.index("}:channel:")]
    return room_of_channel(channel)
