"""The error table, and the one exception that points into it.

Domain code raises by name; only the edges know numbers and texts. The numbers up to 127 and their short
texts are the documented ones of the 2007 API. Its list breaks off after 127. 128 follows it in its sense, and
what else it has no number for uses the range its sister service Rejaw had for such cases: 997 to 999. The
codes of the 2009 API are documented for refused log-ins, dead sessions, unknown ids and too many calls;
the others are ours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error: our name, its number in the 2007 API, its code in the 2009 API, its text, when it happens.

    ``text`` may have named fields in braces, filled from the exception's keywords.
    """

    name: str
    v1: int
    v2: str
    text: str
    doc: str


ROWS = (
    ErrorRow(
        "invalid_http_method", 100, "invalid_method", "invalid HTTP method", "A verb other than GET and POST."
    ),
    ErrorRow(
        "invalid_api_key", 101, "invalid_app_key", "invalid API key", "The api_key is absent or unknown."
    ),
    ErrorRow(
        "invalid_session",
        102,
        "invalid_session",
        "invalid session",
        "The session is absent, unknown or expired.",
    ),
    ErrorRow("invalid_api_method", 103, "invalid_method", "invalid API method", "The path names no method."),
    ErrorRow(
        "invalid_format",
        104,
        "invalid_parameter",
        "invalid response format",
        "The format is neither xml nor json.",
    ),
    ErrorRow(
        "invalid_credentials",
        105,
        "invalid_user_credentials",
        "invalid user and/or password",
        "The log-in was refused.",
    ),
    ErrorRow("not_logged_in", 106, "not_logged_in", "not logged in", "The method needs a logged-in session."),
    ErrorRow(
        "already_logged_in", 107, "invalid_parameter", "already logged in", "The session has a user already."
    ),
    ErrorRow("invalid_room", 108, "not_found", "invalid room id", "No room has this id."),
    ErrorRow(
        "invalid_ticket",
        109,
        "invalid_parameter",
        "invalid ticket",
        "The ticket is absent, unknown, expired or another session's.",
    ),
    ErrorRow(
        "no_nickname", 110, "invalid_parameter", "no nickname set", "An anonymous observer tried to speak."
    ),
    ErrorRow(
        "no_message",
        111,
        "invalid_parameter",
        "no message",
        "The message is absent, or nothing is left of it.",
    ),
    ErrorRow("rate_limited", 112, "rate_limited", "rate limited", "Called too often; try again later."),
    ErrorRow(
        "insufficient_permissions",
        113,
        "forbidden",
        "insufficient permissions",
        "The room is another user's.",
    ),
    ErrorRow(
        "no_counter",
        114,
        "invalid_parameter",
        "no counter parameter",
        "The counter is absent or not a whole number.",
    ),
    ErrorRow(
        "no_nickname_parameter",
        115,
        "invalid_parameter",
        "no nickname parameter",
        "The nickname is absent or blank.",
    ),
    ErrorRow(
        "invalid_room_password",
        116,
        "invalid_parameter",
        "invalid room password",
        "The room's password is another one.",
    ),
    ErrorRow(
        "room_password_required",
        117,
        "invalid_parameter",
        "room requires password",
        "The room has a password and none came.",
    ),
    ErrorRow(
        "invalid_client_type", 118, "invalid_parameter", "invalid client type", "Neither human nor automaton."
    ),
    ErrorRow(
        "invalid_encoding", 120, "invalid_encoding", "invalid encoding", "A parameter is not valid UTF-8."
    ),
    ErrorRow(
        "repeated_counter",
        122,
        "invalid_parameter",
        "repeated counter",
        "The same stale counter, observed over and over.",
    ),
    ErrorRow(
        "missing_parameter",
        124,
        "invalid_parameter",
        "missing parameter: {parameter}",
        "A required parameter is absent.",
    ),
    ErrorRow(
        "too_many_rooms",
        125,
        "invalid_parameter",
        "too many rooms",
        "The owner has as many rooms as one may have.",
    ),
    ErrorRow("id_unavailable", 126, "id_unavailable", "id unavailable", "The id is taken or reserved."),
    ErrorRow(
        "invalid_bot", 998, "invalid_bot_credentials", "invalid bot or verifier", "The bot was refused."
    ),
    ErrorRow(
        "bot_not_here", 998, "not_found", "the bot is not in this room", "A bot speaks where it is not."
    ),
    ErrorRow(
        "unknown_message", 998, "not_found", "no such message", "No message has this id, or it is hidden."
    ),
    ErrorRow(
        "already_favorite",
        998,
        "already_favorite",
        "the message is a favorite already",
        "A favourite is added twice.",
    ),
    ErrorRow("not_favorite", 998, "not_favorite", "the message is no favorite", "What is removed is none."),
    ErrorRow(
        "image_too_large",
        127,
        "invalid_parameter",
        "image too large",
        "The image has too many bytes or pixels.",
    ),
    ErrorRow(
        "invalid_image",
        128,
        "invalid_parameter",
        "invalid image",
        "The image is not a whole PNG, JPEG, GIF, WebP or BMP.",
    ),
    ErrorRow(
        "message_too_long",
        998,
        "text_too_long",
        "message too long: at most {most} characters",
        "The message is over the limit.",
    ),
    ErrorRow(
        "invalid_parameter",
        998,
        "invalid_parameter",
        "invalid parameter: {parameter}",
        "A value that cannot be used.",
    ),
    ErrorRow(
        "request_too_large",
        998,
        "request_too_large",
        "request too large: at most {most} bytes",
        "The body is over the limit.",
    ),
    ErrorRow(
        "unavailable",
        999,
        "unavailable",
        "temporarily unavailable",
        "The storage engine does not answer; try again.",
    ),
    ErrorRow(
        "internal_error", 999, "internal_error", "unspecified failure", "A fault of the server; it is logged."
    ),
)

TABLE = {row.name: row for row in ROWS}


class LingrError(Exception):
    """A refusal, by its name in the table.

    Raises KeyError at once when the name has no row or a field of its text is not given, so that a
    misspelt name cannot reach a caller. There may be more fields than the text names: a ``rate_limited`` may
    say in ``seconds`` when to try again.
    """

    def __init__(self, name: str, **fields: object) -> None:
        self.row = TABLE[name]
        self.fields = fields
        self.text = self.row.text.format(**fields)
        super().__init__(f"{name}: {self.text}")

    @property
    def name(self) -> str:
        return self.row.name
