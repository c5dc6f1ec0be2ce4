"""Rooms: what is in them, hearing them, and saying something there."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Amount, Flag, Names, Number, Text
from lingr.api.v2.common import MOST_NUMBER, ROOM, ROOMS
from lingr.domain import showing, speaking, subscribing

METHODS = (
    Method(
        "room.show",
        "GET",
        Needs.SESSION,
        showing.show,
        "rooms",
        "Describe rooms, each with its last 30 messages, its members and its bots.",
        params=(
            ROOMS,
            Names(name="with", into="parts", doc="`messages` or `roster`, to be told of these alone."),
        ),
        raises=("invalid_room", "invalid_parameter", "rate_limited"),
    ),
    Method(
        "room.get_archives",
        "GET",
        Needs.SESSION,
        showing.archives,
        "messages",
        "Tell the newest messages of a room before a certain one, oldest first.",
        params=(
            ROOM,
            Number(
                name="before",
                required=True,
                least=0,
                most=MOST_NUMBER,
                clamps=True,
                doc="A message's id; 99999999 for the newest of all.",
            ),
            Amount(name="limit", default=30, most=100, doc="How many; at most 100."),
        ),
        raises=("invalid_room", "invalid_parameter", "rate_limited"),
    ),
    Method(
        "room.subscribe",
        "POST",
        Needs.SESSION,
        subscribing.subscribe,
        "counter",
        "Have the session hear rooms, where its user is online from then on.",
        params=(ROOMS, Flag(name="reset", doc="Hear these alone, and none of the rooms heard before.")),
        raises=("invalid_room", "invalid_parameter"),
    ),
    Method(
        "room.unsubscribe",
        "POST",
        Needs.SESSION,
        subscribing.unsubscribe,
        "counter",
        "Have the session hear rooms no longer.",
        params=(ROOMS,),
    ),
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
