"""People who use the domain: each has a session, and after entering a ticket."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lingr.domain import accounts, chat, observing, presence, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values import News, Occupant, Said, Session, User
from lingr.values_watch import Watch

ROOM = "lobby"
PASSWORD = "secret"


def account(ctx: Context, username: str, **fields: Any) -> User:
    """A fresh account, whose nickname is the user name unless ``fields`` say otherwise."""
    email = f"{username}@example.org"
    return accounts.create_user(ctx, **{"username": username, "email": email, "password": PASSWORD, **fields})


def session_of(ctx: Context, user: User) -> Session:
    """A session of the 2009 API, opened by the store and without a password."""
    session = Session(
        id=ctx.new_id() + ctx.new_id(),
        api_key="",
        client_type="human",
        user_id=user.id,
        username=user.username,
        public_id=ctx.new_id(),
    )
    ctx.store.sessions.create(session)
    return session


class Person:
    """Acts through one process, ``ctx``; ``via`` says through which one from then on."""

    def __init__(self, ctx: Context, client_type: str = "human") -> None:
        self.ctx = ctx
        self.session = sessions.create(ctx, Caller(api_key="k"), client_type=client_type)
        self.ticket = ""
        self.occupant_id = ""
        self.counter = 0

    @property
    def caller(self) -> Caller:
        """As the dispatcher would make it: the session as it is now, or as it was when it is gone."""
        with suppress(LingrError):
            self.session = self.ctx.store.sessions.touch(self.session.id)
        return Caller(api_key="k", session=self.session, session_id=self.session.id, ticket=self.ticket)

    def via(self, ctx: Context) -> Person:
        self.ctx = ctx
        return self

    def enter(
        self, nickname: str = "", *, id: str = ROOM, password: str | None = None, idempotent: bool = False
    ) -> Person:
        entrance = presence.enter(
            self.ctx, self.caller, id=id, password=password, nickname=nickname, idempotent=idempotent
        )
        self.ticket, self.occupant_id = entrance.ticket, entrance.occupant_id
        self.counter = entrance.room.counter
        return self

    def say(self, message: str, to: str = "", request_id: str = "") -> Said:
        return chat.say(self.ctx, self.caller, message=message, occupant_id=to, request_id=request_id)

    def rename(self, nickname: str) -> None:
        presence.set_nickname(self.ctx, self.caller, nickname=nickname)

    def exit(self) -> None:
        presence.exit(self.ctx, self.caller)

    def observe(self, counter: int | None) -> News | Watch:
        return observing.observe(self.ctx, self.caller, counter=counter)

    def get_messages(self, counter: int | None, **options: Any) -> News:
        return observing.get_messages(
            self.ctx, self.caller, counter=counter, **{"user_messages_only": False, **options}
        )

    def texts(self, counter: int | None = None) -> list[str]:
        """One poll: what it brought, nothing included. Without a counter from where this person stands."""
        news = self.observe(self.counter if counter is None else counter)
        if isinstance(news, Watch):
            return []
        self.counter = news.counter
        return [message.text for message in news.messages]


def texts(news: News) -> list[str]:
    return [message.text for message in news.messages]


def roster(ctx: Context, room_id: str = ROOM) -> list[Occupant]:
    return list(ctx.store.rooms.roster(room_id))


def nicknames(ctx: Context, room_id: str = ROOM) -> list[str | None]:
    return [occupant.nickname for occupant in roster(ctx, room_id)]


def told(ctx: Context, room_id: str = ROOM) -> list[str]:
    """Every event's text, oldest first."""
    return [event.text for event in ctx.store.log.after(room_id, 0, 10_000)]
