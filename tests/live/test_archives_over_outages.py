"""What is said is found and kept as it should be, whatever is killed meanwhile."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time

import pytest

from support.archive import room_with
from support.house import House
from support.served import kill
from support.wire import soon

pytestmark = pytest.mark.live

PATIENCE_SECONDS = 40


def answers(house: House) -> bool:
    try:
        return house.client.get("session/verify").code == 102
    except (OSError, http.client.HTTPException):
        return False


def found(house: House, q: str, **params: object) -> list[str]:
    answer = house.client.get("explore/search_archives", api_key=house.api_key, q=q, count=100, **params)
    return sorted(message["text"] for message in answer.json.get("messages", ()))


def wait_for(house: House, q: str, texts: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (told := found(house, q)) != sorted(texts):
        assert time.monotonic() < deadline, told
        time.sleep(0.2)


def test_what_is_said_while_workers_are_killed_is_found_once(house: House) -> None:
    word, room = house.ctx.new_id(), house.room()
    said = []
    for turn in range(4):
        ann = house.enter(room, f"ann{turn}")
        for number in range(10):
            said.append(f"{word} {turn} {number} お茶")
            ann.say(said[-1])
        for pid in house.served.web_workers()[: 1 + turn % 2]:
            kill(pid)
        soon(lambda: answers(house))
    wait_for(house, word, said)
    wait_for(house, f"{word},お茶", said)


def test_what_was_said_before_the_engine_was_killed_is_found_after_it(house: House) -> None:
    word, room = house.ctx.new_id(), house.room()
    ann = house.enter(room, "ann")
    said = [f"{word} {number}" for number in range(30)]
    for text in said:
        ann.say(text)
    kill(house.served.engine())
    soon(lambda: answers(house))
    wait_for(house, word, said)


def test_a_room_keeps_as_much_as_an_operator_wants(house: House) -> None:
    room = room_with(house.ctx, house.ctx.new_id(), *(f"number {number}" for number in range(30)))

    def lingr(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lingr", "room", "retention", *arguments],
            env=house.served.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    for wrong in (("--events", "0"), ("--days", "-1"), ("--events", "many"), ("--events", "9" * 9)):
        assert lingr(room, *wrong).returncode != 0
    assert "invalid room" in lingr("nowhere", "--days", "3").stderr
    assert lingr(room, "--events", "5").stdout == f"{room} keeps at most 5 events, as long as all rooms\n"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(house.info(room, counter=1)["messages"]) != 5:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    told = house.client.ok("room/get_archives", api_key=house.api_key, id=room)["messages"]
    assert [message["text"] for message in told] == [f"number {number}" for number in range(25, 30)]
    assert lingr(room, "--days", "0", "--json").stdout == f'{{"room_id":"{room}","events":null,"days":0}}\n'
