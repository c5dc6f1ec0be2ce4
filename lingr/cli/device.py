"""``lingr user token``, ``tokens`` and ``revoke``: tokens that take the place of a password on one device."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from lingr.cli.common import as_json, connected, tell
from lingr.domain import accounts, devices, logins
from lingr.errors import LingrError


@click.command("token")
@click.argument("user", metavar="USER")
@click.option("--name", required=True, help="What the token is for: laptop.")
@as_json
def user_token(user: str, name: str, as_json: bool) -> None:
    """Make a token that clients of the 2009 API take for a user's password. It is shown only this once."""
    with connected() as ctx:
        found = accounts.require_user(ctx, user, "user")
        try:
            token = devices.create(ctx, found, name)
        except LingrError as error:
            if error.name != "id_unavailable":
                raise
            taken = f"{found.username} has a token named {name}: revoke it, or choose another name."
            raise click.ClickException(taken) from error
    tell(as_json, {"user_id": found.id, "name": name, "token": token}, token)


@click.command("tokens")
@click.argument("user", metavar="USER")
@as_json
def user_tokens(user: str, as_json: bool) -> None:
    """List the tokens of a user: what each is for, and when somebody last logged in with it."""
    with connected() as ctx:
        found = accounts.require_user(ctx, user, "user")
        known = devices.devices(ctx, found)
    rows = [
        {
            "name": one.name,
            "created": _time(one.created),
            "used": _time(one.used) if one.used else None,
            "is_revoked": one.is_revoked,
        }
        for one in known
    ]
    lines = [f"{one.name}  last used {_time(one.used) if one.used else 'never'}" for one in known]
    tell(as_json, {"user_id": found.id, "tokens": rows}, "\n".join(lines) or "no tokens")


@click.command("revoke")
@click.argument("user", metavar="USER")
@click.argument("name", metavar="NAME")
@as_json
def revoke_token(user: str, name: str, as_json: bool) -> None:
    """Take a token of a user back, and end the sessions that were opened with it."""
    with connected() as ctx:
        found = accounts.require_user(ctx, user, "user")
        ended = logins.revoke(ctx, found, name)
    tell(as_json, {"user_id": found.id, "name": name, "sessions_ended": ended}, f"{name} is revoked")


def _time(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
