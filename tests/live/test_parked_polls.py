"""Polls on kept connections: each word once, in every form, whatever else is sent on the connection."""

from __future__ import annotations

import select
import socket
import time
from itertools import pairwise

import pytest

from support.forms import read
from support.house import room_of
from support.polls import Poll, receive
from support.wire import Wire, links, soon, until_read

pytestmark = pytest.mark.live

EMPTY = {"status": "ok"}


def texts(told):
    return [one["text"] for one in told["messages"]]


def ids(told):
    return [one["id"] for one in told["messages"]]


def observe(visitor, **params):
    """The bytes of a poll; ``counter`` is where the visitor stands unless it is given."""
    asked = {"format": "json", "counter": visitor.counter, **params}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    target = f"/api/room/observe?session={visitor.session}&ticket={visitor.ticket}&{query}"
    return f"GET {target} HTTP/1.1\r\nHost: www.lingr.com\r\n\r\n".encode()


def head_of(answer):
    """Status and headers in their order, without what depends on the form and the moment."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    varying = (b"Date", b"Content-Length", b"Content-Type")
    return [line.partition(b":")[0] if line.startswith(varying) else line for line in lines]


def test_a_hundred_polls_on_one_connection_bring_each_word_once(either, wires):
    room = either.room()
    ann, bob = either.enter(room, "ann"), either.enter(room, "bob")
    ann.counter = bob.counter
    wire = wires()
    heard = []
    for number in range(100):
        wire.observe(ann)
        if number % 2:
            # Every second poll is held when the word is said.
            until_read([wire], either.served)
        bob.say(f"{number}")
        told = wire.answer()
        ann.counter = told["counter"]
        heard += texts(told)
    assert heard == [f"{number}" for number in range(100)]


@pytest.mark.parametrize(
    ("counter", "expected"),
    [
        ("counter=0", [1, 2, 3]),
        ("counter=2", [3]),
        ("counter=002", [3]),
        ("counter=%202%20", [3]),
        ("counter=+2", [3]),
        ("counter=%2B2", 114),
        ("counter=-1", [3]),
        ("counter=-2", [2, 3]),
        ("counter=-0", [1, 2, 3]),
        ("counter=-999", [1, 2, 3]),
        ("counter=1&counter=2", [3]),
        ("counter=2&counter=x", 114),
        ("counter=x&counter=2", [3]),
        ("", 114),
        ("counter", [2, 3]),
        ("counter=", [2, 3]),
        ("counter=+", [2, 3]),
        ("counter=3", None),
        ("counter=4", None),
        ("counter=999999999999999", None),
        ("counter=9999999999999999", 114),
        ("counter=2.0", 114),
        ("counter=%EF%BC%92", 114),
        ("COUNTER=2", 114),
    ],
)
def test_what_a_counter_brings(either, counter, expected):
    ann = either.enter(either.room(), "ann")
    ann.say("two")
    ann.say("three")
    query = f"format=json&session={ann.session}&ticket={ann.ticket}&{counter}"
    with socket.create_connection(("127.0.0.1", either.port), timeout=10) as connection:
        connection.sendall(f"GET /api/room/observe?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        if expected is None:
            assert not select.select([connection], [], [], 0.2)[0]
            return
        told = receive(connection).json
    if isinstance(expected, int):
        assert told["error"]["code"] == expected
    else:
        assert ids(told) == expected
        assert told["counter"] == 3


def test_one_word_reaches_everybody_in_the_form_each_asked_for(either):
    forms = [
        {"format": "xml"},
        {},
        {"format": "json"},
        {"format": "json", "callback": "Lingr.callback12"},
        {"format": "json", "callback": "other"},
        {"format": "json"},
        {"format": "xml", "callback": "ignored"},
    ]
    room = either.room()
    crowd = [either.enter(room, f"n{number}") for number in range(len(forms))]
    polls = [socket.create_connection(("127.0.0.1", either.port), timeout=10) for _ in forms]
    try:
        for visitor, poll, form in zip(crowd, polls, forms, strict=True):
            visitor.counter = crowd[-1].counter
            request = observe(visitor, **form)
            poll.sendall(request if "format" in form else request.replace(b"format=json&", b""))
            either.wait_for_home(visitor)
        said = crowd[0].say("夜 <&> \u2028 \U0001f319")
        raw = [poll.recv(100_000, socket.MSG_PEEK) for poll in polls]
        answers = [receive(poll) for poll in polls]
    finally:
        for poll in polls:
            poll.close()
    xml, default, json, called, other, json_again, xml_again = answers
    assert (xml.body, json.body) == (default.body, json_again.body)
    assert xml_again.body == xml.body
    assert other.body == called.body.replace(b"Lingr.callback12", b"other")
    told = read(json, "json")
    assert read(called, "jsonp") == told
    assert told["messages"] == [said]
    assert read(xml, "xml")["messages"][0]["text"] == said["text"]
    assert len(told["occupants"]) == len(forms)
    assert len({tuple(head_of(one)) for one in raw}) == 1
    assert head_of(raw[0])[0] == b"HTTP/1.1 200 OK"


def test_a_poll_that_heard_nothing_is_answered_empty_and_keeps_its_connection(either, wires):
    ann = either.enter(either.room(), "ann")
    wire = wires()
    port = wire.sock.getsockname()[1]
    started = time.monotonic()
    assert wire.observe(ann).answer() == EMPTY
    assert 3.5 < time.monotonic() - started < 6
    assert texts(wire.observe(ann, counter=0).answer()) == ["ann has joined the conversation"]
    assert wire.sock.getsockname()[1] == port


def test_what_is_asked_behind_a_poll_that_waits_is_answered_after_it(either):
    room = either.room()
    ann, bob = either.enter(room, "ann"), either.enter(room, "bob")
    ann.counter = bob.counter
    info = f"GET /api/session/verify?format=json&session={ann.session} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", either.port), timeout=10) as connection:
        connection.sendall(observe(ann))
        either.wait_for_home(ann)
        connection.sendall(info + observe(ann, counter=0) + observe(ann, counter=bob.counter + 1) + info[:20])
        bob.say("three")
        assert texts(receive(connection).json) == ["three"]
        assert receive(connection).json == EMPTY
        assert ids(receive(connection).json) == [1, 2, 3]
        assert receive(connection).json == EMPTY
        connection.sendall(info[20:])
        assert receive(connection).json == EMPTY


def test_a_request_that_comes_byte_by_byte_is_a_request(either):
    ann = either.enter(either.room(), "ann")
    with socket.create_connection(("127.0.0.1", either.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for turn in range(2):
            for byte in observe(ann, counter=0) if turn else observe(ann):
                connection.send(bytes([byte]))
            assert receive(connection).json.get("counter") == (1 if turn else None)


def test_who_says_no_more_is_answered_at_once_and_let_go(either):
    room = either.room()
    ann, bob = either.enter(room, "ann"), either.enter(room, "bob")
    ann.counter = bob.counter
    with socket.create_connection(("127.0.0.1", either.port), timeout=10) as connection:
        connection.sendall(observe(ann))
        either.wait_for_home(ann)
        connection.shutdown(socket.SHUT_WR)
        started = time.monotonic()
        assert receive(connection).json == EMPTY
        assert connection.recv(100) == b""
        assert time.monotonic() - started < 1
    assert texts(Poll(either.url, bob, counter=1).answer()) == ["bob has joined the conversation"]


def test_who_hangs_up_frees_the_place_and_costs_the_others_nothing(either, wires):
    room = either.room()
    before = len(links(either.port))
    crowd = [either.enter(room, f"n{number}") for number in range(20)]
    polls = [Wire(either.port).observe(visitor, counter=crowd[-1].counter) for visitor in crowd]
    until_read(polls, either.served)
    for poll in polls[:10]:
        poll.close()
    soon(lambda: len(links(either.port)) <= before + 10, 1)
    said = crowd[0].say("hello")
    for poll in polls[10:]:
        assert poll.answer()["messages"] == [said]
        poll.close()
    # They only lost their connection, and find out what they missed.
    for visitor in crowd[:10]:
        assert ids(visitor.call("observe", counter=said["id"] - 1)) == [said["id"]]


def test_a_second_poll_on_a_ticket_ends_the_first_wherever_it_is(either, wires):
    room = either.room()
    ann, bob = either.enter(room, "ann"), either.enter(room, "bob")
    ann.counter = bob.counter
    polls = [wires() for _ in range(6)]
    polls[0].observe(ann)
    until_read(polls[:1], either.served)
    for former, latter in pairwise(polls):
        latter.observe(ann)
        assert former.answer() == EMPTY
    bob.say("hello")
    assert texts(polls[-1].answer()) == ["hello"]
    # The connections whose polls were ended are as good as before.
    ann.counter += 1
    assert polls[0].observe(ann).answer() == EMPTY


def test_rooms_do_not_hear_each_other(either, wires):
    rooms = [either.room() for _ in range(5)]
    session = either.session()
    visitors = [either.enter_as(session, room, "ann") for room in rooms]
    polls = [wires().observe(visitor) for visitor in visitors]
    until_read(polls, either.served)
    for number in (3, 0, 4):
        visitors[number].say(f"in {number}")
        assert texts(polls[number].answer()) == [f"in {number}"]
    assert not polls[1].is_answered()
    assert not polls[2].is_answered()
    assert {room_of(visitor) for visitor in visitors} == set(rooms)
