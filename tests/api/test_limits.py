"""Limits, on a server that has them all: calls per minute, backlogs, and occupants in answers."""

from __future__ import annotations

import pytest

from support.forms import Speaker
from support.house import House


def test_get_info_is_answered_once_a_minute_for_each_room(strict: House, form: str) -> None:
    speaker = Speaker(strict.client, form)
    rooms = [strict.room(), strict.room()]
    for room in rooms:
        speaker.ok("room/get_info", api_key=strict.api_key, id=room)
    for room in rooms:
        assert speaker.code("room/get_info", api_key=strict.api_key, id=room) == 112


def test_a_session_is_limited_as_its_api_key_is(strict: House) -> None:
    room, session = strict.room(), strict.session()
    strict.client.ok("room/get_info", session=session, id=room)
    for credentials in ({"session": session}, {"session": strict.session()}, {"api_key": strict.api_key}):
        assert strict.client.post("room/get_info", id=room, **credentials).code == 112


def test_get_messages_is_answered_at_once_and_then_once_a_minute_for_each_ticket(
    strict: House, form: str
) -> None:
    speaker = Speaker(strict.client, form)
    room = strict.room()
    for nickname in ("ann", "bob"):
        visitor = strict.enter(room, nickname)
        ask = {"session": visitor.session, "ticket": visitor.ticket, "counter": "-50"}
        assert speaker.ok("room/get_messages", **ask)["messages"]
        assert speaker.code("room/get_messages", **ask) == 112


def test_observe_and_the_methods_of_sessions_are_not_limited(strict: House) -> None:
    ann = strict.enter(strict.room(), "ann")
    for number in range(10):
        ann.say(str(number))
        assert [message["text"] for message in ann.observe()["messages"]] == [str(number)]
        strict.client.ok("session/verify", session=ann.session)


def test_entering_all_the_time_is_limited_for_each_session(strict: House) -> None:
    session, room = strict.session(), strict.room()
    enter = {"session": session, "id": room, "idempotent": "true"}
    codes = [strict.client.post("room/enter", **enter).code for _ in range(61)]
    assert codes == [None] * 60 + [112]
    assert strict.enter(room, "ann").counter == 1


def test_talking_all_the_time_is_limited_for_each_ticket(strict: House) -> None:
    ann, bob = (strict.enter(room, name) for room in [strict.room()] for name in ("ann", "bob"))
    codes = [ann.call("say", message=str(number)).get("error", {}).get("code") for number in range(121)]
    assert codes == [None] * 120 + [112]
    bob.say("hello")


def test_guessing_passwords_is_limited_for_each_account(strict: House, form: str) -> None:
    account = strict.user()
    speaker = Speaker(strict.client, form)
    guess = {"session": strict.session(), "email": account.email, "password": "wrong"}
    assert [speaker.code("auth/login", **guess) for _ in range(11)] == [105] * 10 + [112]
    assert speaker.code("auth/login", **{**guess, "password": account.password}) == 112
    strict.session(strict.user())


def test_a_call_that_is_refused_for_its_ticket_is_not_counted(strict: House) -> None:
    ann = strict.enter(strict.room(), "ann")
    stranger = strict.session()
    ask = {"ticket": ann.ticket, "counter": "0"}
    assert strict.client.post("room/get_messages", session=stranger, **ask).code == 109
    assert strict.client.post("room/get_messages", session=ann.session, **ask).code is None


@pytest.fixture
def far_behind(strict: House) -> str:
    """A room with 70 events, where 60 is as far as one may fall behind."""
    room = strict.room()
    ann = strict.enter(room, "ann")
    for number in range(2, 71):
        ann.say(f"message {number}")
    return room


@pytest.mark.parametrize("method", ["observe", "get_messages"])
def test_who_is_too_far_behind_is_moved_on_to_the_newest_fifty(
    strict: House, far_behind: str, method: str
) -> None:
    for counter, first, last in ((0, 21, 70), (9, 21, 70), (10, 11, 60)):
        told = strict.enter(far_behind).call(method, counter=counter)
        assert [message["id"] for message in told["messages"]] == list(range(first, last + 1))
        assert told["counter"] == last


def test_answers_to_polls_leave_the_occupants_out_where_there_are_too_many(strict: House) -> None:
    room = strict.room()
    visitors = [strict.enter(room, f"visitor {number}") for number in range(3)]
    assert len(visitors[0].observe()["occupants"]) == 3
    fourth = strict.client.ok("room/enter", session=strict.session(), id=room, nickname="fourth")
    assert [occupant["nickname"] for occupant in fourth["occupants"]] == ["fourth"]
    assert fourth["room"]["chatter_count"] == 4
    told = visitors[0].observe()
    assert "occupants" not in told
    assert [message["text"] for message in told["messages"]] == ["fourth has joined the conversation"]


def test_in_a_large_room_those_with_a_nickname_are_listed_to_who_asks(strict: House) -> None:
    room = strict.room()
    for nickname in ("ann", None, "bob", None):
        strict.enter(room, nickname)
    told = strict.info(room)
    assert [occupant["nickname"] for occupant in told["occupants"]] == ["ann", "bob"]
    assert (told["room"]["chatter_count"], told["room"]["observer_count"]) == (2, 2)
    quiet = strict.client.ok("room/enter", session=strict.session(), id=room)
    assert [occupant.get("nickname") for occupant in quiet["occupants"]] == ["ann", "bob", None]
