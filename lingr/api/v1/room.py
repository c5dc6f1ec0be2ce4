"""Rooms as such: described, made."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Counter, Flag, Image, Text
from lingr.api.v1.common import ONLY_TALK, PASSWORD, ROOM
from lingr.domain import changing, rooms
from lingr.timezones import DEFAULT

METHODS = (
    Method(
        "room.getInfo",
        "GET",
        Needs.KEY_OR_SESSION,
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
                doc="Who enters must know it; absent or empty: nobody need. At most 100 characters.",
            ),
            Flag(name="listed_in_directory", default=True, doc="Show the room in the directory."),
            Flag(
                name="members_only",
                doc="Ours: only members may enter, and who knows the password if there is one.",
            ),
            Text(
                name="timezone",
                default=DEFAULT,
                doc="A Rails zone name; times in the room are told in it.",
            ),
            Text(
                name="tags",
                doc="Separated by spaces; double quotes keep spaces inside one. At most 20 of 50 characters.",
            ),
            Image(name="image", doc="The icon, a file in a multipart form: PNG, JPEG, GIF, WebP or BMP."),
        ),
        raises=("invalid_parameter", "too_many_rooms", "id_unavailable"),
    ),
    Method(
        "room.changeSettings",
        "POST",
        Needs.LOGIN,
        changing.change_own,
        "room",
        "Change a room of one's own. What is absent stays as it is.",
        params=(
            ROOM,
            Text(name="new_id", default=None, doc="The id it moves to, with all that is in it."),
            Text(name="name", default=None, doc="At most 100 characters."),
            Text(name="description", default=None, doc="At most 1,000 characters."),
            Text(name="password", default=None, doc="Empty: the room needs none any more."),
            Flag(name="listed_in_directory", default=None, doc="Show the room in the directory, or do not."),
            Flag(name="members_only", default=None, doc="Ours: only members may enter, or not only they."),
            Text(name="timezone", default=None, doc="A Rails zone name."),
            Text(
                name="tags",
                default=None,
                doc="In place of all it has, as room.create takes them; empty: none.",
            ),
            Image(name="image", doc="Another icon, as room.create takes it. Empty: none."),
        ),
        raises=("invalid_room", "insufficient_permissions", "invalid_parameter", "id_unavailable"),
    ),
    Method(
        "room.delete",
        "POST",
        Needs.LOGIN,
        changing.delete_own,
        "status",
        "Delete a room of one's own. Whoever is in it is told at once.",
        params=(ROOM,),
        raises=("invalid_room", "insufficient_permissions"),
    ),
)
