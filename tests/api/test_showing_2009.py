"""Rooms shown by several processes to several people at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client
from support.house import House
from support.member import Member, ok

CALLERS = 6


def session_of(house: House) -> str:
    return Member.log_in(house, house.user()).session


def test_all_who_ask_at_once_are_told_the_same_ids(house: House) -> None:
    names = [house.room() for _ in range(4)]
    for name in names:
        visitor = house.enter(name, "ann")
        for number in range(70):
            visitor.say(f"{number}")
    sessions = [session_of(house) for _ in range(CALLERS)]
    start = threading.Barrier(CALLERS)

    def ask(number: int) -> dict[str, list[str]]:
        client = Client(house.url)
        turned = names[number % 4 :] + names[: number % 4]
        start.wait()
        shown = ok(client, "room/show", session=sessions[number], rooms=",".join(turned))["rooms"]
        assert [one["id"] for one in shown] == turned
        return {one["id"]: [said["id"] for said in one["messages"]] for one in shown}

    with ThreadPoolExecutor(CALLERS) as pool:
        found = list(pool.map(ask, range(CALLERS)))
    assert all(one == found[0] for one in found)
    ids = [int(one) for name in names for one in found[0][name]]
    assert len(set(ids)) == 4 * 30
    for name in names:
        shown = [int(one) for one in found[0][name]]
        assert shown == sorted(shown)
        assert max(shown) < 2**31


def test_archives_lead_back_to_the_first_message(house: House) -> None:
    room, session = house.room(), session_of(house)
    visitor = house.enter(room, "ann")
    for number in range(75):
        visitor.say(f"言葉 & <b> {number}")
    before, seen = "99999999", []
    while told := ok(house.client, "room/get_archives", session=session, room=room, before=before)[
        "messages"
    ]:
        assert len(told) <= 30
        seen = [one["text"] for one in told] + seen
        before = told[0]["id"]
    assert seen == [f"言葉 & <b> {number}" for number in range(75)]


@pytest.mark.parametrize("before", [99_999_999, 2**31 - 1, 2**53 - 1, 2**63 - 1, 2**64, "9" * 1000])
def test_the_newest_come_before_any_great_number(house: House, before: int | str) -> None:
    room, session = house.room(), session_of(house)
    house.enter(room, "ann").say("newest")
    told = ok(house.client, "room/get_archives", session=session, room=room, before=before)["messages"]
    assert [one["text"] for one in told] == ["newest"]


def test_favorites_are_integers_among_the_messages_shown(house: House) -> None:
    room, session = house.room(), session_of(house)
    said = house.enter(room, "ann")
    for text in "abc":
        said.say(text)
    shown = ok(house.client, "room/show", session=session, room=room)["rooms"][0]
    chosen = shown["messages"][1]
    assert ok(house.client, "favorite/add", session=session, message=chosen["id"])["message"] == chosen
    again = ok(house.client, "room/show", session=session, room=room)["rooms"][0]
    assert again["faved_message_ids"] == [int(chosen["id"])]
    assert ok(house.client, "favorite/remove", session=session, message=chosen["id"])["message"] == chosen
    last = ok(house.client, "room/show", session=session, room=room)["rooms"][0]
    assert last["faved_message_ids"] == []
    assert [one["id"] for one in last["messages"]] == [one["id"] for one in shown["messages"]]
