"""Archives by day and the search of archives through the API, in every form."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from lingr.timezones import day_of
from support.archive import at, room_with, said
from support.forms import Speaker
from support.house import House
from support.shapes import ROOM, SPEECH, assert_fits

INDEXED_SECONDS = 20

Get = Callable[..., Any]


@pytest.fixture
def archives(house: House, speaker: Speaker) -> Get:
    """What room.getArchives tells."""

    def archives(room: str, **params: object) -> Any:
        told = speaker.ok("room/get_archives", api_key=house.api_key, id=room, **params)
        assert list(told) == ["status", "room", "messages"]
        assert_fits(told["room"], ROOM, speaker.form)
        return told["messages"]

    return archives


@pytest.fixture
def search(house: House, speaker: Speaker) -> Get:
    """What explore.searchArchives tells, once there is as much of it as expected."""

    def search(q: str, expected: int, path: str = "explore/search_archives", **params: object) -> Any:
        deadline = time.monotonic() + INDEXED_SECONDS
        while True:
            told = speaker.ok(path, api_key=house.api_key, q=q, **params)
            assert list(told) == ["status", "messages"]
            if len(told["messages"]) >= expected or time.monotonic() > deadline:
                assert len(told["messages"]) == expected
                return told["messages"]
            time.sleep(0.1)

    return search


def test_what_is_said_is_in_the_archive_of_the_day(house: House, archives: Get, form: str) -> None:
    room = house.room(timezone="Tokyo")
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    ann.say("おはよう & <good morning>")
    ann.say("secret", occupant_id=bob.occupant_id)
    day = day_of(house.ctx.clock(), "Tokyo")
    date = {"year": day.year, "month": f"{day.month:02d}", "day": day.day}
    for params in ({}, date):
        told = archives(room, **params)
        assert [message["text"] for message in told] == [
            "ann has joined the conversation",
            "bob has joined the conversation",
            "おはよう & <good morning>",
        ]
        for message in told:
            assert_fits(message, SPEECH, form)
            assert message["timestamp"].endswith("+09:00")
        assert [message["text"] for message in archives(room, user_messages_only="true", **params)] == [
            "おはよう & <good morning>"
        ]
    assert archives(room, year=2001, month=1, day=1) == []
    assert len(archives(room, counter=1)) == 2


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ({"year": "2008"}, 124),
        ({"month": "1", "day": "1"}, 124),
        ({"year": "2008", "month": "13", "day": "1"}, 998),
        ({"year": "2008", "month": "2", "day": "30"}, 998),
        ({"year": "2008", "month": "2", "day": "0"}, 998),
        ({"year": "0", "month": "1", "day": "1"}, 998),
        ({"year": "99999", "month": "1", "day": "1"}, 998),
        ({"year": "二〇〇八", "month": "1", "day": "1"}, 998),
        ({"year": "-1", "month": "1", "day": "1"}, 998),
        ({"year": "2008.5", "month": "1", "day": "1"}, 998),
        ({"year": "9" * 5000, "month": "1", "day": "1"}, 998),
    ],
    ids=str,
)
def test_dates_that_cannot_be_are_refused(
    house: House, room: str, form: str, date: dict[str, str], code: int
) -> None:
    speaker = Speaker(house.client, form)
    assert speaker.code("room/get_archives", api_key=house.api_key, id=room, **date) == code


def test_empty_parts_of_a_date_are_none(house: House, room: str, archives: Get) -> None:
    house.enter(room, "ann").say("hello")
    assert len(archives(room, year="", month="", day="")) == 2


def test_the_archive_of_a_room_with_a_password(house: House, archives: Get, form: str) -> None:
    room = house.room(password="秘密")
    house.enter(room, "ann", password="秘密").say("hush")
    speaker = Speaker(house.client, form)
    for params, code in (({}, 117), ({"password": "x"}, 116)):
        assert speaker.code("room/get_archives", api_key=house.api_key, id=room, **params) == code
    assert archives(room, password="秘密")[-1]["text"] == "hush"


def test_a_long_day_is_told_whole(house: House, archives: Get) -> None:
    room = room_with(house.ctx, house.ctx.new_id())
    said(house.ctx, room, *((at("2008-03-02 12:00"), f"お茶 {number}") for number in range(5200)))
    told = archives(room, year=2008, month=3, day=2)
    assert [message["text"] for message in told] == [f"お茶 {number}" for number in range(5000)]
    rest = archives(room, year=2008, month=3, day=2, counter=told[-1]["id"])
    assert [message["text"] for message in rest] == [f"お茶 {number}" for number in range(5000, 5200)]


def test_archives_are_told_once_a_minute(strict: House, form: str) -> None:
    speaker = Speaker(strict.client, form)
    for room in (strict.room(), strict.room()):
        ask = {"api_key": strict.api_key, "id": room}
        assert speaker.code("room/get_archives", year="2008", **ask) == 124
        speaker.ok("room/get_archives", **ask)
        answer = speaker.send("room/get_archives", **ask)
        assert 0 < int(answer.headers["retry-after"]) <= 60


def test_what_is_said_is_found_soon_and_by_whom_it_may_be(house: House, search: Get, form: str) -> None:
    word = house.ctx.new_id()
    shown, hidden = house.room(timezone="Tokyo"), house.room(listed=False)
    closed = house.room(password="秘密")
    for room, params in ((shown, {}), (hidden, {}), (closed, {"password": "秘密"})):
        ann = house.enter(room, "ann", **params)
        ann.say(f"緑茶 {word} はいかが？")
        ann.say(f"private {word}", occupant_id=ann.occupant_id)
    found = search(f"{word},緑茶", 1)
    shape = SPEECH | {"room_id": ROOM["id"], "score": ROOM["id"] if form == "xml" else float}
    assert_fits(found[0], shape, form)
    assert (found[0]["room_id"], found[0]["text"]) == (shown, f"緑茶 {word} はいかが？")
    assert found[0]["timestamp"].endswith("+09:00")
    assert 0 < float(found[0]["score"]) <= 1
    assert [one["room_id"] for one in search(word, 1, id=hidden)] == [hidden]
    assert [one["room_id"] for one in search(word.upper(), 1, id=closed, password="秘密")] == [closed]
    assert search("はい か", 0) == search(f"{word} nothing", 0) == []
    # The path by which a client of the time calls it.
    again = search(word, 1, path="room/search_archives", count=10)
    assert [one["id"] for one in again] == [found[0]["id"]]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, 124),
        ({"q": ""}, 998),
        ({"q": " ,。"}, 998),
        ({"q": "x" * 201}, 998),
        ({"q": "x", "count": "0"}, 998),
        ({"q": "x", "count": "many"}, 998),
        ({"q": "x", "id": "no such/room"}, 108),
        ({"q": "x", "id": "あ"}, 108),
    ],
    ids=str,
)
def test_searches_that_cannot_be_are_refused(
    house: House, form: str, params: dict[str, str], code: int
) -> None:
    speaker = Speaker(house.client, form)
    for path in ("explore/search_archives", "room/search_archives"):
        assert speaker.code(path, api_key=house.api_key, **params) == code


def test_a_deleted_room_is_found_no_more(house: House, search: Get) -> None:
    account, word = house.user(), house.ctx.new_id()
    room = house.room(owner_id=account.user_id)
    house.enter(room, "ann").say(f"{word} もうすぐ")
    search(word, 1)
    house.client.ok("room/delete", session=house.session(account), id=room)
    assert search(word, 0) == search("もう", 0) == []


def test_a_room_that_moves_is_found_under_its_new_id(house: House, search: Get) -> None:
    account, word, moved = house.user(), house.ctx.new_id(), house.ctx.new_id()
    room = house.room(owner_id=account.user_id)
    house.enter(room, "ann").say(f"{word} before")
    search(word, 1)
    house.client.ok("room/change_settings", session=house.session(account), id=room, new_id=moved)
    house.enter(moved, "bob").say(f"{word} after")
    assert {one["room_id"] for one in search(word, 2)} == {moved}
    assert len(search(word, 2, id=moved)) == 2
