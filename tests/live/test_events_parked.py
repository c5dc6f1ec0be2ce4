"""Polls of the 2009 API while they wait, with parking and without: what wakes them, and how they end."""

from __future__ import annotations

import socket
import struct
import time

import pytest

from lingr.domain import changing, members, rooms
from support.house import opened
from support.member import Member
from support.polls import receive
from support.readers import Reader, readers, told, user
from support.wire import Wire, soon, stopped, until_read, wires_to

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

AT_ONCE_SECONDS = 1.0
AWAKE_SECONDS = 0.06
RESET = struct.pack("ii", 1, 0)


@pytest.fixture
def speak(either):
    """Says something in a room, as somebody who hears nothing; returns when it was sent off."""
    speaker = readers(either, 1)[0]

    def speak(room: str, text: str) -> float:
        sent = time.monotonic()
        said = either.client.ok("room/say", session=speaker.session, room=room, text=text)
        assert said["message"]["text"] == text
        return sent

    return speak


def wait(house, wire: Wire, reader: Reader, counter: int | None = None) -> int:
    """Begins a poll that has nothing to hear; its counter."""
    at = reader.caught_up(house.ctx, counter)
    reader.poll(wire, at)
    until_read([wire], house.served)
    return at


def elsewhere(either, worker: int) -> Wire:
    """A connection to another worker."""
    return wires_to(either.served, next(one for one in either.served.web_workers() if one != worker), 1)[0]


def nothing(counter: int) -> dict:
    return {"status": "ok", "counter": counter, "events": []}


def test_a_poll_over_several_rooms_is_woken_at_once_by_each_of_them(either, wires, speak):
    names = [either.room() for _ in range(5)]
    reader = readers(either, 1, *names)[0]
    wire = wires()
    counter = wait(either, wire, reader)
    times = []
    for turn in range(4):
        for name in names:
            asked = speak(name, f"{turn} in {name}")
            answer = wire.answer()
            times.append(time.monotonic() - asked)
            assert told(answer) == [f"{turn} in {name}"]
            assert answer["events"][0]["message"]["room"] == name
            counter = answer["counter"]
            reader.poll(wire, counter)
            until_read([wire], either.served)
            time.sleep(0.02)
    # The call itself takes most of that; the hub's wheel alone would turn after 100 ms.
    assert sorted(times)[len(times) // 2] < AWAKE_SECONDS, times


def test_two_polls_of_one_session_are_each_answered(either, wires, speak):
    one_room, names = either.room(), [either.room(), either.room()]
    for heard in ([one_room], names):
        reader, room = readers(either, 1, *heard)[0], heard[-1]
        first = wires()
        counter = wait(either, first, reader)
        here = [first, *(wires() for _ in range(3))]
        there = [wires_to(either.served, one, 1)[0] for one in either.served.web_workers()]
        for wire in (*here[1:], *there):
            reader.poll(wire, counter)
        until_read([*here, *there], either.served)
        assert not any(wire.is_answered(0.05) for wire in here)
        speak(room, "to all of them")
        answers = [wire.answer() for wire in (*here, *there)]
        assert [told(one) for one in answers] == [["to all of them"]] * 6
        assert len({str(one) for one in answers}) == 1
        # One goes away: the other ones hear as before.
        for wire in (*here, *there):
            reader.poll(wire, answers[0]["counter"])
        until_read([*here, *there], either.served)
        first.close()
        speak(room, "to the others")
        assert [told(wire.answer()) for wire in (*here[1:], *there)] == [["to the others"]] * 5
        for wire in there:
            wire.close()


def test_a_quiet_poll_ends_in_time_with_the_counter_it_came_with(either, wires):
    for reader in (*readers(either, 1, either.room()), *readers(either, 1, either.room(), either.room())):
        wire = wires()
        counter = wait(either, wire, reader)
        asked = time.monotonic()
        assert wire.answer() == nothing(counter)
        assert time.monotonic() - asked < 4.3
        wire.ask("event/observe", session=reader.session, counter=counter, callback="cb")
        assert receive(wire.sock).body == b'/**/cb({"status":"ok","counter":%d,"events":[]})' % counter


def test_a_poll_that_comes_again_as_it_was_hears_what_came_meanwhile(either, wires, speak):
    names = sorted(either.room() for _ in range(3))
    reader, wire = readers(either, 1, *names)[0], wires()
    counter = wait(either, wire, reader)
    assert wire.answer() == nothing(counter)
    for name in names:
        # Again in vain, then news while nobody polls, then news while the same poll waits.
        reader.poll(wire, counter)
        until_read([wire], either.served)
        speak(name, "while it waits")
        answer = wire.answer()
        assert told(answer) == ["while it waits"]
        reader.poll(wire, answer["counter"])
        assert wire.answer() == nothing(answer["counter"])
        speak(name, "between two polls")
        between = reader.poll(wire, answer["counter"]).answer()
        assert told(between) == ["between two polls"]
        again = reader.poll(wire, answer["counter"]).answer()
        assert again == between
        counter = between["counter"]


def test_a_session_that_hears_no_room_waits_too_and_is_woken_when_it_hears_one(either, wires, speak):
    room = either.room()
    member = Member.log_in(either, either.user(nickname="Ann"))
    wire = wires().ask("event/observe", session=member.session, counter=0)
    until_read([wire], either.served)
    assert not wire.is_answered(0.3)
    asked = time.monotonic()
    counter = member.ok("room/subscribe", rooms=room)["counter"]
    answer = wire.answer()
    assert time.monotonic() - asked < AT_ONCE_SECONDS
    assert answer["status"] == "ok"
    speak(room, "hello")
    while not told(answer := wire.ask("event/observe", session=member.session, counter=counter).answer()):
        counter = answer["counter"]
    assert told(answer) == ["hello"]


def test_a_session_without_rooms_that_ends_ends_its_poll(either, wires):
    reader = readers(either, 1)[0]
    wire = reader.poll(wires(), 0)
    until_read([wire], either.served)
    assert not wire.is_answered(0.3)
    asked = time.monotonic()
    either.client.ok("session/destroy", session=reader.session)
    assert wire.answer()["code"] == "invalid_session"
    assert time.monotonic() - asked < AT_ONCE_SECONDS


@pytest.mark.parametrize("heard", [1, 3])
def test_other_rooms_chosen_in_another_worker_count_at_once_for_a_waiting_poll(either, wires, speak, heard):
    names = [either.room() for _ in range(heard)]
    fresh = either.room()
    reader = readers(either, 1, *names)[0]
    worker = either.served.web_workers()[0]
    wire = wires_to(either.served, worker, 1)[0]
    counter = wait(either, wire, reader)
    other = elsewhere(either, worker)
    asked = time.monotonic()
    other.ask("room/subscribe", session=reader.session, room=fresh)
    assert other.answer()["status"] == "ok"
    assert wire.answer()["status"] == "ok"
    assert time.monotonic() - asked < AT_ONCE_SECONDS
    counter = wait(either, wire, reader, counter)
    speak(fresh, "in the fresh one")
    answer = wire.answer()
    assert told(answer) == ["in the fresh one"]
    # It no longer hears the first: nothing comes from there, and all from elsewhere.
    counter = wait(either, wire, reader, answer["counter"])
    other.ask("room/unsubscribe", session=reader.session, room=names[0])
    assert other.answer()["status"] == "ok"
    assert wire.answer()["events"] == []
    counter = wait(either, wire, reader, counter)
    speak(names[0], "not for all")
    speak(fresh, "again")
    assert told(wire.answer()) == ["again"]
    # And then it begins anew in one room alone.
    other.ask("room/subscribe", session=reader.session, room=names[0], reset="true")
    counter = other.answer()["counter"]
    wait(either, wire, reader, counter)
    speak(names[0], "for all again")
    assert told(wire.answer()) == ["for all again"]
    for one in (wire, other):
        one.close()


@pytest.mark.parametrize("heard", [1, 3])
def test_a_session_destroyed_in_another_worker_ends_its_polls(either, wires, heard):
    reader = readers(either, 1, *(either.room() for _ in range(heard)))[0]
    worker = either.served.web_workers()[0]
    wire = wires_to(either.served, worker, 1)[0]
    counter = wait(either, wire, reader)
    other = elsewhere(either, worker)
    assert other.ask("session/destroy", session=reader.session).answer()["status"] == "ok"
    asked = time.monotonic()
    assert wire.answer()["code"] == "invalid_session"
    assert time.monotonic() - asked < AT_ONCE_SECONDS
    for one in (wire, other):
        assert reader.poll(one, counter).answer()["code"] == "invalid_session"
        one.close()


@pytest.mark.parametrize("heard", [1, 3])
def test_a_room_that_is_deleted_ends_the_polls_and_the_other_rooms_go_on(either, wires, speak, heard):
    names = [either.room() for _ in range(heard)]
    reader = readers(either, 1, *names)[0]
    wire = wires()
    counter = wait(either, wire, reader)
    asked = time.monotonic()
    changing.delete(either.ctx, rooms.find(either.ctx, names[0]))
    answer = wire.answer()
    assert time.monotonic() - asked < AT_ONCE_SECONDS
    assert answer == nothing(counter)
    counter = wait(either, wire, reader, counter)
    for name in names[1:]:
        speak(name, "still here")
        answer = wire.answer()
        assert told(answer) == ["still here"]
        reader.poll(wire, answer["counter"])
    if heard == 1:
        assert wire.answer() == nothing(counter)


def test_who_is_no_longer_a_member_of_a_closed_room_hears_no_more_of_it(either, wires, speak):
    closed, open_room = either.room(members_only=True), either.room()
    ann, bob = user(either), user(either)
    room = rooms.find(either.ctx, closed)
    for one in (ann, bob):
        members.add(either.ctx, room, one)
    for heard in ([closed], [closed, open_room]):
        members.add(either.ctx, room, bob)
        reader, speaker = readers(either, 1, *heard, of=bob)[0], readers(either, 1, of=ann)[0]
        wire = wires()
        wait(either, wire, reader)
        asked = time.monotonic()
        members.remove(either.ctx, room, bob)
        answer = wire.answer()
        assert time.monotonic() - asked < AT_ONCE_SECONDS
        assert told(answer) == []
        wait(either, wire, reader, answer["counter"])
        either.client.ok("room/say", session=speaker.session, room=closed, text="among us")
        assert not wire.is_answered(0.3)
        if open_room in heard:
            speak(open_room, "for everybody")
            answer = wire.answer()
            assert told(answer) == ["for everybody"], answer
        else:
            wire.answer()


def test_a_room_that_moves_takes_those_along_who_wait(either, wires, speak):
    name, other = either.room(), either.room()
    for others in ([], [other]):
        reader, wire = readers(either, 1, name, *others)[0], wires()
        counter = wait(either, wire, reader)
        moved = either.ctx.new_id()
        changing.change(either.ctx, rooms.find(either.ctx, name), new_id=moved)
        speak(moved, "in the new place")
        while not (events := (answer := wire.answer())["events"]):
            # Moving may wake, too.
            reader.poll(wire, answer["counter"])
        assert [(one["message"]["room"], one["message"]["text"]) for one in events] == [
            (moved, "in the new place")
        ]
        assert events[0]["event_id"] > counter
        name = moved


def test_clients_that_vanish_while_the_engine_stands_still_keep_nobody_waiting(either, wires, speak):
    alone, names = either.room(), [either.room(), either.room()]
    crowd = [*readers(either, 20, alone), *readers(either, 20, *names)]
    witnesses = [(one, wires()) for one in (*readers(either, 2, alone), *readers(either, 2, *names))]
    for reader, wire in witnesses:
        wait(either, wire, reader)
    before = either.served._log.read_text().count("unspecified")
    with stopped(either.served.engine()):
        gone = [one.poll(Wire(either.port), one.counter) for one in crowd]
        until_read(gone, either.served)
        for wire in gone:
            wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            wire.close()
        soon(lambda: not {one.sock for one in gone} - {None})
    for room in (alone, names[1]):
        speak(room, f"anybody in {room}?")
    for (reader, wire), room in zip(witnesses, (alone, alone, names[1], names[1]), strict=True):
        while not told(answer := wire.answer()):
            reader.poll(wire, answer["counter"])
        assert told(answer) == [f"anybody in {room}?"]
    assert either.served._log.read_text().count("unspecified") == before


@pytest.mark.parametrize("parking", ["on", "off"])
def test_a_server_told_to_end_or_to_reload_answers_polls_of_2009(parking):
    settings = {"LINGR_PARKING": parking, "LINGR_RATE_LIMITS": "off", "LINGR_HOLD_SECONDS": "40"}
    with opened(**settings) as house:
        names = [house.room() for _ in range(3)]
        everybody = [*readers(house, 20, names[0]), *readers(house, 20, *names), *readers(house, 5)]
        for blow in (house.served.reload, house.served.stop):
            stand = [reader.caught_up(house.ctx) for reader in everybody]
            polls = [reader.poll(Wire(house.port), at) for reader, at in zip(everybody, stand, strict=True)]
            until_read(polls, house.served)
            assert not any(wire.is_answered(0.01) for wire in polls)
            started = time.monotonic()
            blow()
            answers = [wire.answer() for wire in polls]
            assert time.monotonic() - started < 5
            assert answers == [nothing(counter) for counter in stand]
            for wire in polls:
                wire.close()
