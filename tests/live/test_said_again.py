"""Who says one thing after the other over a kept connection is served as if each request were the first."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from lingr.ids import LENGTH
from support.house import House
from support.served import kill
from support.talk import Conversation, Speaker, conversation
from support.twins import Seat, Twins, twins
from support.wire import soon

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

SEAT = b"session=@session@&ticket=@ticket@"
WORDS = (
    b"hello",
    b"a+b%20c%2B",
    quote("夜の部屋").encode(),
    "夜の部屋".encode(),
    quote("\U0001f319 \u2028 <&>\"'").encode(),
    b"%00a%0Bb%1B%7F%EF%BF%BE",
    b"%0D%0A%09x",
    b"+%0A+",
    b"",
    b"%E3%80%80",
    b"x" * 1000,
    b"x" * 1001,
    quote("語" * 1000).encode(),
    quote("語" * 1001).encode(),
    b"%ff",
    b"%E5%A4",
    b"100%",
    b"%zz",
    b"a=b",
    b"a&b=c",
    b"a&message=b",
    b"bye",
)
FORMATS = (b"", b"format=xml", b"format=json", b"format=json&callback=Lingr.cb", b"format=yaml")
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PLAIN = SEAT + b"&format=json&message=%b"
PAUSE_SECONDS = 0.02
"""Slow enough that who misses a moment is not moved on to the newest messages."""

WAIT = b"GET /api/room/observe?" + SEAT + b"&format=json&counter=@counter@ HTTP/1.1\r\nHost: a\r\n\r\n"

Make = Callable[[Seat], list[bytes]]


def post(body: bytes, head: bytes = FORM) -> bytes:
    return b"POST /api/room/say HTTP/1.1\r\nHost: a\r\n%bContent-Length: %d\r\n\r\n%b" % (
        head,
        len(body),
        body,
    )


def says(template: bytes, head: bytes = FORM) -> Make:
    """All the words, one after the other."""

    def make(seat: Seat) -> list[bytes]:
        before, _, after = seat.fill(template).partition(b"%b")
        return [post(before + words + after, head) for words in WORDS]

    return make


def one_by_one(*bodies: bytes, head: bytes = FORM) -> Make:
    return lambda seat: [post(seat.fill(body), head) for body in bodies]


def mixed(seat: Seat) -> list[bytes]:
    """What else comes between, some of it in one packet."""
    say = [post(seat.fill(PLAIN).replace(b"%b", b"%d" % number)) for number in range(8)]
    wait = seat.fill(WAIT)
    gone = b"POST /api/room/exit HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" + seat.fill(SEAT)
    return [
        say[0],
        say[1] + say[2],
        say[3] + wait,
        wait,
        say[4] + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        say[5][:100],
        say[5][100:] + say[6],
        gone % len(seat.fill(SEAT)),
        say[7],
        say[7],
    ]


MIXED = "among others"
SCRIPTS: dict[str, Make] = {
    **{f"words, {one!r}": says(SEAT + b"&message=%b&" + one) for one in FORMATS},
    "words at the end": says(PLAIN),
    "words at the beginning": says(b"message=%b&" + SEAT),
    "words without a type": says(PLAIN, b""),
    "words to one occupant": says(PLAIN + b"&occupant_id=@occupant_id@"),
    "words to nobody": says(PLAIN + b"&occupant_id=none"),
    "words with one request id": says(PLAIN + b"&request_id=a"),
    "a line feed at the end": one_by_one(*[PLAIN.replace(b"%b", b"a\r\n")] * 3),
    "request ids": one_by_one(*[PLAIN + b"&request_id=%d" % number for number in (1, 2, 2, 3)]),
    "a name escaped": one_by_one(
        PLAIN, PLAIN + b"&m%65ssage=other", PLAIN, PLAIN.replace(b"mess", b"m%65ss")
    ),
    "another session": one_by_one(PLAIN, PLAIN.replace(b"@session@", b"none"), PLAIN, PLAIN),
    "another ticket": one_by_one(PLAIN, PLAIN.replace(b"@ticket@", b"none"), PLAIN, PLAIN),
    "the last one": lambda seat: [
        post(seat.fill(PLAIN)),
        post(seat.fill(PLAIN)),
        post(seat.fill(PLAIN), b"Connection: close\r\n"),
    ],
    MIXED: mixed,
}


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins() as both:
        yield both


def test_words_are_answered_and_kept_alike(pair: Twins) -> None:
    rooms = {}

    def noting(name: str) -> Make:
        def make(seat: Seat) -> list[bytes]:
            rooms[name] = seat.room_id
            return SCRIPTS[name](seat)

        return make

    told = pair.all({name: noting(name) for name in SCRIPTS if name != MIXED})
    # Long enough for a poll that waits.
    told.update(pair.all({MIXED: noting(MIXED)}, quiet=1))
    for name in SCRIPTS:
        assert told[name].parking.told == told[name].plain.told, name
        assert told[name].parking.closed_after == told[name].plain.closed_after, name
        assert told[name].plain.answers >= 3
        assert log(pair.parking, rooms[name]) == log(pair.plain, rooms[name]), name


def log(house: House, room_id: str) -> list[dict[str, Any]]:
    events = house.ctx.store.log.after(room_id, 0, 1000)
    return [
        {name: getattr(event, name) for name in event.__slots__ if name != "timestamp"} for event in events
    ]


def test_nobody_waits_for_what_is_said_the_second_time(pair: Twins) -> None:
    # Else the other tests would compare nothing. Attempts that nobody waits for have names of their own.
    seats = []

    def make(seat: Seat) -> list[bytes]:
        seats.append(seat)
        return one_by_one(*[PLAIN] * 3)(seat)

    assert pair.all({"thrice": make})["thrice"].plain.answers == 3
    found = [len(unawaited(house, seats[0].room_id)) for house in (pair.parking, pair.plain)]
    assert found == [2, 0]


def unawaited(house: House, room_id: str) -> list[bytes]:
    """The names of attempts in the room's log that are a speaker's first one's and a number."""
    log = house.ctx.store.engine.command("XRANGE", f"lingr:room:{{{room_id}}}:log", "-", "+")
    return [fields[3] for _, fields in log if len(fields) == 4 and len(fields[3]) > LENGTH]


def test_who_speaks_too_often_is_refused_alike() -> None:
    script = {"often": one_by_one(*[PLAIN] * 6), "in packets": lambda seat: [post(seat.fill(PLAIN)) * 4] * 2}
    with twins(LINGR_RATE_LIMITS="on", LINGR_LIMIT_SAY="5/hour") as both:
        for name, told in both.all(script).items():
            assert told.parking.told == told.plain.told, name
            assert told.plain.data.count(b'"ok"') == 5


class PostingSpeaker(Speaker):
    """One who posts, as a kept connection's requests most resemble each other so."""

    def _call(self, path: str, **params: object) -> Any:
        seat = {"format": "json", "session": self._visitor.session, "ticket": self._visitor.ticket}
        body = urlencode({**seat, **params}).encode()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._connection.request("POST", f"/api/{path}", body)
            return json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(type(fault).__name__)
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._over.wait(0.02)
            return None


def posting(house: House, speakers: int) -> Conversation:
    """A conversation in which nobody asks again."""
    talk = conversation(house, speakers=0)
    for number in range(speakers):
        visitor = house.enter(talk.room_id, f"p{number}")
        talk.speakers.append(PostingSpeaker(house, visitor, f"p{number}", PAUSE_SECONDS, repeats=False))
        talk.speakers[-1].start()
    return talk


def test_what_is_said_while_the_engine_is_killed_is_said_once(house: House) -> None:
    talk = posting(house, 6)
    for _ in range(4):
        talk.goes_on(100)
        engine = house.served.engine()
        kill(engine)
        soon(lambda engine=engine: engine not in house.served.engines() and house.ctx.store.engine.answers())
    talk.goes_on(100)
    talk.end()
    # Each was answered, once the engine was back: so all is there, and in everyone's order.
    assert talk.faults == []
    assert [speaker.refusals for speaker in talk.speakers] == [[]] * 6
    assert [len(speaker.acknowledged) for speaker in talk.speakers] == [one.said for one in talk.speakers]


def test_an_engine_without_its_scripts_is_told_them_again(house: House) -> None:
    talk = posting(house, 2)
    for _ in range(10):
        talk.goes_on(10)
        house.ctx.store.engine.command("SCRIPT", "FLUSH")
    talk.goes_on(10)
    talk.end()
    assert talk.faults == []
    assert [len(speaker.acknowledged) for speaker in talk.speakers] == [one.said for one in talk.speakers]


def test_a_reload_loses_nothing_of_what_was_answered(house: House) -> None:
    talk = posting(house, 4)
    for _ in range(2):
        talk.goes_on(100)
        before = set(house.served.web_workers())
        house.served.reload()
        soon(lambda before=before: not before & set(house.served.web_workers()))
    talk.goes_on(100)
    talk.end()
    # A kept connection may be closed between two requests.
    assert set(talk.faults) <= {"RemoteDisconnected", "ConnectionResetError", "BrokenPipeError"}
    assert [speaker.refusals for speaker in talk.speakers] == [[]] * 4
