"""The error table, and the one exception that points into it.

Domain code raises by name; only the edges know numbers and texts. The numbers up to 127 and their short
texts are the documented ones of the 2007 API. Its list breaks off after 127. 128 follows it in its sense, and
what else it has no number for uses the range its sister service Rejaw had for such cases: 997 to 999.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One error: our name, its number and text in the 2007 API, and when it happens.

    ``text`` may have named fields in braces, filled from the exception's keywords.
    """

    name: str
    v1: int
    text: str
    doc: str


ROWS = (
    ErrorRow("invalid_http_method", 100, "invalid HTTP method", "A verb other than GET and POST."),
    ErrorRow("invalid_api_key", 101, "invalid API key", "The api_key is absent or unknown."),
    ErrorRow("invalid_session", 102, "invalid session", "The session is absent, unknown or expired."),
    ErrorRow("invalid_api_method", 103, "invalid API method", "The path names no method."),
    ErrorRow("invalid_format", 104, "invalid response format", "The format is neither xml nor json."),
    ErrorRow("invalid_credentials", 105, "invalid user and/or password", "The log-in was refused."),
    ErrorRow("not_logged_in", 106, "not logged in", "The method needs a logged-in session."),
    ErrorRow("already_logged_in", 107, "already logged in", "The session has a user already."),
    ErrorRow("invalid_room", 108, "invalid room id", "No room has this id."),
    ErrorRow(
        "invalid_ticket",
        109,
        "invalid ticket",
        "The ticket is absent, unknown, expired or another session's.",
    ),
    ErrorRow("no_nickname", 110, "no nickname set", "An anonymous observer tried to speak."),
    ErrorRow("no_message", 111, "no message", "The message is absent, or nothing is left of it."),
    ErrorRow("rate_limited", 112, "rate limited", "Called too often; try again later."),
    ErrorRow("insufficient_permissions", 113, "insufficient permissions", "The room is another user's."),
    ErrorRow("no_counter", 114, "no counter parameter", "The counter is absent or not a whole number."),
    ErrorRow("no_nickname_parameter", 115, "no nickname parameter", "The nickname is absent or blank."),
    ErrorRow("invalid_room_password", 116, "invalid room password", "The room's password is another one."),
    ErrorRow(
        "room_password_required", 117, "room requires password", "The room has a password and none came."
    ),
    ErrorRow("invalid_client_type", 118, "invalid client type", "Neither human nor automaton."),
    ErrorRow("invalid_encoding", 120, "invalid encoding", "A parameter is not valid UTF-8."),
    ErrorRow("repeated_counter", 122, "repeated counter", "The same stale counter, observed over and over."),
    ErrorRow("missing_parameter", 124, "missing parameter: {parameter}", "A required parameter is absent."),
    ErrorRow("too_many_rooms", 125, "too many rooms", "The owner has as many rooms as one may have."),
    ErrorRow("id_unavailable", 126, "id unavailable", "The id is taken or reserved."),
    ErrorRow("image_too_large", 127, "image too large", "The image has too many bytes or pixels."),
    ErrorRow("invalid_image", 128, "invalid image", "The image is not a whole PNG, JPEG, GIF, WebP or BMP."),
    ErrorRow(
        "message_too_long",
        998,
        "message too long: at most {most} characters",
        "The message is over the limit.",
    ),
    ErrorRow("invalid_parameter", 998, "invalid parameter: {parameter}", "A value that cannot be used."),
    ErrorRow(
        "request_too_large", 998, "request too large: at most {most} bytes", "The body is over the limit."
    ),
    ErrorRow("unavailable", 999, "temporarily unavailable", "The storage engine does not answer; try again."),
    ErrorRow("internal_error", 999, "unspecified failure", "A fault of the server; it is logged."),
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
