"""People of the 2009 API: each has an account and a session of it."""

from __future__ import annotations

from typing import Any

from lingr.domain import events, logins, speaking, subscribing
from lingr.domain.context import Caller, Context
from lingr.values_v2 import Event, Events, Numbered
from support.people import PASSWORD, ROOM, account


class Subscriber:
    """Acts through one process, ``ctx``; ``via`` says through which one from then on."""

    def __init__(self, ctx: Context, username: str, **fields: str) -> None:
        self.ctx = ctx
        self.user = account(ctx, username, **fields)
        self.again()

    def again(self) -> Subscriber:
        """Opens another session, and goes on with that."""
        keys = {"app_key": "", "api_key": "", "api_version": ""}
        login = logins.create(self.ctx, Caller(), user=self.user.username, password=PASSWORD, **keys)
        self.session = login.session
        self.counter = 0
        return self

    @property
    def caller(self) -> Caller:
        """As the dispatcher would make it."""
        return Caller(session=self.session, session_id=self.session.id)

    def via(self, ctx: Context) -> Subscriber:
        self.ctx = ctx
        return self

    def subscribe(self, *rooms: str, reset: bool = False) -> Subscriber:
        told = subscribing.subscribe(self.ctx, self.caller, rooms=rooms, reset=reset)
        self.counter = max(self.counter, told)
        return self

    def unsubscribe(self, *rooms: str) -> int:
        return subscribing.unsubscribe(self.ctx, self.caller, rooms=rooms)

    def say(self, text: str, room: str = ROOM, **options: Any) -> Numbered:
        return speaking.say(self.ctx, self.caller, room=room, text=text, **options)

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
