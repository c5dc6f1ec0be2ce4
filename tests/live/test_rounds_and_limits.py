"""What goes on without anybody asking: rounds, whoever dies; and limits, with parking and without."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from lingr.store import keys
from support.house import House, opened
from support.served import kill
from support.twins import Seat, Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

PATIENCE_SECONDS = 30
CALLS = (
    b"explore/get_hot_rooms?api_key=@key@",
    b"explore/search?api_key=@key@&q=%E5%A4%9C&count=3",
    b"room/get_info?api_key=@key@&id=@room@",
    b"room/get_messages?session=@session@&ticket=@ticket@&counter=0",
)


@pytest.fixture(scope="module")
def limited() -> Iterator[Twins]:
    with twins(LINGR_RATE_LIMITS="on") as both:
        yield both


@pytest.fixture
def fresh() -> Iterator[House]:
    """A server of the test's own: two workers, no limits."""
    with opened(LINGR_RATE_LIMITS="off") as house:
        yield house


def soon(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("form", [b"", b"&format=json", b"&format=json&callback=Lingr.cb"])
@pytest.mark.parametrize("call", CALLS)
def test_one_call_too_many_is_refused_alike_with_parking_and_without(
    limited: Twins, call: bytes, form: bytes
) -> None:
    unique = b"&count=%d" % (20 + len(form)) if b"hot" in call else b""
    unique = unique or (b"+%d" % len(form) if b"search" in call else b"")
    asked = call.replace(b"%E5%A4%9C", b"%E5%A4%9C" + unique) if b"search" in call else call + unique

    def script(seat: Seat) -> list[bytes]:
        request = b"GET /api/" + seat.fill(asked + form) + b" HTTP/1.1\r\nHost: www.lingr.com\r\n\r\n"
        return [request, request, request]

    told = limited.all({call.decode(): script})[call.decode()]
    assert told.parking.told == told.plain.told
    for one in (told.plain, told.parking):
        assert len(re.findall(rb"\r\nRetry-After: (?:60|59|58|57)\r\n", one.data)) == 2
        assert one.data.count(b"HTTP/1.1 200 OK") == 3


def hot(house: House) -> list[str]:
    answer = house.client.ok("explore/get_hot_rooms", api_key=house.api_key, count=100)
    return [room["id"] for room in answer["rooms"]]


def test_when_the_one_who_goes_round_dies_another_does(fresh: House) -> None:
    first, second = fresh.room(), fresh.room()
    fresh.enter(first, "ann")
    soon(lambda: hot(fresh) == [first])
    holder = fresh.ctx.store.engine.command("GET", keys.rounder())
    for pid in fresh.served.web_workers():
        kill(pid)
    soon(lambda: fresh.ctx.store.engine.command("GET", keys.rounder()) not in (None, holder))
    fresh.enter(second, "bob")
    soon(lambda: second in hot(fresh))


def test_rooms_that_were_there_before_the_directory_are_found_by_and_by_or_at_once(fresh: House) -> None:
    for number in range(150):
        fresh.room(id=f"old-{number}", name=f"old room {number}", tags="old")
    engine = fresh.ctx.store.engine
    created = fresh.ctx.clock() - 3_600_000
    engine.command("ZADD", keys.listed_rooms(), *(part for n in range(150) for part in (created, f"old-{n}")))
    fresh.ctx.store.directory.clear()

    def found() -> int:
        return len(fresh.client.ok("explore/search", api_key=fresh.api_key, q="old", count=100)["rooms"])

    soon(lambda: found() == 100)
    fresh.ctx.store.directory.clear()
    # The one that is there from the first start on is listed, too.
    assert fresh.served.lingr("directory", "rebuild") == {"rooms": 151}
    assert found() == 100
    assert fresh.client.ok("explore/search_tags", api_key=fresh.api_key, q="old")["rooms"]
