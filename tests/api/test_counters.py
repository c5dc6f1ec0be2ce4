"""Counters: one number per event, pages that skip nothing, and what each kind of counter asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.client import Visitor
from support.house import House
from support.polls import Poll

PAGE = 50


def ids(told: Any) -> list[int]:
    return [message["id"] for message in told["messages"]]


def texts(told: Any) -> list[str]:
    return [message["text"] for message in told["messages"]]


def look(visitor: Visitor, counter: object, **params: object) -> Any:
    told = visitor.call("get_messages", counter=counter, **params)
    assert told["status"] == "ok", told
    return told


def observe(visitor: Visitor, counter: object) -> Any:
    return visitor.call("observe", counter=counter)


@pytest.fixture(scope="module")
def long_talk(house: House) -> Visitor:
    """Somebody in a room of 131 events: one entrance, and 130 messages by this visitor."""
    ann = house.enter(house.room(), "ann")
    for number in range(2, 132):
        ann.say(f"message {number}")
    return ann


@pytest.fixture
def newcomer(house: House, long_talk: Visitor) -> Visitor:
    """Somebody who came when all had been said, without a nickname and so without an event."""
    return house.enter(long_talk.ticket.removeprefix("a-r-").rpartition("-")[0])


def test_every_event_takes_the_next_number(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    assert ann.counter == 1
    assert ann.say("one")["id"] == 2
    house.enter(room)
    assert ann.call("say", message="two")["counter"] == 3
    ann.call("set_nickname", nickname="anne")
    ann.call("set_nickname", nickname="anne")
    bob = house.enter(room, "bob")
    bob.call("exit")
    told = look(ann, 0)
    assert [(message["id"], message["type"]) for message in told["messages"]] == [
        (1, "system:enter"),
        (2, "user"),
        (3, "user"),
        (4, "system:nickname_change"),
        (5, "system:enter"),
        (6, "system:leave"),
    ]
    assert told["counter"] == 6


def test_the_newest_talk_has_a_number_of_its_own(house: House, room: str) -> None:
    assert house.info(room)["room"]["max_user_message_id"] == 0
    ann = house.enter(room, "ann")
    said = ann.say("hello")["id"]
    ann.say("psst", occupant_id=ann.occupant_id)
    ann.call("set_nickname", nickname="anne")
    told = house.info(room)["room"]
    assert told["max_user_message_id"] == said
    assert told["counter"] == said + 2


@pytest.mark.parametrize("method", ["get_messages", "observe"])
def test_a_long_backlog_comes_in_pages_of_fifty_oldest_first(newcomer: Visitor, method: str) -> None:
    counter, pages, everything = 0, [], []
    while counter < 131:
        told = newcomer.call(method, counter=counter)
        assert told["counter"] == ids(told)[-1]
        assert told["occupants"]
        pages.append(len(ids(told)))
        everything += ids(told)
        counter = told["counter"]
    assert pages == [50, 50, 31]
    assert everything == list(range(1, 132))


def test_messages_after_a_counter_are_those_with_a_greater_id(newcomer: Visitor) -> None:
    assert ids(look(newcomer, 129)) == ids(observe(newcomer, 129)) == [130, 131]
    assert look(newcomer, 131) == {**look(newcomer, 131), "counter": 131, "messages": []}


def test_get_info_tells_messages_with_the_counter_itself_and_never_more_than_fifty(
    house: House, newcomer: Visitor
) -> None:
    room = newcomer.ticket.removeprefix("a-r-").rpartition("-")[0]
    assert ids(house.info(room, counter=130)) == [130, 131]
    assert ids(house.info(room, counter=132)) == []
    assert ids(house.info(room, counter=1)) == ids(house.info(room, counter=0)) == list(range(1, 51))
    assert ids(house.info(room, counter=-2)) == [130, 131]
    assert ids(house.info(room, counter=-200)) == list(range(82, 132))
    for none in ({}, {"counter": ""}, {"counter": "x"}):
        assert "messages" not in house.info(room, **none)


@pytest.mark.parametrize("method", ["get_messages", "observe"])
def test_a_negative_counter_asks_for_the_newest_events(newcomer: Visitor, method: str) -> None:
    for counter, expected in ((-1, [131]), (-3, [129, 130, 131]), (-50, list(range(82, 132)))):
        told = newcomer.call(method, counter=counter)
        assert ids(told) == expected
        assert told["counter"] == 131
    assert ids(newcomer.call(method, counter=-200)) == list(range(82, 132))


def test_a_negative_counter_in_an_empty_room_waits_for_the_first_event(
    house: House, room: str, park: Callable[..., Poll]
) -> None:
    poll = park(house.enter(room), counter=-10)
    house.enter(room, "ann")
    assert texts(poll.answer()) == ["ann has joined the conversation"]


def test_only_talk_is_told_when_asked_for(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for number in range(4):
        ann.say(f"word {number}")
        house.enter(room, f"guest {number}")
    ann.say("to myself", occupant_id=ann.occupant_id)
    told = look(ann, 0, user_messages_only="true")
    assert texts(told) == ["word 0", "word 1", "word 2", "word 3", "to myself"]
    assert told["counter"] == 10
    # The last talk, and not what of the last events happens to be talk.
    assert texts(look(ann, -2, user_messages_only="1")) == ["word 3", "to myself"]
    assert texts(house.info(room, counter=-2, user_messages_only="true")) == ["word 2", "word 3"]
    assert texts(house.info(room, counter=6, user_messages_only="1")) == ["word 2", "word 3"]
    for no in ("false", "0", "", "yes"):
        assert len(look(ann, 0, user_messages_only=no)["messages"]) == 10


def test_pages_of_only_talk_skip_none_of_it(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for number in range(60):
        ann.say(f"word {number}")
        ann.call("set_nickname", nickname=f"ann {number}")
    counter, found = 0, []
    while (told := look(ann, counter, user_messages_only="true"))["messages"]:
        found += texts(told)
        counter = told["counter"]
    assert found == [f"word {number}" for number in range(60)]
    assert counter == 121


def test_a_counter_ahead_of_the_room_waits_until_the_room_passes_it(
    house: House, room: str, park: Callable[..., Poll]
) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    poll = park(bob, counter=bob.counter + 2)
    ann.say("three")
    ann.say("four")
    assert not poll.is_answered()
    ann.say("five")
    told = poll.answer()
    assert texts(told) == ["five"]
    assert told["counter"] == 5


def test_get_messages_with_a_counter_ahead_tells_where_the_room_is(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    told = look(ann, 100)
    assert (told["messages"], told["counter"]) == ([], 1)


def test_a_client_that_adds_ten_to_its_counter_hears_what_comes_after_that(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    ahead = ann.counter + 10
    for number in range(11):
        ann.say(f"word {number}")
    assert texts(observe(ann, ahead)) == ["word 10"]


def test_the_third_poll_with_the_same_stale_counter_is_refused(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for word in ("one", "two", "three"):
        ann.say(word)
    codes = [observe(ann, 1).get("error", {}).get("code") for _ in range(4)]
    assert codes == [None, None, 122, 122]
    assert texts(observe(ann, 2)) == ["two", "three"]
    assert [observe(ann, 1).get("error", {}).get("code") for _ in range(3)] == [None, None, 122]


def test_other_polls_in_between_make_a_stale_counter_good_again(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    ann.say("one")
    ann.say("two")
    for _ in range(3):
        for counter in (1, 2):
            assert observe(ann, counter)["status"] == "ok"


def test_stale_counters_are_counted_for_each_ticket_and_not_for_get_messages(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    for visitor in (ann, bob) * 2:
        assert observe(visitor, 0)["status"] == "ok"
    for _ in range(5):
        assert look(ann, 0)["status"] == "ok"


def test_reading_one_page_after_the_other_is_no_repetition(newcomer: Visitor) -> None:
    for _ in range(4):
        assert [len(observe(newcomer, counter)["messages"]) for counter in (0, 50, 100)] == [50, 50, 31]


def test_a_current_counter_may_be_repeated_for_ever(
    house: House, room: str, park: Callable[..., Poll]
) -> None:
    ann = house.enter(room, "ann")
    bob = house.enter(room, "bob")
    # Hidden from bob, so that his counter falls behind the room's and stays current all the same.
    ann.say("to myself", occupant_id=ann.occupant_id)
    poll = park(bob)
    for _ in range(4):
        former, poll = poll, Poll(house.url, bob)
        assert former.answer() == {"status": "ok"}
    ann.say("to everybody")
    assert texts(poll.answer()) == ["to everybody"]
