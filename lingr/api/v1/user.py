"""Users: what is known of oneself, told again whenever it changes."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Counter, Flag
from lingr.api.v1.common import PASSWORD, ROOM
from lingr.domain import following, lists, users

METHODS = (
    Method(
        "user.getInfo",
        "GET",
        Needs.LOGIN,
        users.get_info,
        "user_info",
        "Describe the session's user, and the rooms it owns, marked, monitors, visited and is in.",
        raises=("rate_limited",),
    ),
    Method(
        "user.startObserving",
        "POST",
        Needs.LOGIN,
        following.start,
        "observation",
        "Begin to observe the session's user.",
    ),
    Method(
        "user.observe",
        "GET",
        Needs.USER_TICKET,
        following.observe,
        "user_info",
        "Wait until the user, one of its lists or something said in a monitored room is news, and tell it.",
        params=(
            Counter(
                name="counter",
                required=True,
                doc="The counter told last; with any other one the answer comes at once.",
            ),
        ),
        raises=("repeated_counter",),
        waits=True,
    ),
    Method(
        "user.stopObserving",
        "POST",
        Needs.USER_TICKET,
        following.stop,
        "status",
        "Give the ticket back.",
    ),
    Method(
        "user.setFavorite",
        "POST",
        Needs.LOGIN,
        lists.set_favorite,
        "status",
        "Ours: put a room on the list of favourites, or take it off.",
        params=(
            ROOM,
            Flag(name="favorite", default=True, doc="Whether it is to be on the list."),
            PASSWORD,
        ),
        raises=(
            "invalid_room",
            "room_password_required",
            "invalid_room_password",
            "too_many_rooms",
            "rate_limited",
        ),
    ),
    Method(
        "user.setMonitored",
        "POST",
        Needs.LOGIN,
        lists.set_monitored,
        "status",
        "Ours: have what is said in a room told by user.observe, or no longer.",
        params=(
            ROOM,
            Flag(name="monitored", default=True, doc="Whether it is to be on the list."),
            PASSWORD,
        ),
        raises=(
            "invalid_room",
            "room_password_required",
            "invalid_room_password",
            "too_many_rooms",
            "rate_limited",
        ),
    ),
)
