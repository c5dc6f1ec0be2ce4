"""People who hear rooms with sessions of the 2009 API."""

from __future__ import annotations

from lingr.domain import accounts, events, logins, subscribing
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values_v2 import Event, Events

PASSWORD = "sesame"


class Hearer:
    """Acts through one process, ``ctx``; ``via`` says through which one from then on."""

    def __init__(self, ctx: Context, username: str) -> None:
        self.ctx = ctx
        try:
            email = f"{username}@example.com"
            self.user = accounts.create_user(ctx, username=username, email=email, password=PASSWORD)
        except LingrError:
            self.user = accounts.require_user(ctx, username)
        self.begin()

    def begin(self) -> Hearer:
        """Opens another session."""
        login = logins.create(
            self.ctx,
            Caller(),
            user=self.user.username,
            password=PASSWORD,
            app_key="",
            api_key="",
            api_version="",
        )
        self.session = login.session
        self.counter = 0
        return self

    @property
    def caller(self) -> Caller:
        return Caller(session=self.session, session_id=self.session.id)

    def via(self, ctx: Context) -> Hearer:
        self.ctx = ctx
        return self

    def subscribe(self, *rooms: str, reset: bool = False) -> Hearer:
        self.counter = max(
            self.counter, subscribing.subscribe(self.ctx, self.caller, rooms=rooms, reset=reset)
        )
        return self

    def unsubscribe(self, *rooms: str) -> int:
        return subscribing.unsubscribe(self.ctx, self.caller, rooms=rooms)

    def observe(self, counter: int | None) -> Events | None:
        """What happened after a counter; None if there is nothing."""
        found = events.observe(self.ctx, self.caller, counter=counter)
        if isinstance(found, Events):
            return found
        return events.look(self.ctx, found)

    def hear(self) -> list[Event]:
        """What happened since the last time, in one answer."""
        found = self.observe(self.counter)
        if found is not None and not found.events:
            # The session hears other rooms by now.
            found = self.observe(self.counter)
        if found is None:
            return []
        assert found.counter == found.events[-1].id
        self.counter = found.counter
        return list(found.events)

    def hear_all(self) -> list[Event]:
        """What happened since the last time."""
        heard: list[Event] = []
        while more := self.hear():
            heard += more
        return heard

    def texts(self) -> list[str]:
        """What people said since the last time."""
        return [one.told.message.text for one in self.hear_all() if one.told.message.type == "user"]
