"""Rooms changed, moved and deleted under those who wait in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.house import Account, House
from support.polls import Poll

Park = Callable[..., Poll]


@pytest.fixture
def owner(house: House) -> Account:
    return house.user()


@pytest.fixture
def session(house: House, owner: Account) -> str:
    return house.session(owner)


@pytest.fixture
def room(house: House, owner: Account) -> str:
    return house.room(owner_id=owner.user_id, timezone="UTC")


def test_whoever_waits_in_a_room_that_is_deleted_is_told_at_once(
    house: House, room: str, session: str, park: Park
) -> None:
    # So many that both workers hold some.
    visitors = [house.enter(room, f"n{number}") for number in range(8)] + [house.enter(room)]
    newest = house.info(room)["room"]["counter"]
    polls = [park(visitor, counter=newest) for visitor in visitors]
    late = house.enter(room)
    for poll in polls:
        assert poll.answer()["occupants"][-1]["id"] == late.occupant_id
    polls = [park(visitor, counter=newest) for visitor in visitors]
    assert house.client.ok("room/delete", session=session, id=room) == {"status": "ok"}
    for poll in polls:
        assert poll.is_answered(1)
        assert poll.answer()["error"]["code"] == 109
    for visitor in visitors:
        assert visitor.call("observe", counter=newest)["error"]["code"] == 109
        assert visitor.call("say", message="hello?")["error"]["code"] == 109
        assert visitor.call("exit")["error"]["code"] == 109
    assert house.client.post("room/get_info", api_key=house.api_key, id=room).code == 108
    assert house.client.post("room/enter", session=session, id=room).code == 108
    assert house.client.post("room/delete", session=session, id=room).code == 108
    left = house.ctx.store.engine.command("KEYS", f"lingr:room:{{{room}}}*")
    assert left == []


def test_a_room_made_anew_has_nothing_of_the_one_before(
    house: House, room: str, session: str, park: Park
) -> None:
    for turn in range(3):
        visitors = [house.enter(room, f"n{number}") for number in range(6)]
        polls = [park(visitor, counter=visitors[-1].counter) for visitor in visitors]
        said = visitors[0].say(f"turn {turn}")
        assert said["id"] == 7
        for poll in polls:
            assert poll.answer()["messages"] == [said]
        texts = [one["text"] for one in visitors[1].call("observe", counter=6)["messages"]]
        assert texts == [f"turn {turn}"]
        house.client.ok("room/delete", session=session, id=room)
        made = house.client.ok("room/create", session=session, id=room, name="Anew")["room"]
        assert (made["counter"], made["max_user_message_id"], made["chatter_count"]) == (0, 0, 0)
        assert house.client.ok("room/get_info", api_key=house.api_key, id=room, counter=0)["messages"] == []


def test_those_who_wait_go_on_in_a_room_that_moves(house: House, room: str, session: str, park: Park) -> None:
    visitors = [house.enter(room, f"n{number}") for number in range(6)]
    newest = visitors[-1].counter
    visitors[0].say("before")
    new_id = f"new-{room}"
    polls = [park(visitor, counter=newest + 1) for visitor in visitors]
    moved = house.client.ok("room/change_settings", session=session, id=room, new_id=new_id)["room"]
    assert (moved["id"], moved["url"]) == (new_id, f"{house.url}/room/{new_id}")
    # Whoever waited is answered, and waits on with the same ticket.
    for poll in polls:
        assert poll.answer()["messages"] == []
    polls = [park(visitor, counter=newest + 1) for visitor in visitors]
    said = visitors[1].say("after")
    for poll in polls:
        assert poll.answer()["messages"] == [said]
    assert visitors[2].call("get_messages", counter=newest)["messages"][0]["text"] == "before"
    assert house.client.post("room/enter", session=session, id=room).code == 108
    assert house.client.post("room/get_info", api_key=house.api_key, id=room, counter=0).code == 108
    assert house.client.post("room/change_settings", session=session, id=room, name="x").code == 108
    told = house.info(new_id, counter=1)
    assert [one["text"] for one in told["messages"]][-2:] == ["before", "after"]
    assert len(told["occupants"]) == 6
    again = house.enter_as(visitors[3].session, new_id, "n3", idempotent="true")
    assert again.ticket == visitors[3].ticket
    assert visitors[4].call("exit") == {"status": "ok"}
    new = house.enter(new_id, "new")
    assert new.say("hello")["id"] == said["id"] + 3


def test_another_time_zone_is_told_by_every_worker_at_once(
    house: House, room: str, session: str, park: Park
) -> None:
    visitors = [house.enter(room, f"n{number}") for number in range(6)]
    counter = visitors[-1].counter
    polls = [park(visitor, counter=counter) for visitor in visitors]
    visitors[0].say("hello")
    for poll in polls:
        assert poll.answer()["messages"][0]["timestamp"].endswith("+00:00")
    house.client.ok("room/change_settings", session=session, id=room, timezone="Tokyo")
    for visitor in visitors * 2:
        told = visitor.call("observe", counter=counter)
        assert told["messages"][0]["timestamp"].endswith("+09:00")
        assert visitor.say("again")["timestamp"].endswith("+09:00")
