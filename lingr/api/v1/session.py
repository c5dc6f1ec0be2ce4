"""Sessions, and logging in."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Text
from lingr.domain import sessions

METHODS = (
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
)
