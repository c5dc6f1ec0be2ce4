"""What every method answers when it succeeds, field by field, in every form."""

from __future__ import annotations

import re

import pytest

from support.forms import Speaker
from support.house import House
from support.shapes import CHATTER, ID, RENAMING, ROOM, SPEECH, USER, assert_fits, observer

OK = re.compile("ok")
STATUS = {"status": OK}


@pytest.fixture(params=["GET", "POST"])
def verb(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def test_session_create_answers_a_session(house: House, speaker: Speaker, form: str, verb: str) -> None:
    for kind in ({}, {"client_type": "human"}, {"client_type": "automaton"}):
        told = speaker.call("session/create", verb, api_key=house.api_key, **kind)
        assert_fits(told, STATUS | {"session": ID}, form)


def test_the_rest_of_sessions_and_log_ins_answer_status_alone(
    house: House, speaker: Speaker, form: str, verb: str
) -> None:
    account = house.user()
    who = {"session": house.session()}
    login = {"email": account.email, "password": account.password}
    for path, asked in (
        ("session/verify", {}),
        ("auth/login", login),
        ("auth/logout", {}),
        ("session/destroy", {}),
    ):
        assert_fits(speaker.call(path, verb, **who, **asked), STATUS, form)


def test_room_enter_answers_the_room_with_everybody_in_it(
    house: House, speaker: Speaker, form: str, verb: str
) -> None:
    room = house.room(tags='jazz "late night"', description="お茶")
    house.enter(room)
    house.enter(room, "ann")
    session = house.session(house.user(description="likes tea"))
    told = speaker.call("room/enter", verb, session=session, id=room, nickname="bob")
    shape = STATUS | {
        "occupant_id": ID,
        "ticket": re.compile(rf"a-r-{room}-{ID.pattern}"),
        "max_observe_time": int,
        "room": ROOM,
        "occupants": [observer(form), CHATTER, CHATTER | USER],
    }
    assert_fits(told, shape, form)
    assert [tag["name"] for tag in told["room"]["tags"]] == ["jazz", "latenight"]
    assert told["occupants"][2]["id"] == told["occupant_id"]
    assert told["occupants"][2]["description"] == "likes tea"
    assert speaker.number(told["max_observe_time"]) == 2
    assert speaker.number(told["room"]["chatter_count"]) == 2
    assert speaker.number(told["room"]["observer_count"]) == 1


def test_an_observer_who_is_logged_in_is_told_with_a_user_and_no_nickname(
    house: House, speaker: Speaker, form: str, room: str
) -> None:
    session = house.session(house.user())
    told = speaker.ok("room/enter", session=session, id=room)
    assert_fits(told["occupants"], [observer(form) | USER], form)


def test_empty_lists_are_there(house: House, speaker: Speaker, form: str, room: str, verb: str) -> None:
    told = speaker.call("room/get_info", verb, api_key=house.api_key, id=room, counter="-5")
    assert_fits(told, STATUS | {"room": ROOM, "messages": [], "occupants": []}, form)
    assert told["room"]["tags"] == told["messages"] == told["occupants"] == []


def test_room_get_info_tells_messages_only_when_asked(
    house: House, speaker: Speaker, form: str, room: str, verb: str
) -> None:
    house.enter(room, "ann").say("hello")
    shape = STATUS | {"room": ROOM, "occupants": [CHATTER]}
    ask = {"api_key": house.api_key, "id": room}
    assert_fits(speaker.call("room/get_info", verb, **ask), shape, form)
    with_messages = shape | {"messages": [SPEECH, SPEECH]}
    assert_fits(speaker.call("room/get_info", verb, counter="1", **ask), with_messages, form)


def test_room_say_answers_the_message_and_its_counter(
    house: House, speaker: Speaker, form: str, room: str, verb: str
) -> None:
    visitor = house.enter_as(house.session(house.user(), client_type="human"), room, "ann")
    told = speaker.call("room/say", verb, session=visitor.session, ticket=visitor.ticket, message="お茶 ☕")
    assert_fits(told, STATUS | {"message": SPEECH | USER, "counter": int}, form)
    assert told["message"]["id"] == told["counter"]
    assert told["message"]["text"] == "お茶 ☕"
    assert told["message"]["type"] == "user"
    assert told["message"]["client_type"] == "human"
    assert told["message"]["occupant_id"] == visitor.occupant_id


@pytest.mark.parametrize("path", ["room/observe", "room/get_messages"])
def test_news_are_the_counter_the_messages_and_the_occupants(
    house: House, speaker: Speaker, form: str, room: str, verb: str, path: str
) -> None:
    ann = house.enter(room, "ann")
    house.enter(room)
    ann.say("hello")
    ann.call("set_nickname", nickname="anne")
    told = speaker.call(path, verb, session=ann.session, ticket=ann.ticket, counter=0)
    shape = STATUS | {
        "counter": int,
        "messages": [SPEECH, SPEECH, RENAMING],
        "occupants": [CHATTER, observer(form)],
    }
    assert_fits(told, shape, form)
    assert [message["type"] for message in told["messages"]] == [
        "system:enter",
        "user",
        "system:nickname_change",
    ]
    assert [message["text"] for message in told["messages"]] == [
        "ann has joined the conversation",
        "hello",
        "ann is now known as anne",
    ]
    assert told["messages"][2]["nickname"] == "ann"
    assert told["messages"][2]["new_nickname"] == "anne"
    assert speaker.number(told["counter"]) == speaker.number(told["messages"][2]["id"]) == 3


def test_room_get_messages_tells_a_counter_also_when_there_is_nothing(
    house: House, speaker: Speaker, form: str, room: str
) -> None:
    ann = house.enter(room, "ann")
    told = speaker.call("room/get_messages", session=ann.session, ticket=ann.ticket, counter=ann.counter)
    assert_fits(told, STATUS | {"counter": int, "messages": [], "occupants": [CHATTER]}, form)
    assert speaker.number(told["counter"]) == ann.counter


def test_room_observe_that_runs_out_answers_status_alone(
    house: House, speaker: Speaker, form: str, room: str
) -> None:
    ann = house.enter(room, "ann")
    told = speaker.call("room/observe", "GET", session=ann.session, ticket=ann.ticket, counter=ann.counter)
    assert_fits(told, STATUS, form)


def test_set_nickname_and_exit_answer_status_alone(
    house: House, speaker: Speaker, form: str, room: str, verb: str
) -> None:
    ann = house.enter(room)
    who = {"session": ann.session, "ticket": ann.ticket}
    assert_fits(speaker.call("room/set_nickname", verb, nickname="ann", **who), STATUS, form)
    assert_fits(speaker.call("room/exit", verb, **who), STATUS, form)


def test_room_create_answers_a_fresh_room(house: House, speaker: Speaker, form: str, verb: str) -> None:
    told = speaker.call("room/create", verb, session=house.session(house.user()), name="夜の部屋")
    assert_fits(told, STATUS | {"room": ROOM}, form)
    room = told["room"]
    assert ID.fullmatch(room["id"])
    assert room["name"] == "夜の部屋"
    assert room["description"] == ""
    assert room["tags"] == []
    assert room["timezone"] == "Pacific (US & Canada)"
    assert room["requires_password"] == ("false" if form == "xml" else False)
    for name in ("counter", "max_user_message_id", "chatter_count", "observer_count"):
        assert speaker.number(room[name]) == 0


def test_the_counter_of_room_enter_stands_inside_room_alone(house: House, room: str) -> None:
    # One XML client takes the first element of that name, wherever it is.
    body = Speaker(house.client, "xml").send("room/enter", session=house.session(), id=room).body
    assert body.count(b"<counter>") == 1
    assert body.index(b"<room>") < body.index(b"<counter>") < body.index(b"</room>")


def test_json_is_raw_utf_8_with_slashes_as_they_are(house: House, room: str) -> None:
    ann = house.enter(room, "アン")
    body = Speaker(house.client, "json").send(
        "room/say", session=ann.session, ticket=ann.ticket, message="</あ\u2028>\"'\\"
    )
    assert '"</あ\u2028>\\"\'\\\\"'.encode() in body.body
    assert b"\\u" not in body.body
    assert b"\\/" not in body.body


def test_times_are_told_in_the_zone_of_the_room(house: House) -> None:
    for zone, offset in (("Tokyo", "+09:00"), ("UTC", "+00:00"), ("Nuku'alofa", "+13:00")):
        told = house.enter(house.room(timezone=zone), "ann").say("hello")["timestamp"]
        assert told.endswith(offset) or (offset == "+00:00" and told.endswith("Z")), told
