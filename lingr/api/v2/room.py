"""Rooms: what is in them, and saying something there."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Text
from lingr.api.v2.common import ROOM
from lingr.domain import speaking

METHODS = (
    Method(
        "room.say",
        "POST",
        Needs.SESSION_OR_BOT,
        speaking.say,
        "message",
        "Say something to everybody in a room, as the session's user or as a bot.",
        params=(
            ROOM,
            Text(name="text", required=True, absent="no_message", doc="At most 1,000 characters."),
            Text(name="local_id", default=None, doc="The client's own name for the message, told with it."),
            Text(name="bot", default=None, doc="The id of the bot that speaks; no session is needed then."),
            Text(
                name="bot_verifier",
                default=None,
                doc="The SHA-1 digest, in lower-case hex, of the bot's id followed by its secret.",
            ),
            Text(
                name="request_id",
                default=None,
                doc="Ours: repeated within five minutes, it says nothing twice.",
            ),
        ),
        raises=(
            "invalid_bot",
            "invalid_room",
            "bot_not_here",
            "message_too_long",
            "invalid_parameter",
            "rate_limited",
        ),
    ),
)
