"""Ordinary calls, and conversations on one connection, are answered alike with parking and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import quote

import pytest

from support.twins import Seat, Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

SEAT = b"session=@session@&ticket=@ticket@"
FORMATS = (b"", b"format=xml", b"format=json", b"format=json&callback=Lingr.cb", b"format=yaml")
CALLS = (
    b"session/create?api_key=@key@",
    b"session/create?api_key=@key@&client_type=human",
    b"session/create?api_key=@key@&client_type=robot",
    b"session/create?api_key=none",
    b"session/create",
    b"session/verify?session=@session@",
    b"session/verify?session=none",
    b"session/verify",
    b"session/destroy?session=@session@",
    b"auth/login?session=@session@&email=nobody&password=x",
    b"auth/logout?session=@session@",
    b"user/get_info?session=@session@",
    b"user/startObserving?session=@session@",
    b"room/get_info?api_key=@key@&id=@room@",
    b"room/get_info?api_key=@key@&id=@room@&counter=0&user_messages_only=true",
    b"room/get_info?api_key=@key@&id=none",
    b"room/enter?session=@session@&id=@room@&nickname=" + quote("ボブ").encode(),
    b"room/enter?session=@session@&id=@room@",
    b"room/enter?session=@session@&id=@room@&idempotent=true",
    b"room/enter?session=@session@&id=none",
    b"room/create?session=@session@&name=x",
    b"room/say?" + SEAT + b"&message=hello",
    b"room/say?" + SEAT + b"&message=" + quote("夜の部屋 \u2028 \U0001f319 <&>").encode(),
    b"room/say?" + SEAT + b"&message=a+b%20c",
    b"room/say?" + SEAT + b"&message=",
    b"room/say?" + SEAT,
    b"room/say?" + SEAT + b"&message=" + b"x" * 1001,
    b"room/say?" + SEAT + b"&message=private&occupant_id=@occupant_id@",
    b"room/say?" + SEAT + b"&message=private&occupant_id=none",
    b"room/say?session=none&ticket=@ticket@&message=x",
    b"room/say?session=@session@&ticket=none&message=x",
    b"room/set_nickname?" + SEAT + b"&nickname=rob",
    b"room/set_nickname?" + SEAT + b"&nickname=",
    b"room/get_messages?" + SEAT + b"&counter=1",
    b"room/get_messages?" + SEAT + b"&counter=-2&user_messages_only=1",
    b"room/exit?" + SEAT,
    b"room/observe?" + SEAT + b"&counter=0",
    b"room/observe?" + SEAT + b"&counter=1",
    b"room/observe?" + SEAT + b"&counter=@counter@",
    b"room/observe?" + SEAT + b"&counter=100",
    b"room/observe?" + SEAT + b"&counter=999999999999999",
    b"room/observe?" + SEAT + b"&counter=-1",
    b"room/observe?" + SEAT + b"&counter=-100",
    b"room/observe?" + SEAT + b"&counter=",
    b"room/observe?" + SEAT + b"&counter=x",
    b"room/observe?" + SEAT,
    b"room/observe?session=none&ticket=@ticket@&counter=0",
    b"room/observe?session=@session@&ticket=none&counter=0",
    b"room/observe?session=@session@&ticket=a-r-none-00000000000&counter=0",
    b"room/observe?ticket=@ticket@&counter=0",
    b"room/observe?session=@session@&counter=0",
    b"room/observe?counter=0",
    b"room/observe",
    b"room/none?" + SEAT,
    b"none",
    b"",
)
POLL = b"room/observe?" + SEAT + b"&format=json&counter=%d"
WAIT = POLL.replace(b"%d", b"@counter@")
SAY = b"room/say?" + SEAT + b"&format=json&message=hello"
EXIT = b"room/exit?" + SEAT + b"&format=json"
# Each is what is sent on one connection; what stands together in brackets goes in one packet.
CONVERSATIONS = {
    "polls that are answered at once": [[POLL % 0], [POLL % 1], [POLL % 2], [POLL % 0]],
    "many polls in one packet": [[POLL % 0] * 40],
    "polls that wait": [[WAIT], [WAIT]],
    "three polls from a stale place": [[POLL % 1], [POLL % 1], [POLL % 1], [POLL % 1]],
    "stale polls in one packet": [[POLL % 1] * 4 + [POLL % 2]],
    "speech behind a poll that waits": [[WAIT, SAY, POLL % 1]],
    "speech before a poll": [[SAY, WAIT]],
    "leaving behind a poll that waits": [[WAIT, EXIT, WAIT]],
    "leaving before a poll": [[EXIT, WAIT]],
    "polls that wait in one packet": [[WAIT, WAIT]],
    "pages between polls": [[POLL % 0], [b"/healthz"], [POLL % 0, b"/none", POLL % 0], [b"/static/lingr.js"]],
    "a poll that waits, and pages": [[WAIT, b"/healthz", b"/none"], [WAIT]],
    "an answer in each format": [[b"room/observe?" + SEAT + b"&counter=1&" + one for one in FORMATS]],
}


Verb = Callable[[bytes, Seat], bytes]


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins() as both:
        yield both


def get(call: bytes, seat: Seat) -> bytes:
    target = call if call.startswith(b"/") else b"/api/" + call
    return b"GET " + seat.fill(target) + b" HTTP/1.1\r\nHost: www.lingr.com\r\n\r\n"


def post(call: bytes, seat: Seat) -> bytes:
    path, _, query = seat.fill(call).partition(b"?")
    head = b"POST /api/%b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (path, len(query))
    return head + query


@pytest.mark.parametrize("format", FORMATS)
def test_a_call_is_answered_alike_by_get_and_by_post(pair: Twins, format: bytes) -> None:
    asked = {call: call + (b"&" if b"?" in call else b"?") + format for call in CALLS}
    scripts = {
        f"{verb.__name__} {call!r}": lambda seat, verb=verb, one=one: [verb(one, seat)]
        for call, one in asked.items()
        for verb in (get, post)
    }
    pairs = pair.all(scripts)
    assert {name: pair.plain.answers for name, pair in pairs.items()} == dict.fromkeys(scripts, 1)
    for name, told in pairs.items():
        assert told.parking.told == told.plain.told, name
        assert told.parking.closed_after == told.plain.closed_after, name


@pytest.mark.parametrize("verb", [get, post])
def test_a_connection_of_many_requests_is_answered_alike(pair: Twins, verb: Verb) -> None:
    def script(name: str, seat: Seat) -> list[bytes]:
        # Only calls have parameters to post.
        return [
            b"".join((get if one.startswith(b"/") else verb)(one, seat) for one in packet)
            for packet in CONVERSATIONS[name]
        ]

    # Long enough for a poll that waits, so that each packet meets a connection that has been answered.
    pairs = pair.all({name: partial(script, name) for name in CONVERSATIONS}, quiet=1)
    for name, packets in CONVERSATIONS.items():
        told = pairs[name]
        assert told.plain.answers == sum(map(len, packets)), name
        assert told.parking.told == told.plain.told, name
        assert told.parking.closed_after == told.plain.closed_after is None, name


def test_who_says_no_more_while_a_poll_waits_is_answered_alike(pair: Twins) -> None:
    # The client's side is closed as soon as the server is quiet, which is before the poll's time is up.
    pairs = pair.all({verb.__name__: lambda seat, verb=verb: [verb(WAIT, seat)] for verb in (get, post)})
    for name, told in pairs.items():
        assert told.plain.answers == 1, name
        assert told.parking.told == told.plain.told, name
