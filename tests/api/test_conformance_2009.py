"""Every method of 2009 in every way it is called: it answers, and it refuses with each error of its row."""

from __future__ import annotations

import re
from itertools import cycle

import pytest

from lingr.api.method import Method
from lingr.api.v2 import METHODS
from lingr.cli.editions import SECOND
from lingr.errors import ErrorRow
from support.house import House
from support.later import PROVOCATIONS, Scene, provocation
from support.member import CALLBACK, WAYS, call, ok, read, refusal

ROWS = list(METHODS.values())
PAIRS = [(row, error) for row in ROWS for error in SECOND.errors(row)]
LIMITED = "rate_limited"
"""What only a server with limits refuses with."""

CASES = [
    (row, error, way, callback)
    for row, error in PAIRS
    for way, callback in zip(WAYS, cycle([None, CALLBACK]), strict=False)
    if (error.name, way) != ("invalid_encoding", "json") and (error.name != LIMITED or way == "form")
]


def name_of(value: object) -> str:
    return value.path if isinstance(value, Method) else str(getattr(value, "name", value))


def test_every_error_of_every_later_method_can_be_provoked() -> None:
    left = [f"{row.path} {error.name}" for row, error in PAIRS if provocation(row, error.name) is None]
    assert left == []


def test_every_later_provocation_is_of_use() -> None:
    used = {f"{row.path} {error.name}" for row, error in PAIRS} | {error.name for _, error in PAIRS}
    assert PROVOCATIONS.keys() - used == set()


@pytest.mark.parametrize("row", ROWS, ids=name_of)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("callback", [None, CALLBACK])
def test_a_later_method_answers(house: House, row: Method, way: str, callback: str | None) -> None:
    ask = Scene(house, row).ask()
    assert ask.send(house.client, row.path, way, callback)["status"] == "ok"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_a_later_method_answers_with_a_slash_at_the_end(house: House, row: Method) -> None:
    assert Scene(house, row).ask().send(house.client, f"{row.path}/")["status"] == "ok"


@pytest.mark.parametrize(("row", "error", "way", "callback"), CASES, ids=name_of)
def test_a_later_method_refuses(
    house: House, strict: House, row: Method, error: ErrorRow, way: str, callback: str | None
) -> None:
    where = strict if error.name == LIMITED else house
    provoke = provocation(row, error.name)
    assert provoke is not None
    ask = provoke(Scene(where, row))
    manner = {} if callback is None else {"callback": callback}
    for _ in range(ask.times):
        answer = call(where.client, row.path, way, ask.verb, **ask.params, **manner)
        told = read(answer, callback)
        if told.get("code") == error.v2:
            break
    assert refusal(told) == error.v2
    assert re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(error.text)), told["detail"])
    assert ("retry-after" in answer.headers) == (error.name == LIMITED)


def test_a_bad_callback_is_refused_without_a_call(house: House) -> None:
    answer = call(house.client, "session/verify", session="0" * 22, callback="alert(1)")
    assert refusal(read(answer)) == "invalid_parameter"


def test_a_format_is_nobodys_business(house: House) -> None:
    scene = Scene(house, METHODS["user/get_rooms"])
    assert scene.ask(format="xml").send(house.client, "user/get_rooms") == {"status": "ok", "rooms": []}


@pytest.mark.parametrize("callback", [None, CALLBACK])
def test_a_poll_for_which_nothing_comes_has_both_keys(house: House, callback: str | None) -> None:
    scene = Scene(house, METHODS["event/observe"])
    counter = ok(house.client, "room/subscribe", session=scene.session, room=scene.room)["counter"]
    # One's own coming is told, too.
    came = scene.ask(counter=counter).send(house.client, "event/observe")
    told = scene.ask(counter=came["counter"]).send(house.client, "event/observe", "query", callback)
    assert told == {"status": "ok", "counter": came["counter"], "events": []}
