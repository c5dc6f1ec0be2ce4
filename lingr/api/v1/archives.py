"""What was said long ago: by day, and by words."""

from __future__ import annotations

from dataclasses import replace

from lingr.api.method import Method, Needs
from lingr.api.params import Amount, Counter, Number, Text
from lingr.api.v1.common import ONLY_TALK, PASSWORD, ROOM
from lingr.domain import archive_days, archive_search

PASSWORD_ERRORS = ("invalid_room", "room_password_required", "invalid_room_password")

_SEARCH = Method(
    "explore.searchArchives",
    "GET",
    Needs.KEY_OR_SESSION,
    archive_search.search,
    "hits",
    "Find what was said in listed rooms without a password, or in one room.",
    params=(
        Text(name="q", required=True, doc="Words separated by commas or spaces; every one must be there."),
        Text(name="id", default=None, doc="Search this room alone."),
        Amount(name="count", doc="How many messages at most: 1 to 100, which more than 100 stands for."),
        replace(PASSWORD, doc="Ours: the password of the room, if one is searched that has one."),
    ),
    raises=("invalid_parameter", *PASSWORD_ERRORS, "rate_limited"),
)

METHODS = (
    Method(
        "room.getArchives",
        "GET",
        Needs.KEY_OR_SESSION,
        archive_days.get_archives,
        "archive",
        "Tell what was said in a room on a day, as its own time zone counts days.",
        params=(
            ROOM,
            Number(
                name="year",
                least=1,
                most=9998,
                doc="With month and day; none of them: the latest day with messages.",
            ),
            Number(name="month", least=1, most=12, doc="1 to 12."),
            Number(name="day", least=1, most=31, doc="1 to 31."),
            ONLY_TALK,
            PASSWORD,
            Counter(name="counter", doc="Ours: go on after this message, on a day with very many."),
        ),
        raises=("missing_parameter", "invalid_parameter", *PASSWORD_ERRORS, "rate_limited"),
        is_long=True,
    ),
    _SEARCH,
    replace(
        _SEARCH,
        name="room.searchArchives",
        doc="Another name for explore.searchArchives, which a client of the time calls it by.",
    ),
)
