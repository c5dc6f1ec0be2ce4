"""Two servers that know the same things by the same names: one parks its polls, the other does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from lingr.domain import chat, presence, rooms, sessions
from lingr.domain.context import Caller, Context
from lingr.values import ApiKey
from support.fakes import Ids
from support.house import House, opened
from support.streams import QUIET_SECONDS, Heard, play

KEY = "0123456789abcdef" * 2

# What took more time than a script waited for would look like a difference; a true one shows again.
PATIENCE = 6
AT_ONCE = 24

Script = Sequence[bytes]
Make = Callable[["Seat"], Script]
Made = TypeVar("Made")


@dataclass(frozen=True)
class Seat:
    """Names that mean the same in both servers: ``ann`` sits in a room in which two things were said."""

    room_id: str
    session: str
    ticket: str
    occupant_id: str
    counter: int

    def fill(self, template: bytes) -> bytes:
        """The template with ``@room@``, ``@session@``, ``@ticket@``, ``@counter@`` and so on filled in."""
        known = {**vars(self), "room": self.room_id, "key": KEY}
        for name, value in known.items():
            template = template.replace(f"@{name}@".encode(), str(value).encode())
        return template


@dataclass(frozen=True)
class Pair:
    """What the two servers said to the same bytes."""

    parking: Heard
    plain: Heard

    @property
    def is_same(self) -> bool:
        return self.parking.told == self.plain.told and self.parking.closed_after == self.plain.closed_after


class Twins:
    """The two houses. Whatever is made, is made in both."""

    def __init__(self, parking: House, plain: House) -> None:
        self.parking = parking
        self.plain = plain
        self._contexts = [replace(house.ctx, new_id=Ids()) for house in (parking, plain)]
        for ctx in self._contexts:
            ctx.store.accounts.create_api_key(ApiKey(KEY, "tests", ctx.clock()))

    @property
    def ports(self) -> tuple[int, int]:
        return self.parking.port, self.plain.port

    def seat(self) -> Seat:
        """A fresh room with somebody in it."""
        return self.both(_seat)

    def both(self, make: Callable[[Context], Made]) -> Made:
        """What is made in both houses, and is the same."""
        one, other = (make(ctx) for ctx in self._contexts)
        assert one == other
        return one

    def play(self, packets: Script, quiet: float = QUIET_SECONDS) -> Pair:
        """The same packets to both, at the same time."""
        with ThreadPoolExecutor(2) as threads:
            parking, plain = threads.map(lambda port: play(port, packets, quiet), self.ports)
        return Pair(parking, plain)

    def all(self, makes: dict[str, Make], quiet: float = QUIET_SECONDS) -> dict[str, Pair]:
        """What both say to scripts, each for a seat of its own and several at a time.

        A difference counts if it is there with more patience too.
        """
        pairs = self._all(makes, quiet)
        doubtful = {name: makes[name] for name, pair in pairs.items() if not pair.is_same}
        return {**pairs, **self._all(doubtful, PATIENCE * quiet)}

    def _all(self, makes: dict[str, Make], quiet: float) -> dict[str, Pair]:
        scripts = [make(self.seat()) for make in makes.values()]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            pairs = threads.map(lambda script: self.play(script, quiet), scripts)
        return dict(zip(makes, pairs, strict=True))


def _seat(ctx: Context) -> Seat:
    room = rooms.create(ctx, name="A room", listed=False)
    session = sessions.create(ctx, Caller(api_key=KEY), client_type="human")
    caller = Caller(api_key=KEY, session=session, session_id=session.id)
    entrance = presence.enter(ctx, caller, id=room.id, password=None, nickname="ann", idempotent=False)
    inside = replace(caller, ticket=entrance.ticket)
    for text in ("one", "二"):
        said = chat.say(ctx, inside, message=text, occupant_id="", request_id="")
    return Seat(room.id, session.id, entrance.ticket, entrance.occupant_id, said.message.id)


@contextmanager
def twins(**settings: str) -> Iterator[Twins]:
    """A pair of servers with one worker each, that runs until the end of the block."""
    settings = {
        "WEB_CONCURRENCY": "1",
        "LINGR_RATE_LIMITS": "off",
        "LINGR_HOLD_SECONDS": "0.5",
        "LINGR_BASE_URL": "http://lingr.example",
        # The order of the verbs in an Allow header is that of a Python set.
        "PYTHONHASHSEED": "0",
        **settings,
    }
    with ExitStack() as stack:
        managers = [opened(LINGR_PARKING=parking, **settings) for parking in ("on", "off")]
        with ThreadPoolExecutor(2) as threads:
            houses = list(threads.map(stack.enter_context, managers))
        yield Twins(*houses)
