"""Messages that users like."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Number
from lingr.api.v2.common import MOST_NUMBER
from lingr.domain import favorites

MESSAGE = Number(name="message", required=True, least=0, most=MOST_NUMBER, doc="The message's id.")

METHODS = (
    Method(
        "favorite.add",
        "POST",
        Needs.SESSION,
        favorites.add,
        "message",
        "Note that the session's user likes a message.",
        params=(MESSAGE,),
        raises=("invalid_parameter", "unknown_message", "already_favorite", "rate_limited"),
    ),
    Method(
        "favorite.remove",
        "POST",
        Needs.SESSION,
        favorites.remove,
        "message",
        "Take that back.",
        params=(MESSAGE,),
        raises=("invalid_parameter", "unknown_message", "not_favorite", "rate_limited"),
    ),
)
