"""What a call of any method of 2009 takes to go well, and how each error it documents is brought about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lingr.api.method import Method, Needs
from lingr.domain import bots, rooms
from support.client import Client
from support.house import Account, House
from support.member import Member, call, ok, read


@dataclass(frozen=True)
class Ask:
    """One call: what is sent, by which verb if not the usual one, how often at most until it is refused."""

    params: dict[str, object]
    verb: str | None = None
    times: int = 1

    def send(self, client: Client, path: str, way: str = "form", callback: str | None = None) -> Any:
        """One such call; the answer read."""
        manner = {} if callback is None else {"callback": callback}
        return read(call(client, path, way, self.verb, **self.params, **manner), callback)


class Scene:
    """Somebody fresh in a house, about to call one method. Nothing is there before it is needed."""

    def __init__(self, house: House, row: Method) -> None:
        self.house = house
        self.row = row

    @cached_property
    def account(self) -> Account:
        return self.house.user()

    @cached_property
    def session(self) -> str:
        return Member.log_in(self.house, self.account).session

    @cached_property
    def room(self) -> str:
        """A room that the user is a member of."""
        return self.house.room(owner_id=self.account.user_id)

    @cached_property
    def message(self) -> int:
        """Something that has been said in the room."""
        told = ok(self.house.client, "room/say", session=self.session, room=self.room, text="こんにちは")
        return int(told["message"]["id"])

    @cached_property
    def counter(self) -> int:
        """A counter from before something was said."""
        told = ok(self.house.client, "room/subscribe", session=self.session, rooms=self.room)
        assert self.message
        counter: int = told["counter"]
        return counter

    def bot(self, *, invited: bool) -> dict[str, str]:
        """What a bot shows, invited to the room or not."""
        made = bots.create(self.house.ctx, id=f"bot_{self.house.ctx.new_id()}", name="A bot")
        if invited:
            bots.invite(self.house.ctx, made, rooms.find(self.house.ctx, self.room))
        verifier = hashlib.sha1(f"{made.id}{made.secret}".encode()).hexdigest()
        return {"bot": made.id, "bot_verifier": verifier}

    def ask(self, *, times: int = 1, verb: str | None = None, **other: object) -> Ask:
        """A call that goes well, but for ``other`` parameters; None leaves one out."""
        shown = {} if self.row.needs is Needs.NOTHING else {"session": self.session}
        required = {param.name: FITTING[param.name](self) for param in self.row.params if param.required}
        prepared = BEFORE.get(self.row.path)
        if prepared is not None:
            prepared(self)
        params: dict[str, object] = {**shown, **required, **other}
        return Ask({name: one for name, one in params.items() if one is not None}, verb, times)


FITTING: dict[str, Callable[[Scene], object]] = {
    "user": lambda scene: scene.account.email,
    "password": lambda scene: scene.account.password,
    "presence": lambda scene: "online",
    "room": lambda scene: scene.room,
    "rooms": lambda scene: f"{scene.room},",
    "text": lambda scene: "こんにちは + 100% & <b>",
    "before": lambda scene: 99_999_999,
    "message": lambda scene: scene.message,
    "counter": lambda scene: scene.counter,
}
"""What fits a required parameter."""


def _like(scene: Scene) -> None:
    ok(scene.house.client, "favorite/add", session=scene.session, message=scene.message)


BEFORE: dict[str, Callable[[Scene], None]] = {"favorite/remove": _like}
"""What must have happened, by the path of the method that asks for it."""

Provoke = Callable[[Scene], Ask]
MANY = 400
"""More calls than any limit allows in a minute."""


def _less(absent: str) -> Provoke:
    def provoke(scene: Scene) -> Ask:
        missing = [one for one in scene.row.params if one.required and one.absent == absent]
        return scene.ask(**{missing[-1].name: None})

    return provoke


def _ended(scene: Scene) -> Ask:
    ask = scene.ask()
    ok(scene.house.client, "session/destroy", session=scene.session)
    return ask


def _of_nobody(scene: Scene) -> Ask:
    room = scene.house.room(members_only=True)
    return scene.ask(**{_room_name(scene): room})


def _room_name(scene: Scene) -> str:
    names = {param.name for param in scene.row.params}
    return "rooms" if "rooms" in names else "room"


def _many(room: str) -> str:
    return ",".join([room, *(f"{room}_{number}" for number in range(1000))])


PROVOCATIONS: dict[str, Provoke] = {
    "invalid_http_method": lambda scene: scene.ask(verb="PUT"),
    "invalid_encoding": lambda scene: scene.ask(unknown=b"\xe3\x81"),
    "invalid_session": _ended,
    "missing_parameter": _less("missing_parameter"),
    "no_message": lambda scene: scene.ask(text=" \u3000"),
    "no_counter": lambda scene: scene.ask(counter="first"),
    "invalid_credentials": lambda scene: scene.ask(password="wrong"),
    "rate_limited": lambda scene: scene.ask(times=MANY),
    "session/create rate_limited": lambda scene: scene.ask(password="wrong", times=MANY),
    "invalid_room": _of_nobody,
    "invalid_bot": lambda scene: scene.ask(**{**scene.bot(invited=True), "bot_verifier": "0" * 40}),
    "bot_not_here": lambda scene: scene.ask(session=None, **scene.bot(invited=False)),
    "message_too_long": lambda scene: scene.ask(text="あ" * 1001),
    "session/set_presence invalid_parameter": lambda scene: scene.ask(presence="away"),
    "room/show invalid_parameter": lambda scene: scene.ask(rooms=_many(scene.room)),
    "room/get_archives invalid_parameter": lambda scene: scene.ask(before="yesterday"),
    "room/subscribe invalid_parameter": lambda scene: scene.ask(rooms=_many(scene.room)),
    "room/say invalid_parameter": lambda scene: scene.ask(local_id="x" * 201),
    "favorite/add invalid_parameter": lambda scene: scene.ask(message="-1"),
    "favorite/remove invalid_parameter": lambda scene: scene.ask(message="こ"),
    "unknown_message": lambda scene: scene.ask(message=2**31 - 2),
    "already_favorite": lambda scene: scene.ask(times=2),
    "not_favorite": lambda scene: scene.ask(times=2),
}
"""How each error that a method documents is brought about: by its name, or by the method's path and it."""


def provocation(row: Method, error: str) -> Provoke | None:
    """How to make a method refuse with an error; None if nobody has said how."""
    return PROVOCATIONS.get(f"{row.path} {error}", PROVOCATIONS.get(error))
