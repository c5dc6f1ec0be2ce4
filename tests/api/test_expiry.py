"""Silence: tickets that nobody polls and sessions that nobody uses, on a server that waits seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.client import Visitor
from support.house import House

TICKET_SECONDS = 3
SESSION_SECONDS = 4


def roster(house: House, room: str) -> list[str]:
    return [occupant["id"] for occupant in house.info(room)["occupants"]]


def types(house: House, room: str) -> list[str]:
    return [message["type"] for message in house.info(room, counter=1)["messages"]]


def until(condition: Callable[[], bool], seconds: float = 15) -> float:
    """How long it took until the condition held."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds
        time.sleep(0.05)
    return time.monotonic() - started


def keep_doing(call: Callable[[], Any], seconds: float) -> list[Any]:
    end = time.monotonic() + seconds
    answers = []
    while time.monotonic() < end:
        answers.append(call())
        time.sleep(0.1)
    return answers


@pytest.fixture(scope="module")
def outlived(hasty: House) -> dict[str, Any]:
    """Several visitors, each with a manner of its own, watched for longer than tickets and sessions live."""
    watched: dict[str, Any] = {}
    manners: dict[str, Callable[[Visitor], Any]] = {
        "observes": lambda visitor: visitor.observe(),
        "gets messages": lambda visitor: visitor.call("get_messages", counter=visitor.counter),
        "verifies": lambda visitor: hasty.client.post("session/verify", session=visitor.session).json,
        "talks": lambda visitor: visitor.call("say", message="still here"),
        "is silent": lambda visitor: None,
    }
    for manner in manners:
        room = hasty.room()
        watched[manner] = (room, hasty.enter(room, "ann"))
    with ThreadPoolExecutor(len(manners)) as threads:
        answers = {
            manner: threads.submit(keep_doing, lambda act=act, who=watched[manner][1]: act(who), 6.5)
            for manner, act in manners.items()
        }
    return {manner: (*watched[manner], answers[manner].result()) for manner in manners}


@pytest.mark.parametrize("manner", ["observes", "gets messages"])
def test_polling_keeps_ticket_and_session_alive(hasty: House, outlived: dict[str, Any], manner: str) -> None:
    room, _, answers = outlived[manner]
    assert all(answer["status"] == "ok" for answer in answers)
    assert types(hasty, room) == ["system:enter"]
    assert len(answers) > 3


def test_verifying_keeps_the_session_alive_and_not_the_ticket(hasty: House, outlived: dict[str, Any]) -> None:
    room, visitor, answers = outlived["verifies"]
    assert {answer["status"] for answer in answers} == {"ok"}
    assert types(hasty, room) == ["system:enter", "system:leave"]
    assert visitor.call("observe", counter=0)["error"]["code"] in (102, 109)


def test_talking_does_not_keep_the_ticket_alive(hasty: House, outlived: dict[str, Any]) -> None:
    room, _, answers = outlived["talks"]
    codes = [answer["error"]["code"] for answer in answers if answer["status"] == "fail"]
    assert codes
    assert set(codes) == {109}
    assert types(hasty, room)[-1] == "system:leave"
    assert types(hasty, room).count("system:leave") == 1


def test_silence_ends_the_ticket_with_one_leave_and_then_the_session(
    hasty: House, outlived: dict[str, Any]
) -> None:
    room, visitor, _ = outlived["is silent"]
    assert roster(hasty, room) == []
    assert types(hasty, room) == ["system:enter", "system:leave"]
    left = hasty.info(room, counter=-1)["messages"][0]
    assert (left["text"], left["occupant_id"]) == ("ann has left the conversation", visitor.occupant_id)
    assert hasty.client.post("session/verify", session=visitor.session).code == 102
    for method in ("observe", "say", "exit", "get_messages", "set_nickname"):
        refused = visitor.call(method, counter="0", message="x", nickname="x")
        assert refused["error"]["code"] == 102


def test_others_are_told_of_the_one_who_fell_silent(hasty: House) -> None:
    room = hasty.room()
    silent = hasty.enter(room, "silent")
    ann = hasty.enter(room, "ann")
    started = time.monotonic()
    while not (told := ann.observe()).get("messages"):
        assert time.monotonic() - started < 15
    assert [message["type"] for message in told["messages"]] == ["system:leave"]
    assert told["messages"][0]["occupant_id"] == silent.occupant_id
    assert [occupant["id"] for occupant in told["occupants"]] == [ann.occupant_id]
    assert time.monotonic() - started > TICKET_SECONDS - 1


def test_a_silent_observer_leaves_without_a_word(hasty: House) -> None:
    room = hasty.room()
    hasty.enter(room)
    until(lambda: roster(hasty, room) == [])
    assert hasty.info(room, counter=0)["messages"] == []


def test_after_its_ticket_expired_a_session_enters_anew(hasty: House) -> None:
    room = hasty.room()
    ann = hasty.enter(room, "ann", idempotent="true")
    while roster(hasty, room):
        hasty.client.ok("session/verify", session=ann.session)
        time.sleep(0.1)
    back = hasty.enter_as(ann.session, room, "ann", idempotent="true")
    assert back.ticket != ann.ticket
    assert types(hasty, room) == ["system:enter", "system:leave", "system:enter"]


def test_an_unused_session_dies(hasty: House) -> None:
    session = hasty.session()
    assert hasty.client.post("session/verify", session=session).code is None
    time.sleep(SESSION_SECONDS + 0.5)
    assert hasty.client.post("session/verify", session=session).code == 102
