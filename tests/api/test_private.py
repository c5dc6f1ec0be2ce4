"""Private messages: who gets them, and that nobody else can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Visitor
from support.house import House
from support.polls import Poll


def heard(visitor: Visitor) -> list[str]:
    """All the talk that a visitor can read from the beginning."""
    told = visitor.call("get_messages", counter=0, user_messages_only="true")
    return [message["text"] for message in told["messages"]]


@pytest.fixture
def ann(house: House, room: str) -> Visitor:
    return house.enter(room, "ann")


@pytest.fixture
def bob(house: House, room: str, ann: Visitor) -> Visitor:
    return house.enter(room, "bob")


@pytest.fixture
def eve(house: House, room: str, bob: Visitor) -> Visitor:
    return house.enter(room, "eve")


def test_target_and_sender_get_it_and_nobody_else(ann: Visitor, bob: Visitor, eve: Visitor) -> None:
    said = ann.say("psst", occupant_id=bob.occupant_id)
    assert said["type"] == "private"
    assert (said["occupant_id"], said["nickname"]) == (ann.occupant_id, "ann")
    assert not {"to_occupant_id", "to_user_id"} & set(said)
    assert [heard(ann), heard(bob), heard(eve)] == [["psst"], ["psst"], []]
    for visitor in (ann, bob):
        visitor.counter = eve.counter
        assert visitor.observe()["messages"] == [said]


def test_it_is_no_part_of_what_the_room_shows_to_anybody(
    house: House, room: str, ann: Visitor, bob: Visitor
) -> None:
    ann.say("psst", occupant_id=bob.occupant_id)
    ann.say("hello")
    for asked in ({"counter": 1}, {"counter": -50}, {"counter": -50, "user_messages_only": "true"}):
        told = house.info(room, **asked)["messages"]
        assert "psst" not in [message["text"] for message in told]
        assert "hello" in [message["text"] for message in told]


def test_a_user_gets_it_in_every_occupant_whichever_was_named(house: House, room: str, ann: Visitor) -> None:
    account = house.user()
    desk = house.enter_as(house.session(account), room, "bob at the desk")
    phone = house.enter_as(house.session(account), room)
    other = house.enter_as(house.session(house.user()), room, "other")
    ann.say("one", occupant_id=desk.occupant_id)
    ann.say("two", occupant_id=phone.occupant_id)
    assert [heard(visitor) for visitor in (desk, phone, other)] == [["one", "two"], ["one", "two"], []]


def test_who_is_not_logged_in_gets_it_in_the_one_occupant(house: House, room: str, ann: Visitor) -> None:
    session = house.session()
    bob, twin = house.enter_as(session, room, "bob"), house.enter_as(session, room, "bob")
    ann.say("psst", occupant_id=bob.occupant_id)
    assert [heard(bob), heard(twin)] == [["psst"], []]


def test_a_user_who_comes_later_reads_what_the_user_was_told(house: House, room: str, ann: Visitor) -> None:
    account = house.user()
    bob = house.enter_as(house.session(account), room, "bob")
    ann.say("psst", occupant_id=bob.occupant_id)
    bob.call("exit")
    assert heard(house.enter_as(house.session(account), room, "bob")) == ["psst"]
    assert heard(house.enter_as(house.session(house.user()), room, "bob")) == []


def test_one_may_speak_to_oneself_and_to_an_observer(
    house: House, room: str, ann: Visitor, eve: Visitor
) -> None:
    observer = house.enter(room)
    ann.say("note", occupant_id=ann.occupant_id)
    ann.say("psst", occupant_id=observer.occupant_id)
    assert [heard(ann), heard(observer), heard(eve)] == [["note", "psst"], ["psst"], []]


def test_somebody_unknown_gone_or_elsewhere_cannot_be_spoken_to(
    house: House, room: str, ann: Visitor, bob: Visitor
) -> None:
    elsewhere = house.enter(house.room(), "carol")
    bob.call("exit")
    counter = house.info(room)["room"]["counter"]
    for target in (bob.occupant_id, elsewhere.occupant_id, "nobody", "*"):
        assert ann.call("say", message="psst", occupant_id=target)["error"]["code"] == 998
    assert house.info(room)["room"]["counter"] == counter


def test_an_empty_target_is_everybody(ann: Visitor, eve: Visitor) -> None:
    assert ann.say("hello", occupant_id="")["type"] == "user"
    assert heard(eve) == ["hello"]


def test_it_wakes_only_those_it_is_for(
    house: House, ann: Visitor, bob: Visitor, eve: Visitor, park: Callable[..., Poll]
) -> None:
    for visitor in (ann, bob):
        visitor.counter = eve.counter
    polls = [park(visitor) for visitor in (ann, bob, eve)]
    said = ann.say("psst", occupant_id=bob.occupant_id)
    assert [poll.answer()["messages"] for poll in polls[:2]] == [[said], [said]]
    assert not polls[2].is_answered()
    assert polls[2].answer() == {"status": "ok"}


def test_hidden_events_make_counters_neither_stall_nor_repeat(
    ann: Visitor, bob: Visitor, eve: Visitor
) -> None:
    for number in range(60):
        ann.say(f"psst {number}", occupant_id=bob.occupant_id)
    told: Any = eve.call("get_messages", counter=eve.counter)
    assert (told["messages"], told["counter"]) == ([], eve.counter + 60)
    for number in range(4):
        ann.say(f"hello {number}")
        answer = eve.observe()
        assert [message["text"] for message in answer["messages"]] == [f"hello {number}"]
        assert answer["counter"] == eve.counter
        ann.say("psst", occupant_id=bob.occupant_id)
    told = eve.call("get_messages", counter=3)
    assert [message["text"] for message in told["messages"]] == [f"hello {number}" for number in range(4)]


def test_a_page_of_fifty_counts_what_is_shown(ann: Visitor, bob: Visitor, eve: Visitor) -> None:
    for number in range(60):
        ann.say(f"hello {number}")
        ann.say("psst", occupant_id=bob.occupant_id)
    first = eve.observe()
    second = eve.observe()
    shown = [message["text"] for message in first["messages"] + second["messages"]]
    assert shown == [f"hello {number}" for number in range(60)]
    assert len(first["messages"]) == 50
