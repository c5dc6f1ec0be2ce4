"""Sessions of the 2009 API made by the store and not by calls, for tests that need many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lingr.domain import events, subscribing
from lingr.domain.context import Caller, Context
from lingr.values import Session, User
from lingr.values_v2 import EventsWatch
from support.client import Visitor
from support.crowd import Crowd, Member
from support.house import House
from support.people import account, session_of
from support.wire import Wire


@dataclass(frozen=True)
class Reader:
    """Somebody's session, the rooms it hears, the counter it has from subscribing, and what is kept of it."""

    session: str
    public_id: str
    rooms: tuple[str, ...]
    counter: int
    kept: Session

    def poll(self, wire: Wire, counter: int) -> Wire:
        return wire.ask("event/observe", session=self.session, counter=counter)

    def caught_up(self, ctx: Context, counter: int | None = None) -> int:
        """The counter from which there is nothing to hear, found by a process that is not the server's."""
        caller = Caller(session_id=self.session)
        at = self.counter if counter is None else counter
        while True:
            begun = events.observe(ctx, caller, counter=at)
            found = events.look(ctx, begun) if isinstance(begun, EventsWatch) else begun
            if found is None or found.counter == at:
                return at
            at = found.counter


def user(house: House, name: str = "") -> User:
    return account(house.ctx, name or house.ctx.new_id())


def readers(house: House, count: int, *rooms: str, of: User | None = None) -> list[Reader]:
    """So many sessions of one user, all subscribed to the same rooms."""
    owner = user(house) if of is None else of
    return [reader(house.ctx, owner, rooms) for _ in range(count)]


def reader(ctx: Context, owner: User, rooms: tuple[str, ...]) -> Reader:
    """A session of a user's, subscribed to rooms."""
    session = session_of(ctx, owner)
    caller = Caller(session=session, session_id=session.id)
    counter = subscribing.subscribe(ctx, caller, rooms=rooms, reset=True) if rooms else 0
    return Reader(session.id, session.public_id or "", rooms, counter, session)


def told(answer: Any) -> list[str]:
    """What was said, by an answer to a poll."""
    assert answer["status"] == "ok", answer
    return [one["message"]["text"] for one in answer["events"] if "message" in one]


class ReadingCrowd(Crowd):
    """The same crowd, of sessions of the 2009 API. It hears message ids and texts."""

    def __init__(self, house: House, them: list[Reader]) -> None:
        visitors = [Visitor(house.client, one.session, one.public_id, "", one.counter) for one in them]
        super().__init__(house, "", visitors, 0)
        for member, one in zip(self.members, them, strict=True):
            member.counter = member.start = one.caught_up(house.ctx)

    def _call(self, member: Member) -> str:
        return f"event/observe?session={member.visitor.session}&counter={member.counter}"

    def _take(self, member: Member, told: Any) -> None:
        member.answers += 1
        assert told["status"] == "ok", told
        assert told["counter"] >= member.counter, (told, member.counter)
        member.counter = told["counter"]
        said = [one["message"] for one in told["events"] if "message" in one]
        member.heard += [(int(one["id"]), one["text"]) for one in said]
