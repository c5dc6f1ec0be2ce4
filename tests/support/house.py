"""An installation with its door key: rooms, users and visitors made on the spot."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lingr.app import make_context
from lingr.domain import accounts, members, rooms
from lingr.settings import Settings
from lingr.store import keys
from support.client import Client, Visitor
from support.served import Served

PARK_SECONDS = 10


@dataclass(frozen=True)
class Account:
    """What somebody needs to know to log in, and the id they then go by."""

    user_id: str
    email: str
    password: str


class House:
    """A running server, a client of it and an API key. Rooms and users are made without HTTP."""

    def __init__(self, served: Served, directory: Path) -> None:
        self.served = served
        self.url = served.url
        self.port = served.port
        self.client = Client(served.url)
        settings = Settings(
            redis_url=served.environment.get("REDIS_URL"),
            data_dir=directory / "data",
            base_url_setting=served.url,
            rate_limits=False,
        )
        self.ctx = make_context(settings)
        self.api_key = accounts.create_api_key(self.ctx, name="tests").id

    def room(self, **fields: Any) -> str:
        """The id of a fresh room."""
        return rooms.create(self.ctx, **{"name": "A room", **fields}).id

    def user(self, **fields: Any) -> Account:
        """A fresh account."""
        name = self.ctx.new_id()
        known = {"username": name, "email": f"{name}@example.org", "password": f"secret of {name}", **fields}
        user = accounts.create_user(self.ctx, **known)
        return Account(user.id, user.email, known["password"])

    def join(self, room_id: str, account: Account, owner: bool | None = None) -> None:
        """Makes somebody a member of a room."""
        user = self.ctx.store.accounts.user(account.user_id)
        assert user is not None
        members.add(self.ctx, rooms.find(self.ctx, room_id), user, owner)

    def session(self, account: Account | None = None, **params: object) -> str:
        """The id of a fresh session, logged in if an account is given."""
        session: str = self.client.ok("session/create", api_key=self.api_key, **params)["session"]
        if account is not None:
            self.client.ok("auth/login", session=session, email=account.email, password=account.password)
        return session

    def enter(self, room_id: str, nickname: str | None = None, **params: object) -> Visitor:
        """A visitor with a session of its own; without a nickname an anonymous observer."""
        return self.enter_as(self.session(), room_id, nickname, **params)

    def enter_as(self, session: str, room_id: str, nickname: str | None = None, **params: object) -> Visitor:
        """A visitor in a session that is there already."""
        return Visitor.enter_as(self.client, session, room_id, nickname, **params)

    def info(self, room_id: str, **params: object) -> Any:
        """What room.getInfo answers."""
        return self.client.ok("room/get_info", api_key=self.api_key, id=room_id, **params)

    def home(self, visitor: Visitor) -> bytes | None:
        """The process that serves a visitor's polls, or None before the first one."""
        polls = keys.room(room_of(visitor)).polls
        found: bytes | None = self.ctx.store.engine.command("HGET", polls, f"h:{visitor.ticket}")
        return None if found is None else found.rpartition(b" ")[2]

    def listeners(self, room_id: str) -> int:
        """How many processes hear the room's announcements."""
        channel = keys.room(room_id).channel
        return int(self.ctx.store.engine.command("PUBSUB", "SHARDNUMSUB", channel, safe=True)[1])

    def wait_for_home(self, visitor: Visitor) -> None:
        """Returns once a process has taken a visitor's first poll."""
        deadline = time.monotonic() + PARK_SECONDS
        while self.home(visitor) is None:
            assert time.monotonic() < deadline, "no process took the poll"
            time.sleep(0.01)


def room_of(visitor: Visitor) -> str:
    """The id of the room a visitor is in, read from the ticket."""
    return visitor.ticket.removeprefix("a-r-").rpartition("-")[0]


@contextmanager
def opened(**settings: str) -> Iterator[House]:
    """A house whose server runs until the end of the block."""
    # The path of a Unix socket must be short, and those of pytest's folders may not be.
    with tempfile.TemporaryDirectory(prefix="lingr-") as name:
        served = Served(Path(name), **{"LINGR_FSYNC": "no", **settings})
        try:
            served.start()
            house = House(served, Path(name))
            try:
                yield house
            finally:
                house.ctx.store.engine.close()
        finally:
            served.destroy()
