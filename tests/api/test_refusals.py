"""What is refused, value by value, and which of several errors comes first."""

from __future__ import annotations

import pytest

from lingr.api.method import Method, Needs
from lingr.api.v1 import METHODS
from lingr.errors import TABLE
from support.client import Visitor
from support.forms import Speaker, read, refusal
from support.house import House
from support.scenes import Scene, sound

ROWS = list(METHODS.values())
KEY_ROWS = [row for row in ROWS if row.needs in (Needs.API_KEY, Needs.KEY_OR_SESSION)]
EITHER_ROWS = [row for row in ROWS if row.needs is Needs.KEY_OR_SESSION]
SESSION_ROWS = [row for row in ROWS if row.needs is not Needs.NOTHING and row not in KEY_ROWS]
LOGIN_ROWS = [row for row in ROWS if row.needs in (Needs.LOGIN, Needs.USER_TICKET)]
TICKET_ROWS = [row for row in ROWS if row.needs is Needs.TICKET]
REQUIRED = [
    (row, param.name, TABLE[param.absent].v1) for row in ROWS for param in row.params if param.required
]
DEAD = "0123456789a"
BAD_SESSIONS = ["", DEAD, "x", "*", "0123456789a\n", "a" * 5000, "あ"]


def named(row: Method) -> str:
    return row.name


@pytest.fixture(scope="module")
def visitor(house: House) -> Visitor:
    return house.enter_as(house.session(house.user()), house.room(), "ann")


@pytest.mark.parametrize("row", KEY_ROWS, ids=named)
def test_a_bad_api_key_is_refused(speaker: Speaker, row: Method) -> None:
    assert speaker.code(row.path, **sound(row)) == 101
    for bad in ("", "x", "0" * 32, "F" * 32, "*", "あ"):
        assert speaker.code(row.path, api_key=bad, **sound(row)) == 101


@pytest.mark.parametrize("row", EITHER_ROWS, ids=named)
def test_a_live_session_stands_for_its_api_key(house: House, speaker: Speaker, row: Method) -> None:
    ask = Scene(house, row).ask
    session = house.session()
    for key in (None, ""):
        assert read(ask(api_key=key, session=session).send(speaker, row.path), speaker.form)["status"] == "ok"
    assert speaker.code(row.path, api_key="0" * 32, session=session, **sound(row)) == 101
    told = read(ask(session=DEAD).send(speaker, row.path), speaker.form)
    assert told["status"] == "ok"
    for bad in BAD_SESSIONS:
        assert speaker.code(row.path, session=bad, **sound(row)) == 101


def test_a_session_does_not_open_another_one(house: House, speaker: Speaker) -> None:
    assert speaker.code("session/create", session=house.session()) == 101


@pytest.mark.parametrize("row", SESSION_ROWS, ids=named)
def test_a_session_that_is_missing_or_dead_is_refused(
    house: House, speaker: Speaker, visitor: Visitor, row: Method
) -> None:
    assert speaker.code(row.path, ticket=visitor.ticket, **sound(row)) == 102
    for bad in BAD_SESSIONS:
        assert speaker.code(row.path, session=bad, ticket=visitor.ticket, **sound(row)) == 102
    ended = house.session()
    house.client.ok("session/destroy", session=ended)
    assert speaker.code(row.path, "GET", session=ended, ticket=visitor.ticket, **sound(row)) == 102


@pytest.mark.parametrize("row", TICKET_ROWS, ids=named)
def test_a_ticket_that_is_missing_foreign_or_given_back_is_refused(
    house: House, speaker: Speaker, visitor: Visitor, row: Method
) -> None:
    session = house.session()
    assert speaker.code(row.path, session=session, **sound(row)) == 109
    given_back = house.enter_as(session, house.room(), "bob")
    given_back.call("exit")
    room = house.room()
    bad = (
        visitor.ticket,
        given_back.ticket,
        f"a-r-{room}-{DEAD}",
        f"a-r-none-{DEAD}",
        f"a-r--{DEAD}",
        "x",
        "あ",
    )
    for ticket in bad:
        assert speaker.code(row.path, session=session, ticket=ticket, **sound(row)) == 109, ticket


@pytest.mark.parametrize(
    ("row", "name", "code"), REQUIRED, ids=lambda value: getattr(value, "name", str(value))
)
def test_a_missing_parameter_is_refused(
    house: House, speaker: Speaker, row: Method, name: str, code: int
) -> None:
    told = read(Scene(house, row).ask(**{name: None}).send(speaker, row.path), speaker.form)
    assert refusal(told) == code


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_format_is_checked_before_everything_else(house: House, row: Method) -> None:
    told = Speaker(house.client, "xml").call(row.path, format="yaml")
    assert told["error"] == {"message": "invalid response format", "code": "104"}


@pytest.mark.parametrize("row", SESSION_ROWS, ids=named)
def test_the_session_is_checked_before_log_in_ticket_and_parameters(speaker: Speaker, row: Method) -> None:
    assert speaker.code(row.path) == 102
    assert speaker.code(row.path, session=DEAD, ticket="x", message=" ", nickname=" ", counter="x") == 102


@pytest.mark.parametrize("row", LOGIN_ROWS, ids=named)
def test_the_log_in_is_checked_before_parameters(house: House, speaker: Speaker, row: Method) -> None:
    assert speaker.code(row.path, session=house.session()) == 106


@pytest.mark.parametrize("row", TICKET_ROWS, ids=named)
def test_the_ticket_is_checked_before_parameters(house: House, speaker: Speaker, row: Method) -> None:
    session = house.session()
    for wrong in ({}, {"message": " ", "nickname": " "}, {"message": "x" * 1001, "nickname": "x" * 65}):
        assert speaker.code(row.path, session=session, ticket="x", **wrong) == 109, wrong


def test_a_client_type_is_human_or_automaton(house: House, speaker: Speaker) -> None:
    for bad in ("robot", "", "Human"):
        assert speaker.code("session/create", api_key=house.api_key, client_type=bad) == 118
    assert speaker.code("session/create", api_key="x", client_type="robot") == 101


def test_wrong_log_ins_are_refused(house: House, speaker: Speaker) -> None:
    account = house.user()
    session = house.session()
    for email, password in (
        (account.email, "wrong"),
        ("nobody@example.org", account.password),
        ("", ""),
        (account.email, account.password + " "),
    ):
        assert speaker.code("auth/login", session=session, email=email, password=password) == 105
    assert speaker.code("room/create", session=session, name="A room") == 106


def test_a_second_log_in_and_a_second_log_out_are_refused(house: House, speaker: Speaker) -> None:
    account = house.user()
    session = house.session(account)
    login = {"session": session, "email": account.email, "password": account.password}
    assert speaker.code("auth/login", **login) == 107
    speaker.ok("auth/logout", session=session)
    assert speaker.code("auth/logout", session=session) == 106
    speaker.ok("auth/login", **login)


@pytest.mark.parametrize("bad", ["no-such-room", "", "a b", "*", "あ", "x" * 5000, "{lobby}"])
def test_a_room_that_is_not_there_is_refused(house: House, speaker: Speaker, bad: str) -> None:
    assert speaker.code("room/get_info", api_key=house.api_key, id=bad) == 108
    assert speaker.code("room/enter", session=house.session(), id=bad) == 108


def test_room_ids_differ_by_upper_and_lower_case(house: House, speaker: Speaker) -> None:
    room = house.room(id=f"Case-{house.ctx.new_id()}")
    speaker.ok("room/get_info", api_key=house.api_key, id=room)
    assert speaker.code("room/get_info", api_key=house.api_key, id=room.lower()) == 108


def test_room_passwords_are_asked_for_on_entering_and_on_looking(house: House, speaker: Speaker) -> None:
    room = house.room(password="秘密")
    for path, who in (
        ("room/get_info", {"api_key": house.api_key}),
        ("room/enter", {"session": house.session()}),
    ):
        ask = {"id": room, **who}
        assert speaker.code(path, **ask) == 117
        assert speaker.code(path, password="", **ask) == 117
        assert speaker.code(path, password="wrong", **ask) == 116
        told = speaker.ok(path, password="秘密", **ask)
        assert told["room"]["requires_password"] in (True, "true")


def test_an_anonymous_observer_cannot_speak(house: House, speaker: Speaker, room: str) -> None:
    observer = house.enter(room)
    who = {"session": observer.session, "ticket": observer.ticket}
    assert speaker.code("room/say", message="hello", **who) == 110
    assert speaker.code("room/say", message="hello", occupant_id=observer.occupant_id, **who) == 110
    assert house.info(room, counter=0)["messages"] == []


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u3000", "\x00\x0b\x1b", "\ufffe", "\u2028"])
def test_a_message_of_nothing_is_no_message(
    house: House, speaker: Speaker, visitor: Visitor, blank: str
) -> None:
    who = {"session": visitor.session, "ticket": visitor.ticket}
    assert speaker.code("room/say", message=blank, **who) == 111


@pytest.mark.parametrize("blank", ["", " ", "\t\u3000", "\x00\x7f", "\u2028"])
def test_a_nickname_of_nothing_is_no_nickname(speaker: Speaker, visitor: Visitor, blank: str) -> None:
    who = {"session": visitor.session, "ticket": visitor.ticket}
    assert speaker.code("room/set_nickname", nickname=blank, **who) == 115


def test_values_out_of_bounds_are_refused(house: House, speaker: Speaker, visitor: Visitor) -> None:
    who = {"session": visitor.session, "ticket": visitor.ticket}
    assert speaker.code("room/set_nickname", nickname="x" * 65, **who) == 998
    assert speaker.code("room/say", message="x" * 1001, **who) == 998
    assert speaker.code("room/say", message="x", occupant_id="nobody", **who) == 998
    assert speaker.code("room/say", message="x", request_id="x" * 101, **who) == 998
    assert speaker.code("room/enter", session=visitor.session, id=house.room(), nickname="x" * 65) == 998


@pytest.mark.parametrize("bad", ["x", "1.5", "1e3", "0x10", "--1", "-", "１", "1 2", "9" * 16, "NaN", "null"])
@pytest.mark.parametrize("path", ["room/observe", "room/get_messages"])
def test_a_counter_that_is_no_number_is_none(speaker: Speaker, visitor: Visitor, path: str, bad: str) -> None:
    assert speaker.code(path, session=visitor.session, ticket=visitor.ticket, counter=bad) == 114


def test_the_short_texts_are_those_of_the_documents(house: House, visitor: Visitor) -> None:
    told = {row.v1: row.text for row in TABLE.values() if row.v1 < 997 and row.name != "missing_parameter"}
    xml = Speaker(house.client, "xml")
    for path, asked in (("session/create", {}), ("session/verify", {}), ("no/such", {})):
        error = xml.call(path, **asked)["error"]
        assert error["message"] == told[int(error["code"])]
    assert told[109] == "invalid ticket"
    assert told[117] == "room requires password"
