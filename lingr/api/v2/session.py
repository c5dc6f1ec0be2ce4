"""Sessions of users."""

from __future__ import annotations

from lingr.api.method import Method, Needs
from lingr.api.params import Text
from lingr.domain import logins, subscribing

METHODS = (
    Method(
        "session.create",
        "POST",
        Needs.NOTHING,
        logins.create,
        "login",
        "Open a session of a user.",
        params=(
            Text(name="user", required=True, doc="The account's user name or e-mail address."),
            Text(name="password", required=True, doc="The account's password, or a token of one device."),
            Text(name="app_key", doc="The program's key; none is needed."),
            Text(name="api_key", doc="The same under an older name."),
            Text(name="api_version", doc="1 or 2, which makes no difference."),
        ),
        raises=("rate_limited", "invalid_credentials"),
    ),
    Method(
        "session.verify",
        "GET",
        Needs.SESSION,
        logins.verify,
        "login",
        "Ask whether a session lives and whose it is, and keep it alive.",
    ),
    Method(
        "session.destroy",
        "POST",
        Needs.SESSION,
        logins.destroy,
        "status",
        "End a session; the user goes offline where no other one of its sessions is.",
    ),
    Method(
        "session.set_presence",
        "POST",
        Needs.SESSION,
        subscribing.set_presence,
        "status",
        "Show the session's user in the rooms it hears, or do not.",
        params=(Text(name="presence", required=True, doc="`online` or `offline`."),),
        raises=("invalid_parameter",),
    ),
)
