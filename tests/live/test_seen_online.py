"""Clients of 2009 come online, fall silent and come back, as clients of 2007 see it; over two workers."""

from __future__ import annotations

import os
import signal
import time

import pytest

from support.house import House, opened
from support.member import Member
from support.wire import Wire, soon, until_read, wires_to

pytestmark = pytest.mark.live

CAME, LEFT = "Ann has joined the conversation", "Ann has left the conversation"


@pytest.fixture
def ann(hasty):
    return Member.log_in(hasty, hasty.user(nickname="Ann"))


def turns(house: House, room: str) -> list[str]:
    """Every word of the system about Ann."""
    told = house.info(room, counter=0)["messages"]
    return [one["text"] for one in told if one["type"].startswith("system:") and one["nickname"] == "Ann"]


def here(house: House, room: str) -> list[str]:
    return [one["nickname"] for one in house.info(room)["occupants"]]


def observing(wire: Wire, member: Member, counter: int) -> Wire:
    """Polls until there is nothing to hear, and then waits."""
    while True:
        wire.ask("event/observe", session=member.session, counter=counter)
        if not wire.is_answered(1):
            return wire
        counter = wire.answer()["counter"]


def test_whoever_polls_is_there_and_whoever_does_not_leaves_and_comes_back(hasty, ann):
    room = hasty.room()
    counter = ann.ok("room/subscribe", rooms=room)["counter"]
    assert here(hasty, room) == ["Ann"]
    wire = observing(Wire(hasty.port), ann, counter)
    time.sleep(5)
    assert turns(hasty, room) == [CAME]
    wire.close()
    soon(lambda: turns(hasty, room) == [CAME, LEFT])
    assert here(hasty, room) == []
    wire = observing(Wire(hasty.port), ann, counter)
    assert turns(hasty, room) == [CAME, LEFT, CAME]
    time.sleep(5)
    assert turns(hasty, room) == [CAME, LEFT, CAME]
    wire.close()


def test_a_session_that_is_destroyed_leaves_at_once_and_its_poll_is_told(hasty, ann):
    rooms = [hasty.room(), hasty.room()]
    counter = ann.ok("room/subscribe", rooms=",".join(rooms))["counter"]
    workers = hasty.served.web_workers()
    wires = [observing(wires_to(hasty.served, one, 1)[0], ann, counter) for one in workers]
    until_read(wires, hasty.served)
    ann.ok("session/destroy")
    assert [turns(hasty, room) for room in rooms] == [[CAME, LEFT]] * 2
    answers = [wire.answer() for wire in wires]
    assert [one["status"] for one in answers if "code" in one] == ["error"] * len(answers)
    for wire in wires:
        wire.close()


def test_who_waits_with_a_client_of_2007_is_not_woken_for_what_that_has_no_words_for(either):
    room, account = either.room(), either.user()
    speaker, reader = either.enter(room, "Speaker"), either.enter(room, "Reader")
    speaker.counter = reader.counter
    wires = [Wire(either.port).observe(one, counter=reader.counter) for one in (speaker, reader)]
    until_read(wires, either.served)
    either.join(room, account)
    assert not any(wire.is_answered(0.3) for wire in wires)
    said = speaker.say("hello")
    for wire in wires:
        answer = wire.answer()
        assert [one["text"] for one in answer["messages"]] == ["hello"]
        assert answer["counter"] == int(said["id"]) == reader.counter + 2
        wire.close()


@pytest.mark.parametrize("parking", ["on", "off"])
def test_a_worker_that_is_killed_takes_nobody_offline_who_polls_again(parking):
    settings = {"LINGR_TICKET_SECONDS": "4", "LINGR_HOLD_SECONDS": "30", "LINGR_RATE_LIMITS": "off"}
    with opened(**settings, LINGR_PARKING=parking) as house:
        room = house.room()
        stays = Member.log_in(house, house.user(nickname="Ann"))
        goes = Member.log_in(house, house.user(nickname="Bob"))
        counters = [one.ok("room/subscribe", room=room)["counter"] for one in (stays, goes)]
        for _ in range(2):
            worker = house.served.web_workers()[0]
            wires = wires_to(house.served, worker, 2)
            for wire, member, counter in zip(wires, (stays, goes), counters, strict=True):
                observing(wire, member, counter)
            until_read(wires, house.served)
            os.kill(worker, signal.SIGKILL)
            for wire in wires:
                wire.close()
            soon(lambda worker=worker: worker not in house.served.web_workers())
        soon(lambda: len(house.served.web_workers()) == 2)
        wire = observing(Wire(house.port), stays, counters[0])
        soon(lambda: here(house, room) == ["Ann"], 20)
        assert turns(house, room) == [CAME]
        wire.close()
        soon(lambda: turns(house, room) == [CAME, LEFT], 20)
