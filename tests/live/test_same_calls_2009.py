"""Calls of the 2009 API are answered alike with parking and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from lingr.domain import accounts, logins, rooms, speaking, subscribing
from lingr.domain.context import Caller, Context
from lingr.store import keys
from lingr.values import User
from support.streams import Heard
from support.twins import AT_ONCE, Pair, Twins, twins

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

SEAT = b"session=@session@"
MANNERS = (b"", b"callback=Lingr.cb", b"format=xml", b"callback=a%20b")
CALLS = (
    b"session/create?user=ann&password=secret",
    b"session/create/?user=ann&password=secret&api_key=",
    b"session/create?user=ann&password=wrong",
    b"session/create?user=&password=",
    b"session/verify?session=0123456789aBcDeFgHiJkL",
    b"session/verify?" + SEAT,
    b"session/destroy?" + SEAT,
    b"session/set_presence?" + SEAT + b"&presence=offline",
    b"session/set_presence?" + SEAT + b"&presence=away",
    b"user/get_rooms?" + SEAT,
    b"room/show?" + SEAT + b"&room=@room@",
    b"room/show?" + SEAT + b"&rooms=@room@,&with=messages",
    b"room/show?" + SEAT + b"&rooms=none",
    b"room/show?" + SEAT,
    b"room/show?room=@room@",
    b"room/get_archives?" + SEAT + b"&room=@room@&before=99999999&limit=2",
    b"room/get_archives?" + SEAT + b"&room=@room@&before=x",
    b"room/subscribe?" + SEAT + b"&room=@room@",
    b"room/subscribe?" + SEAT + b"&rooms=@room@&reset=true",
    b"room/unsubscribe?" + SEAT + b"&room=@room@&not=true",
    b"room/say?" + SEAT + b"&room=@room@&text=%E5%A4%9C%E2%80%A8+x&local_id=pending-1&nickname=",
    b"room/say?" + SEAT + b"&room=@room@&text=" + b"x" * 1001,
    b"room/say?" + SEAT + b"&room=@room@",
    b"room/say?bot=none&bot_verifier=x&room=@room@&text=x",
    b"favorite/add?" + SEAT + b"&message=@number@",
    b"favorite/remove?" + SEAT + b"&message=@number@",
    b"favorite/add?" + SEAT + b"&message=1",
    b"event/observe?" + SEAT + b"&counter=@counter@",
    b"event/observe?" + SEAT + b"&counter=@before@",
    b"event/observe/?" + SEAT + b"&counter=@before@",
    b"event/observe?" + SEAT + b"&counter=x",
    b"event/observe?" + SEAT,
    b"event/observe?counter=1",
    b"event/observe?session=0123456789aBcDeFgHiJkL&counter=1",
)
POLL = b"event/observe?" + SEAT + b"&counter=@before@"
WAIT = b"event/observe?" + SEAT + b"&counter=@counter@"
SAY = b"room/say?" + SEAT + b"&room=@room@&text=x"
END = b"session/destroy?" + SEAT
CONVERSATIONS = {
    "polls that are answered at once": [[POLL], [POLL], [WAIT], [POLL]],
    "many polls in one packet": [[POLL] * 20],
    "polls that wait": [[WAIT], [WAIT]],
    "speech behind a poll that waits": [[WAIT, SAY, WAIT]],
    "speech before a poll": [[SAY, WAIT]],
    "an end behind a poll that waits": [[WAIT, END, WAIT]],
    "an end before a poll": [[END, WAIT]],
}


@dataclass(frozen=True)
class Place:
    """Somebody who hears a room in which one thing was said: the counter now, and before."""

    session: str
    room: str
    number: int
    counter: int
    before: int

    def fill(self, template: bytes) -> bytes:
        for name, value in vars(self).items():
            template = template.replace(f"@{name}@".encode(), str(value).encode())
        return template


def ann(ctx: Context) -> User:
    made = accounts.create_user(ctx, username="ann", email="ann@example.org", password="secret")
    # No two hashes are alike.
    return replace(made, password="", created=0)


def placed(ctx: Context) -> Place:
    room = rooms.create(ctx, name="A room", listed=False)
    login = logins.create(
        ctx, Caller(), user="ann", password="secret", app_key="", api_key="", api_version=""
    )
    caller = Caller(session=login.session, session_id=login.session.id)
    before = subscribing.subscribe(ctx, caller, rooms=(room.id,), reset=True)
    said = speaking.say(ctx, caller, room=room.id, text="<二>")
    counter = said.message.id - room.counter
    return Place(login.session.id, room.id, said.id, counter, before)


@pytest.fixture(scope="module")
def pair() -> Iterator[Twins]:
    with twins() as both:
        both.both(ann)
        # Ids of as many digits whichever house is the faster one.
        both.both(lambda ctx: ctx.store.engine.command("INCRBY", keys.number_counter(), 100_000))
        yield both


def get(call: bytes, place: Place) -> bytes:
    return b"GET /api/" + place.fill(call) + b" HTTP/1.1\r\nHost: lingr.com\r\n\r\n"


def post(call: bytes, place: Place) -> bytes:
    path, _, query = place.fill(call).partition(b"?")
    head = b"POST /api/%b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (path, len(query))
    return head + query


def told(heard: Heard) -> bytes:
    """What came back, without the ids that were made for it."""
    data = re.sub(rb'"session":"[0-9A-Za-z]{22}"', b"<session>", heard.told)
    return re.sub(rb'"id":"[0-9]+"', b"<number>", data)


def played(pair: Twins, scripts: list[list[bytes]], quiet: float) -> list[Pair]:
    """What both say to scripts that are played at the same time."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda script: pair.play(script, quiet), scripts))


@pytest.mark.parametrize("manner", MANNERS)
def test_a_call_of_2009_is_answered_alike(pair: Twins, manner: bytes) -> None:
    calls = [(verb, call) for call in CALLS for verb in (get, post)]
    places = [pair.both(placed) for _ in calls]
    # Longer than a poll waits, so that a pause is not taken for the end of an answer.
    scripts = [
        [verb(call + (b"&" + manner if manner else b""), place)]
        for (verb, call), place in zip(calls, places, strict=True)
    ]
    for (verb, call), one in zip(calls, played(pair, scripts, 1), strict=True):
        assert one.plain.answers == 1, (verb, call)
        assert b" 200 OK\r\n" in one.plain.data, (verb, call)
        assert told(one.parking) == told(one.plain), (verb, call)


def test_a_connection_of_many_requests_of_2009_is_answered_alike(pair: Twins) -> None:
    places = [pair.both(placed) for _ in CONVERSATIONS]
    scripts = [
        [b"".join(get(one, place) for one in packet) for packet in packets]
        for packets, place in zip(CONVERSATIONS.values(), places, strict=True)
    ]
    for (name, packets), one in zip(CONVERSATIONS.items(), played(pair, scripts, 1.5), strict=True):
        assert one.plain.answers == sum(map(len, packets)), name
        assert told(one.parking) == told(one.plain), name
        assert one.parking.closed_after is one.plain.closed_after is None, name
