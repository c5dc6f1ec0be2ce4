"""The session's user."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.domain import members

METHODS = (
    Method(
        "user.get_rooms",
        "GET",
        Needs.SESSION,
        members.rooms_of,
        "room_ids",
        "Tell the ids of the rooms that the session's user is a member of.",
    ),
)
