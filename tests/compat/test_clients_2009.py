"""The clients of 2009, each in its own form: alone, and all together with those of 2007."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from lingr.domain import bots, rooms
from support.elder import FORMS, Elder
from support.families import FAMILIES, NEWEST, Family
from support.house import House
from support.relic import Refused, Relic, code_of
from support.shapes_2009 import BOT, assert_reads

HARD = 'a+b & <b>"茶"</b> 100%\n🐰 \\u3042'
EASY = "お茶 どうぞ"
"""For the one of them that does not escape what it sends."""
THE_END = "the end"


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [message["text"] for message in messages]


@pytest.fixture(scope="module")
def courses(house: House) -> Iterator[dict[str, Future[None]]]:
    """What becomes of a client of each family from its log-in to its end. Each has rooms of its own."""
    with ThreadPoolExecutor(6) as pool:
        yield {family.name: pool.submit(course, house, family) for family in FAMILIES}


def course(house: House, family: Family) -> None:
    room, other = house.room(), house.room(id=f"other_{house.ctx.new_id()}")
    ann = house.enter(room, "ann")
    before = [ann.say(f"before {number}")["text"] for number in range(3)]
    one = Relic.of(house, family, room)
    one.log_in()
    assert one.join(other) == [room, other]
    assert texts(one.seen[room]["messages"]) == before
    (member,) = one.seen[room]["roster"]["members"]
    assert (member["username"], member["name"]) == (one.name, f"{family.name} さん")
    assert one.seen[other]["roster"]["members"] == []

    said = one.say(room, EASY if "as it is" in family.tells else HARD)
    ann.say("hello")
    while len(one.heard) < 2:
        one.poll()
    assert one.heard[0] == said
    hello = one.heard[1]
    assert (hello["text"], hello["public_session_id"]) == ("hello", ann.occupant_id)
    assert one.poll() == []
    old = [message["text"] for message in ann.observe()["messages"] if message["type"] == "user"]
    assert old == [*before, said["text"], "hello"]

    look_back(one, hello, old)
    leave(one, room)
    assert ann.observe()["messages"][-1]["text"] == f"{family.name} さん has left the conversation"


def look_back(one: Relic, newest: dict[str, Any], old: list[str]) -> None:
    # Before the newest one, or before a number that is greater than all.
    is_greater = one.family.pages == NEWEST
    assert texts(one.page(newest["room"], int(newest["id"]))) == (old if is_greater else old[:-1])
    if one.family.likes:
        one.like(newest)


def leave(one: Relic, room: str) -> None:
    assert code_of(one.look, "no_such_room") == "not_found"
    one.verify()
    one.end()
    assert code_of(one.poll) == "invalid_session"
    assert code_of(one.say, room, "still here?") == "invalid_session"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_client_of_2009_from_log_in_to_its_end(courses: dict[str, Future[None]], family: Family) -> None:
    courses[family.name].result(100)


def test_a_wrong_password_is_told_in_words_that_clients_stop_at(house: House) -> None:
    one = Relic.of(house, FAMILIES[0])
    one.account = replace(one.account, password="wrong")
    with pytest.raises(Refused) as refused:
        one.log_in()
    assert refused.value.args == ("invalid_user_credentials", "invalid user and/or password")


class Gathering:
    """A client of each family, and of each format of 2007, in one room. Each says some words and polls."""

    def __init__(self, house: House, room: str) -> None:
        self.house = house
        self.room = room
        self.relics = [Relic.of(house, family, room) for family in FAMILIES]
        self.elders = [Elder(house.enter(room, f"{form} 2007"), form) for form in FORMS]
        everybody = len(self.relics) + len(self.elders)
        self.are_there = threading.Barrier(len(self.relics))
        self.have_spoken = threading.Barrier(everybody + 1)
        with ThreadPoolExecutor(everybody) as pool:
            at_work = [pool.submit(self.relic, one) for one in self.relics]
            at_work += [pool.submit(self.elder, one) for one in self.elders]
            self.have_spoken.wait(60)
            self.bot = self.end()
            for one in at_work:
                one.result(60)

    def relic(self, one: Relic) -> None:
        one.log_in()
        one.join()
        self.are_there.wait(60)
        for number in range(2):
            one.poll()
            one.say(self.room, f"{one.name}: {number}")
        self.have_spoken.wait(60)
        while not one.heard or one.heard[-1]["text"] != THE_END:
            one.poll()

    def elder(self, one: Elder) -> None:
        for number in range(3):
            one.visitor.say(f"{one.form}: {number}")
            one.poll()
        self.have_spoken.wait(60)
        while not one.heard or one.heard[-1][1] != THE_END:
            one.poll()

    def end(self) -> str:
        """Has a bot say the last word; returns its id."""
        bot = bots.create(self.house.ctx, id=f"bot_{self.house.ctx.new_id()}", name="Bot")
        bots.invite(self.house.ctx, bot, rooms.find(self.house.ctx, self.room))
        shown = {"bot": bot.id, "bot_verifier": bots.verifier_of(bot.id, bot.secret)}
        told = self.house.client.get("room/say", room=self.room, text=THE_END, **shown)
        assert told.body.startswith(b'{"status":"ok"'), told.body
        return bot.id

    @property
    def log(self) -> list[tuple[int, str]]:
        """What people and the bot said, from the room's log."""
        events = self.house.ctx.store.log.after(self.room, 0, 10_000)
        return [(one.id, one.text) for one in events if one.type == "user"]


@pytest.fixture(scope="module")
def gathering(house: House) -> Gathering:
    return Gathering(house, house.room())


def test_clients_of_both_generations_hear_all_that_is_said_once_and_in_order(gathering: Gathering) -> None:
    log = gathering.log
    assert len({text for _, text in log}) == len(log)
    assert len(log) == 2 * len(gathering.relics) + 3 * len(gathering.elders) + 1
    for elder in gathering.elders:
        assert elder.heard == log, elder.form
    for one in gathering.relics:
        # What was said before it came, it does not hear.
        assert len(one.heard) >= 2 * len(gathering.relics) + 1
        assert texts(one.heard) == [text for _, text in log][-len(one.heard) :], one.family.name


def test_all_are_told_the_same_under_rising_ids_and_know_their_own(gathering: Gathering) -> None:
    by_id: dict[str, dict[str, Any]] = {}
    for one in gathering.relics:
        numbers = [int(message["id"]) for message in one.heard]
        assert numbers == sorted(set(numbers))
        assert one.counters == sorted(set(one.counters))
        assert all(by_id.setdefault(message["id"], message) == message for message in one.heard)
        own = [message for message in one.heard if message["public_session_id"] == one.public_id]
        assert texts(own) == [f"{one.name}: 0", f"{one.name}: 1"]
        assert {message["speaker_id"] for message in own} == {one.name}
        spoken = [message["speaker_id"] for message in one.heard if message["type"] == "bot"]
        assert spoken == [gathering.bot]


def test_everybody_is_seen_online_and_in_the_roster(gathering: Gathering) -> None:
    names = {one.name for one in gathering.relics}
    told = [payload for one in gathering.relics for name, payload in one.others if name == "presence"]
    assert {payload["username"] for payload in told} == names
    room = gathering.relics[0].look(gathering.room)
    assert {one["username"] for one in room["roster"]["members"] if one["is_online"]} == names
    (bot,) = room["roster"]["bots"]
    assert_reads(bot, BOT)
    occupants = gathering.house.info(gathering.room)["occupants"]
    shown = {one["id"] for one in occupants}
    assert shown == {one.public_id for one in gathering.relics} | {
        one.visitor.occupant_id for one in gathering.elders
    }
