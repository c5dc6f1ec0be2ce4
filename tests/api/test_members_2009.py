"""Members and rooms that are not public, as clients of both generations see them over the wire."""

from __future__ import annotations

import pytest

from support.client import Visitor
from support.house import Account, House
from support.member import Member, asked, ok, refusal


def login(house: House, account: Account) -> str:
    return Member.log_in(house, account).session


@pytest.mark.parametrize(
    "closed", [{"members_only": True}, {"password": "sesame"}], ids=["members", "password"]
)
def test_members_alone_find_a_room_that_is_not_public(house: House, closed: dict[str, object]) -> None:
    ann, bob = house.user(nickname="アン"), house.user()
    room = house.room(owner_id=ann.user_id, **closed)
    hers, his = login(house, ann), login(house, bob)
    assert ok(house.client, "user/get_rooms", session=hers)["rooms"] == [room]
    assert ok(house.client, "user/get_rooms", session=his)["rooms"] == []
    for method, params in (
        ("room/show", {"room": room}),
        ("room/show", {"rooms": f"{house.room()},{room}"}),
        ("room/get_archives", {"room": room, "before": 99999999}),
        ("room/subscribe", {"room": room}),
        ("room/say", {"room": room, "text": "hello"}),
    ):
        assert refusal(asked(house.client, method, session=his, **params)) == "not_found", method
    counter = ok(house.client, "room/subscribe", session=hers, room=room)["counter"]
    house.join(room, bob)
    assert ok(house.client, "user/get_rooms", session=his)["rooms"] == [room]
    ok(house.client, "room/say", session=his, room=room, text="入れた")
    *_, event, said = ok(house.client, "event/observe", session=hers, counter=counter)["events"]
    assert said["message"]["text"] == "入れた"
    told = event["membership"]
    assert (told["action"], told["is_owner"], told["is_online"], told["room"]) == ("join", False, False, room)
    (shown,) = ok(house.client, "room/show", session=his, room=room)["rooms"]
    assert shown["is_public"] is False
    assert [(one["is_owner"], one["is_online"]) for one in shown["roster"]["members"]] == [
        (True, True),
        (False, False),
    ]


def test_clients_of_2007_meet_members_of_2009(house: House) -> None:
    ann, bob = house.user(nickname="Ann"), house.user(nickname="Bob")
    session = house.session(ann)
    room = house.client.ok("room/create", session=session, name="Den", members_only="true")["room"]["id"]
    visitor = Visitor.enter_as(house.client, session, room, "Ann")
    his = login(house, bob)
    assert refusal(asked(house.client, "room/subscribe", session=his, room=room)) == "not_found"
    house.join(room, bob)
    ok(house.client, "room/subscribe", session=his, room=room)
    told = visitor.observe()
    assert [one["text"] for one in told["messages"]] == ["Bob has joined the conversation"]
    assert {one["nickname"] for one in told["occupants"]} == {"Ann", "Bob"}
    house.client.ok("room/change_settings", session=session, id=room, members_only="false")
    stranger = login(house, house.user())
    ok(house.client, "room/subscribe", session=stranger, room=room)


def test_accounts_that_are_gone_are_no_members(house: House) -> None:
    room = house.room()
    accounts_before = [house.user() for _ in range(2)]
    for one in accounts_before:
        house.join(room, one, owner=True)
    house.ctx.store.engine.command("HDEL", "lingr:{accounts}:users", accounts_before[0].user_id)
    (shown,) = ok(house.client, "room/show", session=login(house, accounts_before[1]), room=room)["rooms"]
    assert [one["is_owner"] for one in shown["roster"]["members"]] == [True]
