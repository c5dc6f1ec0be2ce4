"""Being in a room: what its occupants do and hear."""

from __future__ import annotations

from lingr.api.method import Again, Method, Needs
from lingr.api.params import Counter, Flag, Text
from lingr.api.v1.common import ONLY_TALK, PASSWORD, ROOM
from lingr.domain import chat, observing, presence

METHODS = (
    Method(
        "room.enter",
        "POST",
        Needs.SESSION,
        presence.enter,
        "entrance",
        "Enter a room.",
        params=(
            ROOM,
            PASSWORD,
            Text(name="nickname", doc="Absent: one is an anonymous observer."),
            Flag(name="idempotent", doc="Keep the occupant and ticket of an entrance that still holds."),
        ),
        raises=(
            "rate_limited",
            "invalid_room",
            "room_password_required",
            "invalid_room_password",
            "invalid_parameter",
        ),
        checks_session=True,
    ),
    Method(
        "room.getMessages",
        "GET",
        Needs.TICKET,
        observing.get_messages,
        "news",
        "Tell at once what happened after a counter.",
        params=(
            Counter(
                name="counter",
                required=True,
                blank=True,
                doc="Tell what has a greater id; negative: the newest; empty: after the last one told.",
            ),
            ONLY_TALK,
        ),
        raises=("rate_limited",),
    ),
    Method(
        "room.observe",
        "GET",
        Needs.TICKET,
        observing.observe,
        "news",
        "Wait until something happens after a counter, and tell it.",
        params=(
            Counter(
                name="counter",
                required=True,
                blank=True,
                doc="Tell what has a greater id; negative: the newest; empty: after the last one told.",
            ),
        ),
        raises=("repeated_counter",),
        waits=True,
    ),
    Method(
        "room.setNickname",
        "POST",
        Needs.TICKET,
        presence.set_nickname,
        "status",
        "Take a nickname, or another one.",
        params=(
            Text(
                name="nickname",
                required=True,
                absent="no_nickname_parameter",
                doc="At most 64 characters.",
            ),
        ),
        raises=("invalid_parameter",),
    ),
    Method(
        "room.say",
        "POST",
        Needs.TICKET,
        chat.say,
        "said",
        "Say something to everybody in the room, or to one occupant.",
        params=(
            Text(name="message", required=True, absent="no_message", doc="At most 1,000 characters."),
            Text(name="occupant_id", doc="Say it to this occupant alone."),
            Text(name="request_id", doc="Ours: repeated within five minutes, it says nothing twice."),
        ),
        raises=("message_too_long", "no_nickname", "invalid_parameter", "rate_limited"),
        again=Again("message", chat.prepare),
    ),
    Method(
        "room.exit",
        "POST",
        Needs.TICKET,
        presence.exit,
        "status",
        "Leave the room.",
    ),
)
