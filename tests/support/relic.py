"""A client of the 2009 API as one family of them wrote it: from its log-in to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from lingr.domain import accounts, members, rooms
from support.families import Family, Line
from support.house import Account, House
from support.shapes_2009 import LOGIN, MEMBERSHIP, MESSAGE, ROOM, assert_reads, assert_reads_events

KIND = "application/javascript; charset=utf-8"


class Refused(Exception):
    """An answer whose status is not "ok"; the arguments are its code and its detail."""


def code_of(ask: Callable[..., object], *arguments: object, **params: object) -> str:
    """The code of the refusal that a call meets."""
    with pytest.raises(Refused) as refused:
        ask(*arguments, **params)
    code: str = refused.value.args[0]
    return code


@dataclass
class Relic:
    """``heard`` has the messages of all polls as they came; ``others`` what else was told."""

    house: House
    family: Family
    account: Account
    heard: list[dict[str, Any]] = field(default_factory=list)
    others: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    counters: list[int] = field(default_factory=list)
    session: str = ""
    public_id: str = ""
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: int = 0

    def __post_init__(self) -> None:
        self.line = Line(self.house.url)
        second = self.house.served.environment.get("LINGR_OBSERVE_PORT", self.house.port)
        self.observe_line = Line(f"http://127.0.0.1:{second}")

    @classmethod
    def of(cls, house: House, family: Family, *room_ids: str) -> Relic:
        """Somebody with a new account, a member of these rooms, and a client of a family."""
        account = house.user(nickname=f"{family.name} さん")
        user = accounts.require_user(house.ctx, account.email)
        for room_id in room_ids:
            members.add(house.ctx, rooms.find(house.ctx, room_id), user)
        return cls(house, family, account)

    @property
    def name(self) -> str:
        """Its user's name."""
        return self.account.email.partition("@")[0]

    def call(self, path: str, way: str, **params: object) -> Any:
        """One call, in the session if there is one. Raises Refused."""
        known = {"session": self.session} if self.session else {}
        line = self.observe_line if path == "event/observe" and self.family.has_port else self.line
        status, kind, body = line.send(self.family.sent(path, way, {**known, **params}))
        assert (status, kind) == (200, KIND), body
        assert body.startswith(b'{"status":"'), body
        told = json.loads(body)
        if told["status"] != "ok":
            assert type(told["code"]) is type(told["detail"]) is str
            raise Refused(told["code"], told["detail"])
        return told

    def asked(self, path: str, **params: object) -> Any:
        return self.call(path, self.family.asks, **params)

    def tell(self, path: str, **params: object) -> Any:
        return self.call(path, self.family.tells, **params)

    def log_in(self) -> None:
        name = self.account.email if self.family.by_email else self.name
        who = {"user": name, "password": self.account.password}
        told = self.tell("session/create", **who, **self.family.login)
        assert_reads(told, LOGIN)
        self.session, self.public_id = told["session"], told["public_id"]
        if self.family.keeps:
            self.verify()

    def verify(self) -> None:
        """Comes back with a session that it kept: the same things are told as at the log-in."""
        told = self.asked("session/verify")
        assert_reads(told, LOGIN)
        assert (told["session"], told["public_id"]) == (self.session, self.public_id)

    def join(self, *more: str) -> list[str]:
        """Hears the rooms it is a member of, and more, once it has looked at them."""
        found = self.asked("user/get_rooms")["rooms"]
        assert_reads(found, [str])
        wanted = list(dict.fromkeys([*found, *more]))
        if self.family.name == "sorah09":
            self.tell("room/unsubscribe", room=",".join(wanted), **{"not": True})
        for room_id in wanted:
            self.look(room_id)
        told = self.tell(
            "room/subscribe", **{self.family.hear: ",".join(wanted) + self.family.tail}, **self.family.hears
        )
        assert_reads(told["counter"], int)
        self.counter: int = told["counter"]
        return wanted

    def look(self, room_id: str) -> dict[str, Any]:
        """What a room shows."""
        told = self.asked("room/show", **{self.family.show: room_id}, **self.family.shows)
        (room,) = told["rooms"]
        assert_reads(room, ROOM)
        assert room["id"] == room_id
        self.seen[room_id] = room
        return dict(room)

    def poll(self) -> list[dict[str, Any]]:
        """The messages of one poll. Its counter moves as this family moves it."""
        told = self.call("event/observe", "query", counter=self.counter)
        assert_reads_events(told)
        asked, new = self.counter, told["counter"]
        assert new >= asked
        assert all(event["event_id"] > asked for event in told["events"])
        self.counter = max(asked, new) if self.family.guards else new
        self.counters += [event["event_id"] for event in told["events"]]
        messages = []
        for event in told["events"]:
            ((name, payload),) = [one for one in event.items() if one[0] != "event_id"]
            (messages.append(payload) if name == "message" else self.others.append((name, payload)))
        self.heard += messages
        return messages

    def say(self, room_id: str, text: str, **more: object) -> dict[str, Any]:
        """Says something, and reads the message it made."""
        extra = {**self.family.says, **more}
        if self.family.numbers:
            extra["local_id"] = f"pending-{self.public_id}-{self.said}"
        self.said += 1
        message = self.tell("room/say", room=room_id, text=text, **extra)["message"]
        assert_reads(message, MESSAGE)
        assert (message["text"], message["room"], message["type"]) == (text, room_id, "user")
        assert message["public_session_id"] == self.public_id
        if "local_id" in extra:
            assert message["local_id"] == (extra["local_id"] or None)
        return dict(message)

    def page(self, room_id: str, before: int) -> list[dict[str, Any]]:
        """The messages before an id, oldest first."""
        told = self.asked("room/get_archives", room=room_id, **{"before": before, **self.family.pages})
        assert_reads(told["messages"], [MESSAGE])
        return list(told["messages"])

    def like(self, message: dict[str, Any]) -> None:
        """Likes a message and takes it back; twice is refused each time."""
        number: object = int(message["id"]) if self.family.tells == "json" else message["id"]
        for path, liked in (("favorite/add", [int(message["id"])]), ("favorite/remove", [])):
            told = self.tell(path, message=number)
            assert {name: told["message"][name] for name in ("id", "text")} == {
                "id": message["id"],
                "text": message["text"],
            }
            assert self.look(message["room"])["faved_message_ids"] == liked
            assert code_of(self.tell, path, message=number)

    def end(self) -> None:
        """Goes offline, leaves its rooms and ends the session, which is then as if it never was."""
        self.tell("session/set_presence", presence="offline", nickname="x")
        told = self.tell("room/unsubscribe", **{self.family.hear: ",".join(self.seen) + self.family.tail})
        assert_reads(told["counter"], int)
        self.tell("session/destroy")
        assert code_of(self.asked, "session/verify") == "invalid_session"

    @property
    def memberships(self) -> list[dict[str, Any]]:
        found = [payload for name, payload in self.others if name == "membership"]
        for one in found:
            assert_reads(one, MEMBERSHIP)
        return found
