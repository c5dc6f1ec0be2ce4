"""What befalls people while their polls are held: leaving, falling silent, logging in, being spoken to."""

from __future__ import annotations

import time

import pytest

from support.house import room_of
from support.wire import Wire, until_read, wires_to

pytestmark = pytest.mark.live

EMPTY = {"status": "ok"}
AT_ONCE_SECONDS = 1


def texts(told):
    return [one["text"] for one in told["messages"]]


@pytest.fixture
def three(either):
    """Three people in a room who have heard all there was."""
    room = either.room()
    people = [either.enter(room, name) for name in ("ann", "bob", "eve")]
    for one in people:
        one.counter = people[-1].counter
    return people


@pytest.fixture
def held(either, wires):
    """Has people poll, and returns when all their polls are held."""

    def held(*people):
        polls = [wires().observe(one) for one in people]
        for one in people:
            either.wait_for_home(one)
        until_read(polls, either.served)
        return polls

    return held


def test_who_leaves_is_told_that_the_ticket_is_gone_and_the_others_who_left(either, three, held):
    ann, bob, _ = three
    polls = held(ann, bob)
    ann.call("exit")
    assert polls[0].answer()["error"]["code"] == 109
    assert texts(polls[1].answer()) == ["ann has left the conversation"]
    assert polls[0].observe(ann).answer()["error"]["code"] == 109


def test_a_destroyed_session_ends_its_polls_in_all_rooms(either, held):
    session = either.session()
    here, there = (either.enter_as(session, either.room(), "ann") for _ in range(2))
    polls = held(here, there)
    asked = time.monotonic()
    either.client.ok("session/destroy", session=session)
    assert [poll.answer()["error"]["code"] for poll in polls] == [102, 102]
    assert time.monotonic() - asked < AT_ONCE_SECONDS
    assert polls[0].observe(here, counter=0).answer()["error"]["code"] == 102


def test_a_ticket_is_good_for_its_own_session_alone(either, three, held):
    ann, bob, _ = three
    [poll] = held(ann)
    wire = Wire(either.port)
    stolen = {"session": bob.session, "ticket": ann.ticket, "counter": 0}
    assert wire.ask("room/observe", **stolen).answer()["error"]["code"] == 109
    assert wire.ask("room/observe", **stolen, format="json").answer()["error"]["code"] == 109
    assert wire.ask("room/observe", **{**stolen, "session": "none"}).answer()["error"]["code"] == 102
    wire.close()
    assert not poll.is_answered(0.1)
    ann.say("still here")
    assert texts(poll.answer()) == ["still here"]


def test_a_private_message_reaches_those_it_is_for_and_leaves_the_others_waiting(three, held):
    ann, bob, eve = three
    polls = held(ann, bob, eve)
    said = ann.say("psst", occupant_id=bob.occupant_id)
    assert polls[0].answer()["messages"] == polls[1].answer()["messages"] == [said]
    assert not polls[2].is_answered(0.2)
    ann.say("hello")
    told = polls[2].answer()
    assert texts(told) == ["hello"]
    assert told["counter"] == said["id"] + 1


def test_a_private_and_a_common_word_between_two_polls_come_to_each_as_is_due(three, held):
    ann, bob, eve = three
    ann.say("psst", occupant_id=bob.occupant_id)
    ann.say("hello")
    ann.say("psst again", occupant_id=bob.occupant_id)
    assert texts(bob.observe()) == ["psst", "hello", "psst again"]
    assert texts(eve.observe()) == ["hello"]
    polls = held(bob, eve)
    ann.say("the end")
    assert [texts(poll.answer()) for poll in polls] == [["the end"], ["the end"]]


def test_log_in_and_log_out_change_the_roster_of_those_who_wait(either, three, held):
    account = either.user()
    ann, bob, eve = three
    polls = held(bob, eve)
    for method, user_id in (("login", account.user_id), ("logout", None)):
        params = {"email": account.email, "password": account.password} if user_id else {}
        either.client.ok(f"auth/{method}", session=ann.session, **params)
        for person, poll in zip((bob, eve), polls, strict=True):
            told = poll.answer()
            assert told["messages"] == []
            assert [one.get("user_id") for one in told["occupants"]] == [user_id, None, None]
            person.counter = told["counter"]
        polls = held(bob, eve)


def test_who_logs_in_while_waiting_goes_on_waiting_with_the_same_ticket(either, three, held):
    account = either.user()
    ann, bob, _ = three
    [poll] = held(ann)
    either.client.ok("auth/login", session=ann.session, email=account.email, password=account.password)
    assert poll.answer()["occupants"][0]["user_id"] == account.user_id
    poll.observe(ann)
    bob.say("psst", occupant_id=ann.occupant_id)
    assert texts(poll.answer()) == ["psst"]


def test_a_new_nickname_is_told_to_everybody(three, held):
    polls = held(*three)
    three[0].call("set_nickname", nickname="anne")
    for poll in polls:
        told = poll.answer()
        assert texts(told) == ["ann is now known as anne"]
        assert [one["nickname"] for one in told["occupants"]] == ["anne", "bob", "eve"]


def test_observers_come_and_go_with_the_roster_alone(either, three, held):
    ann, bob, eve = three
    polls = held(ann, bob, eve)
    observer = either.enter(room_of(ann))
    told = [poll.answer() for poll in polls]
    assert [(one["messages"], one["counter"], len(one["occupants"])) for one in told] == [
        ([], ann.counter, 4)
    ] * 3
    again = held(ann, bob)
    observer.call("exit")
    assert [len(poll.answer()["occupants"]) for poll in again] == [3, 3]
    # The one who was not there for it is told on coming back.
    assert len(polls[2].observe(eve).answer()["occupants"]) == 3


@pytest.mark.parametrize("blank", [False, True], ids=["with counters", "with empty counters"])
def test_a_ticket_polled_at_either_worker_in_turn_brings_every_word_once(either, blank):
    room = either.room()
    bob, ann = either.enter(room, "bob"), either.enter(room, "ann")
    pair = [wires_to(either.served, worker, 1)[0] for worker in either.served.web_workers()]
    heard = []
    for number in range(30):
        wire = pair[number // 2 % 2].observe(ann, **({"counter": ""} if blank else {}))
        if number % 3:
            until_read([wire], either.served)
        bob.say(f"{number}")
        told = wire.answer()
        ann.counter = told["counter"]
        heard += texts(told)
    for wire in pair:
        wire.close()
    assert heard == [f"{number}" for number in range(30)]


def test_who_polls_for_longer_than_tickets_and_sessions_live_is_still_there(hasty):
    room = hasty.room()
    ann, bob = hasty.enter(room, "ann"), hasty.enter(room, "bob")
    ann.counter = bob.counter
    wires = [Wire(hasty.port).observe(one) for one in (ann, bob)]
    deadline = time.monotonic() + 7
    number = 0
    while time.monotonic() < deadline:
        time.sleep(0.5)
        ann.say(f"{number}")
        for one, wire in zip((ann, bob), wires, strict=True):
            told = wire.answer()
            assert texts(told) == [f"{number}"]
            one.counter = told["counter"]
            wire.observe(one)
        number += 1
    for wire in wires:
        wire.close()
    for one in (ann, bob):
        assert hasty.client.post("session/verify", session=one.session).json == EMPTY


def test_a_poll_that_waits_keeps_its_ticket_and_who_hung_up_is_let_out(hasty):
    room = hasty.room()
    ann, bob = hasty.enter(room, "ann"), hasty.enter(room, "bob")
    ann.counter = bob.counter
    wires = [Wire(hasty.port).observe(one) for one in (ann, bob)]
    until_read(wires, hasty.served)
    # Longer than a ticket, a session and the time between two looks at them last together.
    assert not wires[1].is_answered(4)
    wires[0].close()
    assert wires[1].is_answered(6)
    told = wires[1].answer()
    assert texts(told) == ["ann has left the conversation"]
    assert [one["nickname"] for one in told["occupants"]] == ["bob"]
    wires[1].close()
    assert hasty.client.post("session/verify", session=bob.session).json == EMPTY
