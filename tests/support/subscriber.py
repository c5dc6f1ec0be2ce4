"""People of the 2009 API: each has an account and a session of it."""

from __future__ import annotations

from typing import Any

from lingr.domain import accounts, logins, speaking
from lingr.domain.context import Caller, Context
from lingr.values_v2 import Numbered


class Subscriber:
    """Acts through one process, ``ctx``; ``caller`` is as the dispatcher would make it."""

    def __init__(self, ctx: Context, name: str) -> None:
        self.ctx = ctx
        self.user = accounts.create_user(
            ctx, username=name, email=f"{name}@example.org", password="secret", nickname=f"{name} さん"
        )
        self.again()

    def again(self) -> Subscriber:
        """Opens another session, and goes on with that."""
        keys = {"app_key": "", "api_key": "", "api_version": ""}
        self.session = logins.create(
            self.ctx, Caller(), user=self.user.username, password="secret", **keys
        ).session
        return self

    @property
    def caller(self) -> Caller:
        return Caller(session=self.session, session_id=self.session.id)

    def say(self, text: str, room: str = "lobby", **options: Any) -> Numbered:
        return speaking.say(self.ctx, self.caller, room=room, text=text, **options)
