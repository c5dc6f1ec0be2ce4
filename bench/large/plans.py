"""What is called of each method, and with what: rooms drawn from all there are, people who are there.

A plan makes the requests of one lane, after getting ready whatever they need. Its name is that of a method,
or that and after a comma what is special about it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from PIL import Image

from bench.large import texts
from bench.large.calls import Caller, request
from bench.large.sizes import OWN_PASSWORDS, PASSWORD, Sizes, email, plan, room_id
from lingr.api.v1 import METHODS

Requests = list[bytes]
BUSY_ROOMS = 1000
"""Rooms with the most messages, where there is something to read."""

PER_USER = 50


class World:
    """What plans draw from. Every lane has dice of its own, and users whom no other lane has."""

    def __init__(self, sizes: Sizes, call: Caller, api_key: str) -> None:
        self.sizes = sizes
        self.call = call
        self.api_key = api_key
        self.dice = Random("plans")
        self._user = self._newcomer = -1

    def room(self, most: int | None = None) -> str:
        """Some room without a password, of the first ``most``."""
        while True:
            number = self.dice.randrange(min(most or self.sizes.rooms, self.sizes.rooms))
            if not plan(number).locked:
                return room_id(number)

    def session(self) -> str:
        return str(self.call("session/create", api_key=self.api_key)["session"])

    def user(self) -> int:
        """The next user whose password the server knows as soon as it knows anybody's."""
        self._user = (self._user + 1) % max(1, self.sizes.users - OWN_PASSWORDS)
        return min(self._user + OWN_PASSWORDS, self.sizes.users - 1)

    def newcomer(self) -> int:
        """The next user whose password has a hash of its own."""
        self._newcomer += 1
        return self._newcomer % min(OWN_PASSWORDS, self.sizes.users)

    def member(self, user: int | None = None) -> str:
        """A session that is logged in, of the next user unless one is given."""
        session = self.session()
        number = self.user() if user is None else user
        self.call("auth/login", session=session, email=email(number), password=PASSWORD)
        return session

    def visitor(self, room: str, session: str | None = None) -> dict[str, Any]:
        """Somebody in a room: session, ticket, and the counter there."""
        session = session or self.session()
        told = self.call("room/enter", session=session, id=room, nickname=texts.nickname(self.dice))
        return {"session": session, "ticket": told["ticket"], "counter": told["room"]["counter"]}


@dataclass(frozen=True, slots=True)
class Plan:
    """``make(world, count)`` returns the parameters of so many calls."""

    name: str
    make: Callable[[World, int], list[dict[str, Any]]]

    @property
    def method(self) -> str:
        return self.name.partition(",")[0]

    def requests(self, world: World, count: int) -> Requests:
        method = next(row for row in METHODS.values() if row.name == self.method)
        return [request(method.verb, method.path, params) for params in self.make(world, count)]


def _keyed(**others: Any) -> Callable[[World, int], list[dict[str, Any]]]:
    """Calls with an API key. A function among the values is asked for one, with the world, for every call."""

    def make(world: World, count: int) -> list[dict[str, Any]]:
        return [
            {"api_key": world.api_key}
            | {name: value(world) if callable(value) else value for name, value in others.items()}
            for _ in range(count)
        ]

    return make


def _as_members(make: Callable[[World, int, str, int], dict[str, Any]]) -> Callable[[World, int], list[Any]]:
    """Calls of users that are logged in, 50 each: ``make(world, user, session, number)`` is one of them."""

    def made(world: World, count: int) -> list[dict[str, Any]]:
        found = []
        for number in range(count):
            if number % PER_USER == 0:
                user = world.user()
                session = world.member(user)
            found.append({"session": session, **make(world, user, session, number)})
        return found

    return made


def _in_room(
    make: Callable[[World, dict[str, Any], int], dict[str, Any]],
) -> Callable[[World, int], list[Any]]:
    """Calls of somebody in a busy room."""

    def made(world: World, count: int) -> list[dict[str, Any]]:
        one = world.visitor(world.room(min(BUSY_ROOMS, world.sizes.occupied)))
        own = {"session": one["session"], "ticket": one["ticket"]}
        return [own | make(world, one, number) for number in range(count)]

    return made


def _many(make: Callable[[World], dict[str, Any]]) -> Callable[[World, int], list[dict[str, Any]]]:
    return lambda world, count: [make(world) for _ in range(count)]


def _login(world: World, user: int) -> dict[str, Any]:
    return {"session": world.session(), "email": email(user), "password": PASSWORD}


def _word(world: World) -> str:
    return texts.word(world.dice)


def _day(world: World) -> dict[str, Any]:
    back = int(world.sizes.days * world.dice.random() ** 1.5)
    day = datetime.now(UTC) - timedelta(days=back)
    return {"year": day.year, "month": day.month, "day": day.day}


def _archive(world: World, room: str | None = None) -> dict[str, Any]:
    return {"api_key": world.api_key, "id": room or world.room(BUSY_ROOMS), **_day(world)}


def _observation(world: World, count: int) -> list[dict[str, Any]]:
    session = world.member()
    told = world.call("user/start_observing", session=session)
    # Any counter but the present one is answered at once, if it is not always the same.
    return [
        {"session": session, "ticket": told["ticket"], "counter": told["counter"] + 1 + n}
        for n in range(count)
    ]


def _observations_to_end(world: World, count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(count):
        if number % PER_USER == 0:
            session = world.member()
        ticket = world.call("user/start_observing", session=session)["ticket"]
        found.append({"session": session, "ticket": ticket})
    return found


def _fresh_room(world: World, *_: Any) -> dict[str, Any]:
    number = world.dice.randrange(10**9)
    return {
        "name": texts.name(number),
        "description": texts.description(number),
        "tags": texts.tags(number),
        "timezone": "Tokyo",
    }


def _settings(world: World, user: int, *_: Any) -> dict[str, Any]:
    return {"id": room_id(world.dice.choice(world.sizes.owned(user))), **_fresh_room(world)}


def _doomed(world: World, user: int, session: str, number: int) -> dict[str, Any]:
    return {"id": world.call("room/create", session=session, **_fresh_room(world))["room"]["id"]}


def _mark(world: World, user: int, session: str, number: int) -> dict[str, Any]:
    return {"id": world.room()}


def _picture(world: World, *_: Any) -> dict[str, Any]:
    written = io.BytesIO()
    Image.effect_noise((160, 120), 80).convert("RGB").save(written, "PNG")
    return {"image": written.getvalue()}


def _one_quiet_room(world: World, count: int) -> list[dict[str, Any]]:
    return [{"api_key": world.api_key, "id": world.room(BUSY_ROOMS), "counter": -50}] * count


def _speech(world: World, *_: Any) -> dict[str, Any]:
    return {"message": texts.message(world.dice, japanese=world.dice.random() < 0.4)}


def _entrances(world: World, count: int) -> list[dict[str, Any]]:
    session = world.session()
    return [{"session": session, "id": world.room(), "nickname": "Ann"} for _ in range(count)]


def _exit(world: World) -> dict[str, Any]:
    one = world.visitor(world.room())
    return {"session": one["session"], "ticket": one["ticket"]}


PLANS = (
    Plan("session.create", _keyed()),
    Plan("session.verify", lambda world, count: [{"session": world.session()}] * count),
    Plan("session.destroy", _many(lambda world: {"session": world.visitor(world.room())["session"]})),
    Plan("auth.login", _many(lambda world: _login(world, world.user()))),
    Plan(
        "auth.login, a password not seen lately",
        lambda world, count: [_login(world, world.newcomer()) for _ in range(min(count, 10))],
    ),
    Plan("auth.logout", _many(lambda world: {"session": world.member()})),
    Plan("explore.getHotRooms", _keyed()),
    Plan("explore.getHotRooms, 100", _keyed(count=100)),
    Plan("explore.getNewRooms", _keyed()),
    Plan("explore.getNewRooms, 100", _keyed(count=100)),
    Plan("explore.getHotTags", _keyed()),
    Plan("explore.getHotTags, 100", _keyed(count=100)),
    Plan("explore.getAllTags", _keyed()),
    Plan("explore.getAllTags, 100", _keyed(count=100)),
    Plan("explore.search", _keyed(q=_word)),
    Plan("explore.search, 100 of two words", _keyed(q=lambda world: f"{_word(world)} room", count=100)),
    Plan("explore.searchTags", _keyed(q=_word)),
    Plan("explore.searchArchives", _keyed(q=_word)),
    Plan("explore.searchArchives, two words", _keyed(q=lambda world: f"{_word(world)} {_word(world)}")),
    Plan("explore.searchArchives, the commonest word", _keyed(q="the")),
    Plan("room.searchArchives", _keyed(q=_word, id=lambda world: world.room(BUSY_ROOMS))),
    Plan("user.getInfo", _as_members(lambda *_: {})),
    Plan("user.startObserving", _as_members(lambda *_: {})),
    Plan("user.observe", _observation),
    Plan("user.stopObserving", _observations_to_end),
    Plan("user.setFavorite", _as_members(_mark)),
    Plan("user.setMonitored", _as_members(_mark)),
    Plan("user.setIcon", _as_members(_picture)),
    Plan("room.getInfo", _keyed(id=lambda world: world.room())),
    Plan("room.getInfo, 50 messages", _keyed(id=lambda world: world.room(BUSY_ROOMS), counter=-50)),
    Plan("room.getInfo, 50 messages of one quiet room", _one_quiet_room),
    Plan("room.create", _as_members(_fresh_room)),
    Plan("room.changeSettings", _as_members(_settings)),
    Plan("room.delete", _as_members(_doomed)),
    Plan("room.getArchives", _many(_archive)),
    Plan("room.getArchives, of the room with most", _many(lambda world: _archive(world, room_id(0)))),
    Plan("room.enter", _entrances),
    Plan("room.getMessages", _in_room(lambda world, one, number: {"counter": one["counter"] - 50})),
    Plan("room.observe", _in_room(lambda world, one, number: {"counter": one["counter"] - 1 - number % 50})),
    Plan("room.setNickname", _in_room(lambda world, one, number: {"nickname": f"Ann {number}"})),
    Plan("room.say", _in_room(_speech)),
    Plan("room.exit", _many(_exit)),
)
