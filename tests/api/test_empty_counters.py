"""A counter that is there but empty: from where the ticket was last told, whichever worker told it."""

from __future__ import annotations

from typing import Any

import pytest

from support.client import Visitor
from support.house import House
from support.polls import Poll


def texts(told: Any) -> list[str]:
    return [message["text"] for message in told.get("messages", [])]


@pytest.mark.parametrize("empty", ["", "+", "%20%20"])
def test_an_empty_counter_starts_where_one_came_in(house: House, room: str, empty: str) -> None:
    ann = house.enter(room, "ann")
    ann.say("hello")
    who = f"format=json&session={ann.session}&ticket={ann.ticket}&counter={empty}"
    told = house.client.request("GET", f"/api/room/observe?{who}").json
    assert texts(told) == ["hello"]
    assert told["counter"] == 2


def test_get_messages_takes_an_empty_counter_too_and_moves_the_place_of_both(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    ann.say("hello")
    assert texts(ann.call("get_messages", counter="")) == ["hello"]
    assert texts(ann.call("get_messages", counter="")) == []
    assert ann.call("observe", counter="") == {"status": "ok"}
    ann.say("again")
    assert texts(ann.call("observe", counter="")) == ["again"]


def test_the_counter_a_client_asked_from_is_where_it_stands(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    counter = ann.say("hello")["id"]
    assert ann.call("observe", counter=counter) == {"status": "ok"}
    assert ann.call("observe", counter="") == {"status": "ok"}


def test_an_absent_counter_is_an_error_where_an_empty_one_is_not(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for method in ("observe", "get_messages"):
        assert ann.call(method)["error"]["code"] == 114


def test_after_a_time_out_the_client_loses_its_counter_and_nothing_else(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    ann.say("first")
    assert texts(bob.observe()) == ["first"]
    assert bob.call("observe", counter=bob.counter) == {"status": "ok"}
    ann.say("second")
    ann.say("third")
    assert texts(bob.call("observe", counter="")) == ["second", "third"]
    ann.say("fourth")
    assert texts(bob.call("observe", counter="")) == ["fourth"]


def test_over_both_workers_every_message_comes_once_and_in_order(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    homes: set[object] = set()
    said, heard = [], []
    # Every call is a connection of its own, taken by whichever worker is first.
    while len(said) < 40 or len(homes) < 2:
        words = [f"{len(said)} a", f"{len(said)} b"]
        for word in words:
            ann.say(word)
        said += words
        heard += texts(bob.call("observe", counter=""))
        homes.add(house.home(bob))
        assert len(said) < 400, "all polls met the same worker"
    while heard[-1] != said[-1]:
        heard += texts(bob.call("observe", counter=""))
    assert heard == said


def test_a_numbered_poll_at_one_worker_counts_for_an_empty_one_at_the_other(house: House) -> None:
    rounds = moved = 0
    while rounds < 20 or not moved:
        room = house.room()
        ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
        ann.say("first")
        assert texts(bob.observe()) == ["first"]
        home = house.home(bob)
        ann.say("second")
        assert texts(bob.call("observe", counter="")) == ["second"]
        moved += house.home(bob) != home
        rounds += 1
        assert rounds < 200, "all polls met the same worker"


def parked_with_empty_counter(house: House, visitor: Visitor) -> Poll:
    poll = Poll(house.url, visitor, counter="")
    house.wait_for_home(visitor)
    return poll


def test_an_empty_counter_waits_when_there_is_nothing(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    poll = parked_with_empty_counter(house, bob)
    assert not poll.is_answered()
    ann.say("hello")
    assert texts(poll.answer()) == ["hello"]
