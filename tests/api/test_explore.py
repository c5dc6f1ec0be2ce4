"""Finding rooms through the API, in every form."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from support.forms import Speaker
from support.house import House, opened
from support.shapes import ROOM, TAG, assert_fits

ROUND_SECONDS = 15
ROOMS = ("get_hot_rooms", "get_new_rooms", "search", "search_tags")
TAGS = ("get_hot_tags", "get_all_tags")

Explore = Callable[..., Any]


@pytest.fixture
def explore(house: House, speaker: Speaker) -> Explore:
    """Calls a method, and returns the rooms or tags that it tells."""

    def explore(method: str, **params: object) -> Any:
        told = speaker.ok(f"explore/{method}", api_key=house.api_key, **params)
        assert list(told) == ["status", "tags" if method in TAGS else "rooms"]
        return told["tags" if method in TAGS else "rooms"]

    return explore


@pytest.fixture
def word(house: House) -> str:
    """A word that no other room has."""
    return f"夜{house.ctx.new_id()}"


def ids(rooms: list[dict[str, Any]]) -> list[str]:
    return [room["id"] for room in rooms]


def soon(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ROUND_SECONDS
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_rooms_are_told_in_full(house: House, explore: Explore, word: str, form: str) -> None:
    room = house.room(name=word, tags=f'{word} "Late Night"', description="お茶 & <雑談>", password="x")
    for found in (
        explore("search", q=word),
        explore("search_tags", q=word),
        explore("get_new_rooms", count=1),
    ):
        assert ids(found) == [room]
        assert_fits(found, [{**ROOM, "tags": [TAG, TAG]}], form)
        assert found[0]["requires_password"] in (True, "true")


def test_tags_are_told_with_their_rank(house: House, explore: Explore, word: str, form: str) -> None:
    for _ in range(3):
        house.room(tags=f'"{word} X"')
    found = explore("get_all_tags", count=100)
    assert_fits(found[:1], [TAG | {"rank": int}], form)
    assert [int(tag["rank"]) for tag in found] == list(range(1, len(found) + 1))
    mine = next(tag for tag in found if tag["display_name"] == f"{word} X")
    assert mine["name"] == f"{word}x".lower()


def test_a_room_becomes_hot_when_people_talk_in_it(house: House, explore: Explore, word: str) -> None:
    room, quiet = house.room(name=word, tags=word), house.room(name=word, tags=f"{word}quiet")
    hidden = house.room(name=word, tags=f"{word}hidden", listed=False)
    people = [house.enter(room, f"person {number}") for number in range(4)]
    house.enter(hidden, "ann")
    for person in people:
        person.say("hello")
    soon(lambda: room in ids(explore("get_hot_rooms", count=100)))
    hot = explore("get_hot_rooms", count=100)
    assert not {quiet, hidden} & set(ids(hot))
    assert word.lower() in [tag["name"] for tag in explore("get_hot_tags", count=100)]
    assert ids(explore("search", q=word)) == [room, quiet]


def test_what_is_made_changed_by_hand_and_hidden_is_found_or_not(
    house: House, explore: Explore, word: str
) -> None:
    session = house.session(house.user())
    ask = {"session": session, "name": f"{word} club", "tags": "a", "listed_in_directory": "true"}
    room = house.client.ok("room/create", **ask)["room"]["id"]
    house.client.ok("room/create", **{**ask, "listed_in_directory": "false"})
    assert ids(explore("search", q=word)) == ids(explore("search", q=f"club,{word}")) == [room]
    assert explore("search", q=f"{word} pub") == []


@pytest.mark.parametrize("method", ROOMS + TAGS)
def test_how_many_are_told(house: House, explore: Explore, speaker: Speaker, method: str) -> None:
    tag = "many"
    if len(explore("search_tags", q=tag, count=100)) < 100:
        for number in range(105):
            house.room(name="many", tags=f"many many{number}")
    q = {"q": tag} if method.startswith("search") else {}
    filled = method not in ("get_hot_rooms", "get_hot_tags")
    for count, most in (
        (None, 10),
        ("", 10),
        ("3", 3),
        (" 7 ", 7),
        ("100", 100),
        ("101", 100),
        ("9" * 15, 100),
    ):
        given = {} if count is None else {"count": count}
        told = len(explore(method, **q, **given))
        assert told == most if filled else told <= most
    for bad in ("0", "-1", "x", "1.5", "１０", "9" * 16, "null"):
        assert speaker.code(f"explore/{method}", api_key=house.api_key, count=bad, **q) == 998


@pytest.mark.parametrize("method", ["search", "search_tags"])
def test_bad_searches_are_refused(house: House, speaker: Speaker, method: str) -> None:
    path = f"explore/{method}"
    assert speaker.code(path, api_key=house.api_key) == 124
    for bad in (
        "",
        " ",
        ",,、",
        '""',
        "\x00\x1f",
        "x" * 201,
        "あ" * 10_000,
        ",".join("abcdefghijklmnopqrstu"),
    ):
        assert speaker.code(path, api_key=house.api_key, q=bad) == 998, bad
    for odd in ("*", "%", "[", "\\", "'; --", "🎷", "x" * 200, "\ufdfa" * 200, "{directory}"):
        speaker.ok(path, api_key=house.api_key, q=odd)


def test_the_address_of_a_tag_leads_to_its_rooms(house: House, word: str) -> None:
    tags = f'"A/B {word}" "{word}//x" "{word}?#%" ..{word} /{word} {word}/ /'
    listed = house.room(name=f"<b>{word}", tags=tags)
    house.room(name=f"hidden {word}", tags=f'"A/B {word}"', listed=False)
    room = house.info(listed)["room"]
    assert len(room["tags"]) == 7
    for tag in room["tags"]:
        page = house.client.request("GET", urlsplit(tag["url"]).path)
        assert page.status == 200
        assert f'href="../room/{listed}"'.encode() in page.body
        assert f"&lt;b&gt;{word}".encode() in page.body
        assert b"hidden" not in page.body
        assert "content-security-policy" in page.headers
    nothing = house.client.request("GET", f"/tag/none-{house.ctx.new_id()}")
    assert (nothing.status, b"No listed room" in nothing.body) == (200, True)


def test_the_front_page_has_the_newest_rooms_and_finds_others(house: House, word: str) -> None:
    room = house.room(name=f"{word} & co")
    assert f"{word} &amp; co".encode() in house.client.request("GET", "/").body
    found = house.client.request("GET", f"/search?q={quote(word)}")
    assert f'href="./room/{room}"'.encode() in found.body
    for bad in ("/search", "/search?q=", "/search?q=%20", f"/search?q={'x' * 201}"):
        assert house.client.request("GET", bad).status == 400


def test_an_address_searches_the_pages_so_often_and_is_told_when_again() -> None:
    with opened(LINGR_LIMIT_PAGES="3/minute") as house:
        paths = ("/search?q=", "/search?q=jazz", "/tag/jazz", "/search?q=blues")
        assert [house.client.request("GET", path).status for path in paths] == [400, 200, 200, 200]
        for path in ("/search?q=more", "/tag/jazz"):
            refused = house.client.request("GET", path)
            assert (refused.status, b"Too many searches" in refused.body) == (429, True)
            assert 0 < int(refused.headers["retry-after"]) <= 60
        assert house.client.request("GET", "/").status == 200


@pytest.mark.parametrize("method", ROOMS + TAGS)
def test_each_call_is_answered_once_a_minute(strict: House, form: str, method: str) -> None:
    speaker = Speaker(strict.client, form)
    path = f"explore/{method}"
    q = {"q": f"limit{form}"} if method.startswith("search") else {}
    count = {"xml": 11, "json": 12, "jsonp": 13}[form]
    assert speaker.code(path, api_key=strict.api_key, count="x", **q) == 998
    speaker.ok(path, api_key=strict.api_key, count=count, **q)
    refused = speaker.send(path, api_key=strict.api_key, count=count, **q)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert speaker.code(path, "GET", api_key=strict.api_key, count=count, **q) == 112
    speaker.ok(path, api_key=strict.api_key, count=count + 10, **q)


def test_every_limit_says_when_to_try_again_and_other_refusals_do_not(strict: House) -> None:
    room, key = strict.room(password="x"), strict.api_key
    ann = strict.enter(strict.room(), "ann")
    seat = {"session": ann.session, "ticket": ann.ticket}
    tries = [
        ("room/get_info", {"api_key": key, "id": strict.room()}),
        ("room/get_messages", {**seat, "counter": "0"}),
        ("room/say", {**seat, "message": "x"}),
        ("room/enter", {"session": strict.session(), "id": strict.room(), "idempotent": "1"}),
        ("room/enter", {"session": strict.session(), "id": room, "password": "y"}),
        ("auth/login", {"session": strict.session(), "email": strict.user().email, "password": "y"}),
    ]
    for path, ask in tries:
        for _ in range(200):
            answer = strict.client.post(path, **ask)
            if answer.code == 112:
                break
            assert "retry-after" not in answer.headers
        assert answer.code == 112, path
        assert 0 < int(answer.headers["retry-after"]) <= 60, path
