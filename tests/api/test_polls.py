"""Waiting: what wakes a poll, how it ends, and that there is one per ticket."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.client import Visitor
from support.house import House
from support.polls import Poll

Park = Callable[..., Poll]


def types(told: Any) -> list[str]:
    return [message["type"] for message in told["messages"]]


def nicknames(told: Any) -> list[str | None]:
    return [occupant.get("nickname") for occupant in told["occupants"]]


def test_nothing_new_is_answered_with_status_alone_when_the_time_is_up(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    started = time.monotonic()
    assert ann.observe() == {"status": "ok"}
    assert 1.5 < time.monotonic() - started < 10
    assert ann.observe() == {"status": "ok"}


def test_speech_wakes_everybody_the_speaker_included(house: House, room: str, park: Park) -> None:
    visitors = [house.enter(room, "ann"), house.enter(room, "bob"), house.enter(room)]
    newest = visitors[1].counter
    polls = [park(visitor, counter=newest) for visitor in visitors]
    said = visitors[0].say("hello")
    for poll in polls:
        told = poll.answer()
        assert told["messages"] == [said]
        assert told["counter"] == said["id"]
        assert nicknames(told) == ["ann", "bob", None]


def test_entering_renaming_and_leaving_wake_with_the_new_roster(house: House, room: str, park: Park) -> None:
    ann = house.enter(room, "ann")
    poll = park(ann)
    bob = house.enter(room, "bob")
    told = poll.answer()
    assert (types(told), nicknames(told)) == (["system:enter"], ["ann", "bob"])
    bob.call("set_nickname", nickname="rob")
    told = ann.call("observe", counter=told["counter"])
    assert (types(told), nicknames(told)) == (["system:nickname_change"], ["ann", "rob"])
    bob.call("exit")
    told = ann.call("observe", counter=told["counter"])
    assert (types(told), nicknames(told)) == (["system:leave"], ["ann"])


def test_observers_coming_and_going_wake_with_the_roster_and_the_counter_as_it_was(
    house: House, room: str, park: Park
) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    counter = bob.counter
    poll = park(ann, counter=counter)
    observer = house.enter(room)
    told = poll.answer()
    assert (told["counter"], told["messages"], nicknames(told)) == (counter, [], ["ann", "bob", None])
    poll = park(bob, counter=counter)
    observer.call("exit")
    told = poll.answer()
    assert (told["counter"], told["messages"], nicknames(told)) == (counter, [], ["ann", "bob"])
    assert house.info(room)["room"]["counter"] == counter


def test_a_log_in_and_a_log_out_wake_with_the_user_in_the_roster(house: House, room: str, park: Park) -> None:
    account = house.user()
    ann, bob, eve = house.enter(room, "ann"), house.enter(room, "bob"), house.enter(room, "eve")
    poll = park(bob, counter=eve.counter)
    house.client.ok("auth/login", session=ann.session, email=account.email, password=account.password)
    told = poll.answer()
    assert told["messages"] == []
    assert [occupant.get("user_id") for occupant in told["occupants"]] == [account.user_id, None, None]
    assert told["occupants"][0]["id"] == ann.occupant_id
    poll = park(eve, counter=eve.counter)
    house.client.ok("auth/logout", session=ann.session)
    assert [occupant.get("user_id") for occupant in poll.answer()["occupants"]] == [None, None, None]


def test_a_backlog_is_told_at_once(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    for number in range(3):
        ann.say(str(number))
    started = time.monotonic()
    told = ann.observe()
    assert [message["text"] for message in told["messages"]] == ["0", "1", "2"]
    assert time.monotonic() - started < 1.5


def test_a_second_poll_ends_the_first_with_an_empty_answer(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    ann.counter = bob.counter
    first = Poll(house.url, ann)
    house.wait_for_home(ann)
    homes: list[object] = []
    # Each poll is a connection of its own, taken by whichever worker is first.
    while len(homes) < 20 or len(set(homes)) < 2:
        assert not first.is_answered(0.02)
        started = time.monotonic()
        second = Poll(house.url, ann)
        assert first.answer() == {"status": "ok"}
        assert time.monotonic() - started < 1
        homes.append(house.home(ann))
        assert len(homes) < 200, "all polls met the same worker"
        first = second
    bob.say("hello")
    assert [message["text"] for message in first.answer()["messages"]] == ["hello"]


def test_polls_on_different_tickets_of_one_session_do_not_disturb_each_other(
    house: House, room: str, park: Park
) -> None:
    session = house.session()
    ann = house.enter_as(session, room, "ann")
    again = house.enter_as(session, room, "ann again")
    ann.counter = again.counter
    polls = [park(ann), park(again)]
    assert not polls[0].is_answered()
    said = house.enter_as(session, house.room(), "elsewhere")
    ann.say("hello")
    for poll in polls:
        assert types(poll.answer()) == ["user"]
    assert said.occupant_id != ann.occupant_id


def test_leaving_ends_ones_own_poll_with_an_invalid_ticket(house: House, room: str, park: Park) -> None:
    ann = house.enter(room, "ann")
    poll = park(ann)
    ann.call("exit")
    assert poll.answer()["error"]["code"] == 109


def test_the_end_of_the_session_ends_its_polls(house: House, room: str, park: Park) -> None:
    ann = house.enter(room, "ann")
    poll = park(ann)
    house.client.ok("session/destroy", session=ann.session)
    assert poll.answer()["error"]["code"] == 102


def test_who_hangs_up_misses_nothing(house: House, room: str, park: Park) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    park(bob).hang_up()
    ann.say("hello")
    assert [message["text"] for message in bob.observe()["messages"]] == ["hello"]


def test_talk_of_many_reaches_all_of_them_once_and_in_order(house: House, room: str) -> None:
    visitors = [house.enter(room, f"visitor {number}") for number in range(6)]
    start = visitors[-1].counter

    def listen(visitor: Visitor) -> list[int]:
        visitor.counter = start
        heard: list[int] = []
        while len(heard) < 60:
            heard += [message["id"] for message in visitor.observe().get("messages", [])]
        return heard

    def talk(visitor: Visitor) -> None:
        for number in range(10):
            visitor.say(str(number))

    with ThreadPoolExecutor(12) as threads:
        listening = [threads.submit(listen, visitor) for visitor in visitors]
        talking = [threads.submit(talk, visitor) for visitor in visitors]
        for thread in talking:
            thread.result()
        for thread in listening:
            assert thread.result() == list(range(start + 1, start + 61))
