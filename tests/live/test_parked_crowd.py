"""Thousands of polls, parked: kills cost nobody a word, and nobody keeps the others waiting."""

from __future__ import annotations

import socket
import time

import pytest

from support.crowd import Crowd, anonymous
from support.house import opened
from support.served import kill
from support.talk import Speaker
from support.wire import Wire, links, soon

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

SETTINGS = {"LINGR_RATE_LIMITS": "off", "LINGR_HOLD_SECONDS": "40", "LINGR_FSYNC": "always"}


@pytest.fixture
def gathered(house):
    """Gathers crowds in rooms; none outlives the test."""
    crowds = []

    def gather(room, count):
        visitors = anonymous(house, room, count)
        crowds.append(Crowd(house, room, visitors, visitors[-1].counter))
        crowds[-1].start()
        crowds[-1].until_asked()
        return crowds[-1]

    yield gather
    for crowd in crowds:
        crowd.stop()


def is_served(house, port):
    """Whether the server has the connection from this port open."""
    return any(link.remote == port and link.inode != "0" for link in links(house.port))


def heard_up_to(number):
    return lambda member: member.heard and member.heard[-1][0] >= number


@pytest.fixture(scope="module")
def sluggard(house):
    """A connection that has asked for 13 MB and reads nothing of them, and the room it asked about."""
    room = house.room()
    ann = house.enter(room, "ann")
    first = ann.say("長" * 1000)["id"]
    for _ in range(60):
        ann.say("長" * 1000)
    query = f"format=json&session={ann.session}&ticket={ann.ticket}"
    # Pages of 150 kB each, into a window of next to nothing.
    polls = [f"GET /api/room/observe?{query}&counter={first - n} HTTP/1.1\r\nHost: a\r\n\r\n" for n in (0, 1)]
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", house.port))
        connection.sendall("".join(polls * 45).encode())
        yield room, connection.getsockname()[1]


def test_who_does_not_read_keeps_nobody_waiting(house, gathered, sluggard):
    room, port = sluggard
    crowd = gathered(room, 50)
    assert is_served(house, port)
    ann = house.enter(room, "ann again")
    for number in range(10):
        last = ann.say(f"meanwhile {number}")["id"]
        assert crowd.until(heard_up_to(last), 5) < 1


def test_killed_workers_and_a_killed_engine_under_two_thousand_polls_lose_nothing():
    with opened(**SETTINGS) as house:
        room = house.room()
        speaker = Speaker(house, house.enter(room, "ann"), "ann", 0.25, repeats=True)
        visitors = anonymous(house, room, 2000)
        crowd = Crowd(house, room, visitors, visitors[-1].counter)
        crowd.start()
        crowd.until_asked()
        speaker.start()
        try:
            for blow in (
                None,
                lambda: kill(house.served.web_workers()[0]),
                lambda: kill(house.served.engine()),
            ):
                if blow is not None:
                    blow()
                done = len(speaker.acknowledged)
                soon(lambda done=done: len(speaker.acknowledged) >= done + 4, 30)
                crowd.until(heard_up_to(sorted(speaker.acknowledged)[done]))
            speaker.stop()
            last = max(speaker.acknowledged)
            crowd.until(heard_up_to(last))
        finally:
            speaker._over.set()
            crowd.stop()
        said = sorted(speaker.acknowledged.items())
        assert [text for _, text in said] == [f"ann {number}" for number in range(speaker.said)]
        for member in crowd.members:
            assert member.heard == [one for one in said if one[0] > member.start]
        assert any(member.faults for member in crowd.members)


def test_a_word_in_a_small_room_does_not_wait_for_the_crowd_of_a_large_one(house, gathered):
    large, small = house.room(), house.room()
    crowd = gathered(large, 3000)
    ann, bob, loud = house.enter(small, "ann"), house.enter(small, "bob"), house.enter(large, "loud")
    ann.counter = bob.counter
    wire = Wire(house.port)
    times = []
    for number in range(5):
        wire.observe(ann)
        last = loud.say(f"{number}")["id"]
        said_at = time.monotonic()
        bob.say(f"{number}")
        told = wire.answer()
        times.append(time.monotonic() - said_at)
        assert [one["text"] for one in told["messages"]] == [f"{number}"]
        ann.counter = told["counter"]
        asked = time.monotonic()
        assert house.client.request("GET", "/healthz").status == 200
        times.append(time.monotonic() - asked)
        crowd.until(heard_up_to(last))
    wire.close()
    print(f"most {max(times) * 1000:.0f} ms")
    assert max(times) < 1


def test_who_does_not_read_for_half_a_minute_is_let_go(house, sluggard):
    _, port = sluggard
    soon(lambda: not is_served(house, port), 45)
