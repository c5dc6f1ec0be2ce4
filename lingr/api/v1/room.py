"""Rooms as such: described, made."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Counter, Flag, Text
from lingr.api.v1.common import ONLY_TALK, PASSWORD, ROOM
from lingr.domain import rooms
from lingr.timezones import DEFAULT

METHODS = (
    Method(
        "room.getInfo",
        "GET",
        Needs.API_KEY,
        rooms.info,
        "room_info",
        "Describe a room and who is in it, and with a counter what was said there.",
        params=(
            ROOM,
            Counter(name="counter", doc="Messages with this id or a later one; negative: the newest ones."),
            ONLY_TALK,
            PASSWORD,
        ),
        raises=("invalid_room", "room_password_required", "invalid_room_password", "rate_limited"),
    ),
    Method(
        "room.create",
        "POST",
        Needs.LOGIN,
        rooms.create_own,
        "room",
        "Make a room.",
        params=(
            Text(name="name", required=True, doc="At most 100 characters."),
            Text(name="id", default=None, doc="Letters, digits, _ and -, at most 32; absent: a random one."),
            Text(name="description", doc="At most 1,000 characters."),
            Text(
                name="password",
                default=None,
                doc="Who enters must know it; absent or empty: nobody need.",
            ),
            Flag(name="listed_in_directory", default=True, doc="Show the room in the directory."),
            Text(
                name="timezone",
                default=DEFAULT,
                doc="A Rails zone name; times in the room are told in it.",
            ),
            Text(name="tags", doc="Separated by spaces; double quotes keep spaces inside a tag."),
        ),
        raises=("invalid_parameter", "too_many_rooms", "id_unavailable"),
    ),
)
