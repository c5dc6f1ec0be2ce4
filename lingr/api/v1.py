"""The method table of the 2007 API."""

from __future__ import annotations

from lingr.api.method import Again, Method, Needs, table
from lingr.api.params import Counter, Flag, Text
from lingr.domain import chat, observing, presence, rooms, sessions
from lingr.timezones import DEFAULT

_ROOM = Text(name="id", required=True, doc="The room's id.")
_PASSWORD = Text(name="password", default=None, doc="The room's password, if it has one.")
_ONLY_TALK = Flag(name="user_messages_only", doc="Leave out what the system says.")

METHODS = table(
    [
        Method(
            "session.create",
            "POST",
            Needs.API_KEY,
            sessions.create,
            "session",
            "Open a session.",
            params=(Text(name="client_type", default="automaton", doc="human or automaton."),),
            raises=("invalid_client_type",),
        ),
        Method(
            "session.verify",
            "GET",
            Needs.SESSION,
            sessions.verify,
            "status",
            "Ask whether a session lives, and keep it alive.",
        ),
        Method(
            "session.destroy",
            "POST",
            Needs.SESSION,
            sessions.destroy,
            "status",
            "End a session and leave every room entered through it.",
            checks_session=True,
        ),
        Method(
            "auth.login",
            "POST",
            Needs.SESSION,
            sessions.login,
            "status",
            "Log a user in.",
            params=(
                Text(name="email", required=True, doc="The account's e-mail address or user name."),
                Text(name="password", required=True, doc="The account's password."),
            ),
            raises=("already_logged_in", "rate_limited", "invalid_credentials"),
        ),
        Method(
            "auth.logout",
            "POST",
            Needs.LOGIN,
            sessions.logout,
            "status",
            "Log the user out; the session stays.",
            checks_session=True,
        ),
        Method(
            "room.getInfo",
            "GET",
            Needs.API_KEY,
            rooms.info,
            "room_info",
            "Describe a room and who is in it, and with a counter what was said there.",
            params=(
                _ROOM,
                Counter(
                    name="counter", doc="Messages with this id or a later one; negative: the newest ones."
                ),
                _ONLY_TALK,
                _PASSWORD,
            ),
            raises=("invalid_room", "room_password_required", "invalid_room_password", "rate_limited"),
        ),
        Method(
            "room.enter",
            "POST",
            Needs.SESSION,
            presence.enter,
            "entrance",
            "Enter a room.",
            params=(
                _ROOM,
                _PASSWORD,
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
                _ONLY_TALK,
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
        Method(
            "room.create",
            "POST",
            Needs.LOGIN,
            rooms.create_own,
            "room",
            "Make a room.",
            params=(
                Text(name="name", required=True, doc="At most 100 characters."),
                Text(
                    name="id", default=None, doc="Letters, digits, _ and -, at most 32; absent: a random one."
                ),
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
    ]
)
