"""One conversation over two workers of one server."""

from __future__ import annotations

import statistics
import threading
import time

import pytest

from support.polls import connected
from support.wire import Wire, links, soon, until_read, wires_to, worker_of

pytestmark = pytest.mark.live


@pytest.fixture
def pair(house):
    """A connection to either worker."""
    one, two = house.served.web_workers()
    wires = [wires_to(house.served, one, 1)[0], wires_to(house.served, two, 1)[0]]
    yield wires
    for wire in wires:
        wire.close()


def test_what_is_said_through_one_worker_reaches_those_parked_in_the_other(house, pair):
    room = house.room()
    here, there = pair
    assert worker_of(here, house.served) != worker_of(there, house.served)
    ann, bob = house.enter(room, "Ann"), house.enter(room, "Bob")
    times = []
    ann.counter = bob.counter
    for number in range(30):
        there.observe(ann)
        until_read([there], house.served)
        said_at = time.monotonic()
        message = here.say(bob, f"{number}")["message"]
        answer = there.answer()
        times.append(time.monotonic() - said_at)
        assert [one["id"] for one in answer["messages"]] == [message["id"]]
        ann.counter = answer["counter"]
    print(f"median {statistics.median(times) * 1000:.1f} ms, most {max(times) * 1000:.1f} ms")
    assert statistics.median(times) < 0.05
    assert max(times) < 0.25


def test_a_second_poll_on_a_ticket_in_the_other_worker_ends_the_first(house, pair):
    here, there = pair
    ann = house.enter(house.room(), "Ann")
    here.observe(ann)
    house.wait_for_home(ann)
    until_read([here], house.served)
    there.observe(ann)
    assert here.answer() == {"status": "ok"}
    ann.say("hello")
    assert [one["text"] for one in there.answer()["messages"]] == ["hello"]


def test_a_poll_that_alternates_between_the_workers_misses_nothing(house, pair):
    ann = house.enter(house.room(), "Ann")
    heard = []
    for number in range(20):
        wire = pair[number % 2].observe(ann)
        ann.say(f"{number}")
        while not (answer := wire.answer()).get("messages"):
            wire.observe(ann)
        ann.counter = answer["counter"]
        heard += [one["text"] for one in answer["messages"]]
    assert heard == [f"{number}" for number in range(20)]


def test_without_a_counter_either_worker_knows_what_the_other_told(house, pair):
    ann = house.enter(house.room(), "Ann")
    for number in range(10):
        ann.say(f"{number}")
        answer = pair[number % 2].observe(ann, counter="").answer()
        assert [one["text"] for one in answer["messages"]] == [f"{number}"]


def test_leaving_through_one_worker_ends_the_poll_in_the_other(house, pair):
    here, there = pair
    ann = house.enter(house.room(), "Ann")
    there.observe(ann)
    until_read([there], house.served)
    here.ask("room/exit", session=ann.session, ticket=ann.ticket)
    assert here.answer() == {"status": "ok"}
    assert there.answer()["error"]["code"] == 109


def test_five_hundred_parked_polls_are_answered_at_once(house):
    room = house.room()
    before = len(links(house.port))
    speaker = house.enter(room, "Ann")
    session = house.session()
    crowd = []

    def enter_many():
        crowd.extend(house.enter_as(session, room) for _ in range(125))

    threads = [threading.Thread(target=enter_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(crowd) == 500
    counter = house.info(room)["room"]["counter"]
    wires = []
    try:
        for visitor in crowd:
            visitor.counter = counter
            wires.append(Wire(house.port).observe(visitor))
        until_read(wires, house.served)
        assert len({worker_of(wire, house.served) for wire in wires[::25]}) == 2
        said_at = time.monotonic()
        message = speaker.say("to all of you")
        answers = [wire.answer() for wire in wires]
        assert time.monotonic() - said_at < 3
        assert {answer["counter"] for answer in answers} == {message["id"]}
        assert all(answer["messages"] == answers[0]["messages"] for answer in answers)
        # 501 are more than the 200 whose names go with every answer.
        assert "occupants" not in answers[0]
    finally:
        for wire in wires:
            wire.close()
    soon(lambda: len(links(house.port)) <= before)


def test_those_who_hang_up_free_their_places_at_once(house):
    room = house.room()
    before = len(links(house.port))
    crowd = [house.enter(room, f"n{number}") for number in range(60)]
    newest = house.info(room)["room"]["counter"]
    for visitor in crowd[1:]:
        visitor.counter = newest
    wires = [Wire(house.port).observe(visitor) for visitor in crowd]
    until_read(wires, house.served)
    assert len(links(house.port)) >= before + 60
    for wire in wires:
        wire.close()
    assert soon(lambda: len(links(house.port)) <= before) < 2
    # They were let go, not forgotten: each of them may come back.
    assert crowd[0].observe()["status"] == "ok"


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"GET /api/room/obs",
        b"GET /api/room/observe?session=x HTTP/1.1\r\nHost: a\r\n",
        b"POST /api/room/say HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nformat=json&mess",
        b"POST /api/room/say HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nform",
        b"GET /api/room/get_info?format=json HTTP/1.1\r\nHost: a\r\n\r\n" * 50,
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    ],
)
def test_a_hang_up_in_the_middle_of_everything_leaves_the_server_well(house, part):
    before = house.served.web_workers()
    for _ in range(30):
        with connected(house.port) as connection:
            connection.sendall(part)
    ann = house.enter(house.room(), "Ann")
    assert ann.say("still here")["text"] == "still here"
    assert ann.observe()["messages"][-1]["text"] == "still here"
    assert house.served.web_workers() == before
