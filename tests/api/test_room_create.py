"""Making rooms through the API: what can be set, what is refused, and that a refusal leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from lingr.domain import exploring
from lingr.store import keys
from support.forms import Speaker
from support.house import Account, House


@pytest.fixture
def owner(house: House) -> Account:
    return house.user()


@pytest.fixture
def session(house: House, owner: Account) -> str:
    return house.session(owner)


def create(house: House, session: str, **params: object) -> Any:
    return house.client.post("room/create", session=session, **{"name": "A room", **params}).json


def listed(house: House) -> set[str]:
    return {room.id for room in exploring.new_rooms(house.ctx, 1000)}


def test_everything_that_can_be_set_is_told_on_creation_and_afterwards(house: House, session: str) -> None:
    wanted = f"my_Room-{house.ctx.new_id()}"
    told = create(
        house,
        session,
        id=wanted,
        name="  夜の\tNight  Owls ",
        description="お茶 & <雑談>\nevery night",
        password="",
        listed_in_directory="true",
        timezone="Tokyo",
        tags='jazz "Late Night" JAZZ 夜',
    )
    room = told["room"]
    assert room == house.info(wanted)["room"]
    assert room["id"] == wanted
    assert room["url"] == f"{house.url}/room/{wanted}"
    assert room["name"] == "夜の Night Owls"
    assert room["description"] == "お茶 & <雑談>\nevery night"
    assert room["timezone"] == "Tokyo"
    assert room["requires_password"] is False
    assert [(tag["name"], tag["display_name"]) for tag in room["tags"]] == [
        ("jazz", "jazz"),
        ("latenight", "Late Night"),
        ("夜", "夜"),
    ]


def test_a_room_with_a_password_lets_in_who_knows_it(house: House, session: str) -> None:
    room = create(house, session, password="秘密")["room"]
    assert room["requires_password"] is True
    assert house.client.post("room/enter", session=session, id=room["id"]).code == 117
    assert house.enter(room["id"], "ann", password="秘密").counter == 1


@pytest.mark.parametrize(
    ("flag", "shown"), [(None, True), ("", True), ("true", True), ("1", True), ("false", False), ("0", False)]
)
def test_a_room_is_in_the_directory_unless_its_owner_says_no(
    house: House, session: str, flag: str | None, shown: bool
) -> None:
    params = {} if flag is None else {"listed_in_directory": flag}
    room = create(house, session, **params)["room"]["id"]
    assert (room in listed(house)) is shown
    assert house.info(room)["room"]["id"] == room


def test_the_documented_time_zone_and_those_of_rails_are_known(house: House, session: str) -> None:
    for zone in ("Pacific (US & Canada)", "Pacific Time (US & Canada)", "Osaka", "UTC"):
        assert create(house, session, timezone=zone)["room"]["timezone"] == zone
    assert create(house, session, timezone="")["room"]["timezone"] == "Pacific (US & Canada)"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"name": ""}, 998),
        ({"name": " \u3000\x00"}, 998),
        ({"name": "x" * 101}, 998),
        ({"description": "x" * 1001}, 998),
        ({"id": "a b"}, 998),
        ({"id": "あ"}, 998),
        ({"id": "x" * 33}, 998),
        ({"id": "a/b"}, 998),
        ({"id": "create"}, 126),
        ({"timezone": "Middle-earth"}, 998),
        ({"timezone": "../../etc/passwd"}, 998),
        ({"tags": " ".join(f"tag{number}" for number in range(21))}, 998),
        ({"tags": "x" * 51}, 998),
        ({"password": "x" * 101}, 998),
    ],
    ids=str,
)
def test_a_bad_value_is_refused_and_no_room_is_made(
    house: House, session: str, form: str, owner: Account, bad: dict[str, str], code: int
) -> None:
    before = listed(house)
    wanted = {"id": house.ctx.new_id(), "name": "A room", **bad}
    assert Speaker(house.client, form).code("room/create", session=session, **wanted) == code
    assert listed(house) == before
    assert house.client.post("room/get_info", api_key=house.api_key, id=wanted["id"]).code == 108
    assert rooms_left(house, owner) == 200


def rooms_left(house: House, owner: Account) -> int:
    """How many more rooms the owner may have."""
    return 200 - int(house.ctx.store.engine.command("SCARD", keys.owned_rooms(owner.user_id)))


def test_a_taken_id_is_refused_and_the_room_that_has_it_stays_as_it_is(
    house: House, session: str, form: str, owner: Account
) -> None:
    taken = house.room(name="The first", listed=False)
    house.enter(taken, "ann").say("hello")
    before = house.info(taken, counter=1)
    assert (
        Speaker(house.client, form).code("room/create", session=session, id=taken, name="The second") == 126
    )
    assert house.info(taken, counter=1) == before
    assert taken not in listed(house)
    assert rooms_left(house, owner) == 200


def test_ones_own_id_is_taken_too_and_still_ones_own(house: House, session: str, owner: Account) -> None:
    room = create(house, session)["room"]["id"]
    assert create(house, session, id=room)["error"]["code"] == 126
    assert rooms_left(house, owner) == 199


def test_the_room_after_the_two_hundredth_is_refused(
    house: House, session: str, owner: Account, form: str
) -> None:
    for _ in range(199):
        house.room(owner_id=owner.user_id)
    assert create(house, session)["status"] == "ok"
    before = listed(house)
    assert Speaker(house.client, form).code("room/create", session=session, name="One more") == 125
    assert listed(house) == before
    assert create(house, house.session(house.user()))["status"] == "ok"
