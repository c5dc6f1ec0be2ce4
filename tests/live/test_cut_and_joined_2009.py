"""However polls of 2009 are joined and cut into packets, parking changes nothing of what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.clock import system_clock
from lingr.domain import accounts, rooms, speaking
from lingr.domain.context import Caller, Context
from lingr.store import keys
from lingr.values import User
from support.mutations import cuts, packets
from support.readers import reader
from support.streams import Heard, pour
from support.twins import Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

HOLD_SECONDS = 0.2
QUIET_SECONDS = 0.4

CALLS = (
    "event/observe?session=@session@&counter=@counter@",
    "event/observe?session=@session@&counter=@before@",
    "event/observe/?session=@session@&counter=@before@&callback=f",
    "event/observe?session=@session@&counter=@counter@&callback=f",
    "event/observe?session=@session@&counter=x",
    "event/observe?session=@session@",
    "event/observe?counter=1",
    "event/observe?session=0123456789aBcDeFgHiJkL&counter=1",
    "room/say?session=@session@&room=@room@&text=x",
    "room/unsubscribe?session=@session@&room=@room@",
    "room/subscribe?session=@session@&room=@room@",
    "session/set_presence?session=@session@&presence=offline",
    "session/destroy?session=@session@",
    "user/get_rooms?session=@session@",
)
VERBS = (
    "GET /api/{path} HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /api/{path} HTTP/1.1\r\nHost: a\r\nX-Other: header\r\n\r\n",
    "GET /api/{path} HTTP/1.0\r\n\r\n",
    "POST /api/{path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "GET /api/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
)
# Most are such as real clients send.
requests = st.lists(
    st.tuples(st.sampled_from(CALLS[:4] * 4 + CALLS), st.sampled_from(VERBS[:1] * 8 + VERBS)),
    min_size=1,
    max_size=6,
)


@dataclass(frozen=True)
class Place:
    """A session that hears one room or two, in one of which something was said."""

    session: str
    room: str
    before: int
    counter: int

    def fill(self, template: str) -> bytes:
        for name, value in vars(self).items():
            template = template.replace(f"@{name}@", str(value))
        return template.encode()


def placed(ctx: Context, owner: User, count: int) -> Place:
    names = [rooms.create(ctx, name="A room", listed=False).id for _ in range(count)]
    one = reader(ctx, owner, tuple(names))
    before = one.caught_up(ctx)
    speaking.say(ctx, Caller(session_id=one.session, session=one.kept), room=names[-1], text="<二>")
    return Place(one.session, names[-1], before, one.caught_up(ctx, before))


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins(LINGR_HOLD_SECONDS=str(HOLD_SECONDS)) as both:
        both.both(lambda ctx: ctx.store.engine.command("INCRBY", keys.number_counter(), 100_000))
        yield both


@pytest.fixture(scope="module")
def owner(pair: Twins) -> User:
    def made(ctx: Context) -> User:
        return replace(
            accounts.create_user(ctx, username="ann", email="ann@example.org", password="secret"),
            password="",
            created=0,
        )

    return pair.both(made)


def told(data: bytes) -> bytes:
    return re.sub(rb'"id":"[0-9]+"', b"<number>", Heard(data, None).told)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(requests, cuts, st.integers(1, 2)), min_size=1, max_size=8))
def test_polls_of_2009_joined_and_cut_are_answered_alike(pair: Twins, owner: User, connections: list) -> None:
    now = system_clock()
    sent = []
    for calls, where, count in connections:
        # The numbers of who hears several rooms begin with the time.
        place = pair.both(partial(_placed_at, now, owner, count))
        joined = b"".join(place.fill(verb.format(path=call)) for call, verb in calls)
        sent.append(packets(joined, where))
    ports = [port for port in pair.ports for _ in sent]
    with ThreadPoolExecutor(len(ports)) as threads:
        heard = [told(data) for data in threads.map(pour, ports, sent * 2, repeat(QUIET_SECONDS))]
    for poured, parking, plain in zip(sent, heard[: len(sent)], heard[len(sent) :], strict=True):
        assert parking == plain, poured


def _placed_at(now: int, owner: User, count: int, ctx: Context) -> Place:
    return placed(replace(ctx, clock=lambda: now), owner, count)
