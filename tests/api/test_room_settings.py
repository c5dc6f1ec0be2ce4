"""room.changeSettings and room.delete: what they change, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from lingr.domain import rooms
from support.forms import Speaker
from support.house import Account, House


@pytest.fixture
def owner(house: House) -> Account:
    return house.user()


@pytest.fixture
def session(house: House, owner: Account) -> str:
    return house.session(owner)


@pytest.fixture
def room(house: House, owner: Account) -> str:
    return house.room(
        owner_id=owner.user_id, name="夜", description="お茶", tags="tea", timezone="UTC", password="秘密"
    )


@pytest.fixture
def change(house: House, session: str, room: str) -> Any:
    def change(**params: object) -> Any:
        return house.client.post("room/change_settings", session=session, **{"id": room, **params}).json

    return change


def test_settings_change_and_what_is_absent_does_not(house: House, room: str, change: Any) -> None:
    before = house.info(room, password="秘密")["room"]
    assert change()["room"] == before
    changed = change(name=" Day 🌞\n club ", tags='jazz "Late Night"', unknown="x")["room"]
    assert changed["name"] == "Day 🌞 club"
    assert [tag["display_name"] for tag in changed["tags"]] == ["jazz", "Late Night"]
    same = ("id", "description", "timezone", "requires_password", "counter", "url")
    assert [changed[name] for name in same] == [before[name] for name in same]
    changed = change(description="", timezone="Osaka", tags="", password="")["room"]
    assert (changed["description"], changed["timezone"], changed["tags"]) == ("", "Osaka", [])
    assert changed["requires_password"] is False
    assert house.info(room)["room"] == changed


def test_a_flag_that_is_empty_is_absent(house: House, room: str, change: Any) -> None:
    for listed in ("true", "false", "true"):
        change(listed_in_directory=listed)
        assert change(listed_in_directory="")["status"] == "ok"
        assert rooms.find(house.ctx, room).listed is (listed == "true")


def test_what_was_changed_is_told_in_every_form(house: House, room: str, session: str, form: str) -> None:
    told = Speaker(house.client, form).ok(
        "room/change_settings", session=session, id=room, name="<&> 'x'", new_id=""
    )
    assert told["room"]["name"] == "<&> 'x'"
    assert told["room"]["id"] == room
    assert Speaker(house.client, form).ok("room/delete", session=session, id=room) == {"status": "ok"}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"name": ""}, 998),
        ({"name": " \u3000\x00"}, 998),
        ({"name": "x" * 101}, 998),
        ({"description": "x" * 1001}, 998),
        ({"new_id": "a b"}, 998),
        ({"new_id": "a/b"}, 998),
        ({"new_id": "あ"}, 998),
        ({"new_id": "x" * 33}, 998),
        ({"new_id": "create"}, 126),
        ({"timezone": ""}, 998),
        ({"timezone": "Middle-earth"}, 998),
        ({"tags": "x" * 10_000}, 998),
        ({"password": "x" * 101}, 998),
        ({"image": "no file"}, 128),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_setting_is_refused_and_nothing_changes(
    house: House, room: str, session: str, form: str, bad: dict[str, str], code: int
) -> None:
    before = house.info(room, password="秘密")
    wanted = {"id": room, "name": "Another", "new_id": house.ctx.new_id(), "password": "", **bad}
    assert Speaker(house.client, form).code("room/change_settings", session=session, **wanted) == code
    assert house.info(room, password="秘密") == before
    if len(wanted["new_id"]) == 11:
        assert house.client.post("room/get_info", api_key=house.api_key, id=wanted["new_id"]).code == 108


def test_a_taken_id_is_refused_moved_to_or_not(house: House, room: str, form: str, session: str) -> None:
    speaker = Speaker(house.client, form)
    made = house.room(name="The first")
    moved = house.room(owner_id=None)
    for taken in (made, moved):
        before = house.info(room, password="秘密")
        code = speaker.code("room/change_settings", session=session, id=room, new_id=taken, name="x")
        assert code == 126
        assert house.info(room, password="秘密") == before


def test_only_the_owner_changes_and_deletes(house: House, room: str, form: str) -> None:
    speaker, before = Speaker(house.client, form), house.info(room, password="秘密")
    stranger, nobody = house.session(house.user()), house.session()
    for method in ("change_settings", "delete"):
        path = f"room/{method}"
        assert speaker.code(path, session=stranger, id=room) == 113
        assert speaker.code(path, session=stranger, id=house.room()) == 113
        assert speaker.code(path, session=nobody, id=room) == 106
        assert speaker.code(path, session="x", id=room) == 102
        assert speaker.code(path, session=stranger) == 124
        for unknown in ("nowhere", "a/b", "夜", "x" * 10_000):
            assert speaker.code(path, session=stranger, id=unknown) == 108
    assert house.info(room, password="秘密") == before


def test_the_owner_who_logs_out_is_not_the_owner_any_more(house: House, session: str, change: Any) -> None:
    assert change(name="Mine")["status"] == "ok"
    house.client.ok("auth/logout", session=session)
    assert change(name="Whose?")["error"]["code"] == 106


def test_a_moved_room_is_its_owners_and_its_old_id_anybodys(
    house: House, owner: Account, session: str, room: str, change: Any
) -> None:
    new_id = f"{room}_"
    change(new_id=new_id)
    stranger = house.session(house.user())
    other = house.client.ok("room/create", session=stranger, id=room, name="Other")["room"]
    assert (other["id"], other["name"]) == (room, "Other")
    assert change(name="x")["error"]["code"] == 113
    assert change(id=new_id, name="Mine")["room"]["name"] == "Mine"
    assert change(id=new_id, new_id=room)["error"]["code"] == 126
    house.client.ok("room/delete", session=stranger, id=room)
    assert change(id=new_id, new_id=room)["room"]["id"] == room
    assert house.client.post("room/get_info", api_key=house.api_key, id=new_id).code == 108


def test_a_deleted_room_is_gone_from_the_directory_and_its_id_is_free(house: House, session: str) -> None:
    made = house.client.ok("room/create", session=session, name="x", tags="gone-soon", id=house.ctx.new_id())
    room = made["room"]["id"]
    house.client.ok("room/delete", session=session, id=room)
    found = house.client.ok("explore/get_new_rooms", api_key=house.api_key, count=100)["rooms"]
    assert room not in [one["id"] for one in found]
    assert house.client.ok("room/create", session=session, name="y", id=room)["room"]["counter"] == 0
