"""Who is in a room: entering, entering again, nicknames, leaving."""

from __future__ import annotations

from typing import Any

import pytest

from support.client import Visitor
from support.forms import Speaker
from support.house import House


def roster(house: House, room: str) -> list[tuple[str, str | None]]:
    told = house.info(room)["occupants"]
    return [(occupant["id"], occupant.get("nickname")) for occupant in told]


def events(house: House, room: str) -> list[tuple[str, str]]:
    return [(message["type"], message["text"]) for message in house.info(room, counter=1)["messages"]]


def again(house: House, visitor: Visitor, room: str, **params: object) -> Visitor:
    return house.enter_as(visitor.session, room, idempotent="true", **params)


def test_each_entrance_makes_another_occupant(house: House, room: str) -> None:
    session = house.session()
    visitors = [house.enter_as(session, room, "ann"), house.enter_as(session, room, "ann")]
    visitors.append(house.enter_as(session, room, "ann", idempotent="false"))
    assert len({visitor.ticket for visitor in visitors}) == 3
    assert [who for who, _ in roster(house, room)] == [visitor.occupant_id for visitor in visitors]
    assert events(house, room) == [("system:enter", "ann has joined the conversation")] * 3
    for visitor in visitors:
        visitor.say(visitor.occupant_id)
    assert [text for kind, text in events(house, room) if kind == "user"] == [
        visitor.occupant_id for visitor in visitors
    ]


@pytest.mark.parametrize("yes", ["true", "1", "TRUE"])
def test_who_enters_idempotently_keeps_occupant_ticket_and_nickname(
    house: House, room: str, form: str, yes: str
) -> None:
    ann = house.enter(room, "ann")
    told = Speaker(house.client, form).ok(
        "room/enter", session=ann.session, id=room, nickname="somebody else", idempotent=yes
    )
    assert (told["occupant_id"], told["ticket"]) == (ann.occupant_id, ann.ticket)
    assert roster(house, room) == [(ann.occupant_id, "ann")]
    assert len(events(house, room)) == 1


def test_the_first_idempotent_entrance_is_an_entrance(house: House, room: str) -> None:
    ann = house.enter(room, "ann", idempotent="true")
    assert roster(house, room) == [(ann.occupant_id, "ann")]
    assert again(house, ann, room).ticket == ann.ticket


def test_another_session_or_another_room_is_another_entrance(house: House, room: str) -> None:
    account = house.user()
    ann = house.enter_as(house.session(account), room, "ann")
    other = house.enter_as(house.session(account), room, "ann", idempotent="true")
    assert other.ticket != ann.ticket
    elsewhere = again(house, ann, house.room(), nickname="ann")
    assert elsewhere.ticket not in (ann.ticket, other.ticket)
    assert again(house, ann, room).ticket == ann.ticket


def test_after_leaving_an_idempotent_entrance_is_a_new_one(house: House, room: str) -> None:
    ann = house.enter(room, "ann")
    ann.call("exit")
    back = again(house, ann, room, nickname="ann")
    assert back.ticket != ann.ticket
    assert roster(house, room) == [(back.occupant_id, "ann")]


@pytest.mark.parametrize("leaving", [0, 1, 2], ids=["the first leaves", "the second", "the last"])
def test_of_several_entrances_one_that_stays_is_kept(house: House, room: str, leaving: int) -> None:
    session = house.session()
    visitors = [house.enter_as(session, room, f"ann {number}") for number in range(3)]
    left = visitors.pop(leaving)
    left.call("exit")
    kept = again(house, left, room)
    assert kept.ticket in [visitor.ticket for visitor in visitors]
    assert len(roster(house, room)) == 2


def test_the_roster_is_in_order_of_entrance_for_everybody(house: House, room: str) -> None:
    entered = [house.enter(room, nickname) for nickname in ("zoe", None, "ann", None, "mia")]
    expected = [
        (visitor.occupant_id, name)
        for visitor, name in zip(entered, ("zoe", None, "ann", None, "mia"), strict=True)
    ]
    assert roster(house, room) == expected
    room_told = house.info(room)["room"]
    assert (room_told["chatter_count"], room_told["observer_count"]) == (3, 2)


def test_observers_come_and_go_without_an_event(house: House, room: str) -> None:
    observer = house.enter(room)
    assert roster(house, room) == [(observer.occupant_id, None)]
    observer.call("exit")
    assert roster(house, room) == []
    assert house.info(room)["room"]["counter"] == 0


def test_the_first_nickname_joins_and_the_next_ones_rename(house: House, room: str) -> None:
    ann = house.enter(room)
    for nickname in ("ann", "ann", " ann ", "Anne", "アン 🐰"):
        assert ann.call("set_nickname", nickname=nickname) == {"status": "ok"}
    assert events(house, room) == [
        ("system:enter", "ann has joined the conversation"),
        ("system:nickname_change", "ann is now known as Anne"),
        ("system:nickname_change", "Anne is now known as アン 🐰"),
    ]
    changes = house.info(room, counter=2)["messages"]
    assert [(change["nickname"], change["new_nickname"]) for change in changes] == [
        ("ann", "Anne"),
        ("Anne", "アン 🐰"),
    ]
    assert {change["occupant_id"] for change in changes} == {ann.occupant_id}
    assert roster(house, room) == [(ann.occupant_id, "アン 🐰")]
    assert ann.say("hello")["nickname"] == "アン 🐰"


def test_a_nickname_may_be_in_use_by_others(house: House, room: str) -> None:
    ann, other = house.enter(room, "ann"), house.enter(room)
    assert other.call("set_nickname", nickname="ann")["status"] == "ok"
    assert roster(house, room) == [(ann.occupant_id, "ann"), (other.occupant_id, "ann")]


def test_a_nickname_is_one_line_of_sayable_characters(house: House, room: str) -> None:
    house.enter(room, " an\x00n\r\n\tthe\u2028second ")
    assert roster(house, room)[0][1] == "ann the second"
    for blank in ("", "  ", "\x00\u3000"):
        house.enter(room, blank)
    assert [name for _, name in roster(house, room)[1:]] == [None] * 3
    assert house.enter(room, "😀" * 64).say("hello")["nickname"] == "😀" * 64


def test_leaving_takes_the_occupant_out_and_says_so(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    assert ann.call("exit") == {"status": "ok"}
    assert roster(house, room) == [(bob.occupant_id, "bob")]
    last = house.info(room, counter=-1)["messages"][0]
    assert (last["type"], last["text"]) == ("system:leave", "ann has left the conversation")
    assert (last["occupant_id"], last["nickname"]) == (ann.occupant_id, "ann")
    for method in ("exit", "say", "observe", "set_nickname", "get_messages"):
        refused = ann.call(method, message="x", counter="0", nickname="x")
        assert refused["error"]["code"] == 109


def test_the_end_of_a_session_leaves_every_room_once(house: House) -> None:
    rooms = [house.room(), house.room()]
    session = house.session()
    visitors = [house.enter_as(session, room, "ann") for room in (*rooms, rooms[0])]
    house.enter_as(session, rooms[1])
    house.client.ok("session/destroy", session=session)
    assert [roster(house, room) for room in rooms] == [[], []]
    left = ("system:leave", "ann has left the conversation")
    assert events(house, rooms[0])[2:] == [left, left]
    assert events(house, rooms[1])[1:] == [left]
    for visitor in visitors:
        assert visitor.call("exit")["error"]["code"] == 102


def test_a_ticket_is_good_for_its_own_session_alone(house: House, room: str) -> None:
    ann, bob = house.enter(room, "ann"), house.enter(room, "bob")
    thief: Any = Visitor(house.client, bob.session, ann.occupant_id, ann.ticket, 0)
    for method in ("say", "exit", "observe", "set_nickname", "get_messages"):
        refused = thief.call(method, message="x", counter="0", nickname="x")
        assert refused["error"]["code"] == 109
    assert len(roster(house, room)) == 2


def test_the_occupant_keeps_its_id_through_renaming_and_log_in(house: House, room: str) -> None:
    account = house.user(description="likes tea")
    ann = house.enter(room)
    ann.call("set_nickname", nickname="ann")
    house.client.ok("auth/login", session=ann.session, email=account.email, password=account.password)
    (told,) = house.info(room)["occupants"]
    assert (told["id"], told["user_id"]) == (ann.occupant_id, account.user_id)
    assert told["description"] == "likes tea"
    assert ann.say("hello")["user_id"] == account.user_id
    house.client.ok("auth/logout", session=ann.session)
    (told,) = house.info(room)["occupants"]
    assert told["id"] == ann.occupant_id
    assert "user_id" not in told
    assert told["description"] == ""
    assert "user_id" not in ann.say("hello")


def test_a_user_without_a_nickname_is_an_observer(house: House, room: str) -> None:
    account = house.user(nickname="the default one")
    visitor = house.enter_as(house.session(account), room)
    (told,) = house.info(room)["occupants"]
    assert told["user_id"] == account.user_id
    assert "nickname" not in told
    assert visitor.call("say", message="hello")["error"]["code"] == 110


def test_a_log_in_takes_the_user_name_too_and_no_notice_of_case(house: House) -> None:
    account = house.user(username="MixedCase", email="Mixed@Example.org")
    for email in ("mixed@example.org", "MIXED@EXAMPLE.ORG", "mixedcase", "MixedCase"):
        house.client.ok("auth/login", session=house.session(), email=email, password=account.password)
