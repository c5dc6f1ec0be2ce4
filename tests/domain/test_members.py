from __future__ import annotations

from typing import Any

import pytest

from lingr.domain import accounts, changing, members, rooms, sessions
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values import Message, Room, Session, User
from support.people import Person

CLOSED = {"password": "sesame"}


def user(ctx: Context, name: str) -> User:
    return accounts.create_user(
        ctx, username=name, email=f"{name}@example.org", password="secret", nickname=f"{name} さん"
    )


def caller(one: User) -> Caller:
    return Caller(session=Session("0123456789A", "", "human", one.id))


def room(ctx: Context, id: str = "den", **fields: Any) -> Room:
    return rooms.create(ctx, id=id, name="The den", **fields)


def told(ctx: Context, room: Room) -> list[Message]:
    return [one for one in ctx.store.log.stored(room.id, 0, 1000) if one.type == "membership"]


def test_a_public_room_is_for_everybody(ctx):
    den = room(ctx)
    assert members.require_room(ctx, "den", None) == den
    assert members.require_room(ctx, "den", user(ctx, "anna").id) == den


def test_a_room_with_a_password_is_for_its_members(ctx):
    den, anna = room(ctx, **CLOSED), user(ctx, "anna")
    for asker in (None, anna.id):
        with pytest.raises(LingrError, match="invalid_room"):
            members.require_room(ctx, "den", asker)
    members.add(ctx, den, anna)
    assert members.require_room(ctx, "den", anna.id).id == "den"
    with pytest.raises(LingrError, match="invalid_room"):
        members.require_room(ctx, "den", user(ctx, "bert").id)


@pytest.mark.parametrize("unknown", ["none", "", "a/b", "へや", "x" * 33, "den "])
def test_an_unknown_room_is_for_nobody(ctx, unknown):
    room(ctx)
    with pytest.raises(LingrError, match="invalid_room"):
        members.require_room(ctx, unknown, user(ctx, "anna").id)


def test_several_rooms_come_in_the_order_asked(ctx):
    anna = user(ctx, "anna")
    made = {one: room(ctx, one) for one in ("a", "b", "c")}
    changing.change(ctx, made["b"], new_id="moved")
    found = members.require_rooms(ctx, ["c", "moved", "a", "c"], anna.id)
    assert [one.public_id for one in found] == ["c", "moved", "a", "c"]
    assert [one.id for one in found] == ["c", "b", "a", "c"]
    assert members.require_rooms(ctx, [], anna.id) == ()
    with pytest.raises(LingrError, match="invalid_room"):
        members.require_rooms(ctx, ["a", "b"], anna.id)


def test_who_makes_a_room_is_a_member_and_may_see_it(ctx):
    anna = user(ctx, "anna")
    room(ctx, **CLOSED, owner_id=anna.id)
    assert members.require_room(ctx, "den", anna.id).owner_id == anna.id
    assert members.rooms_of(ctx, caller(anna)) == ("den",)


def test_a_user_is_told_its_rooms(ctx, clock):
    anna = user(ctx, "anna")
    assert members.rooms_of(ctx, caller(anna)) == ()
    made = [room(ctx, one) for one in ("z", "y", "x")]
    for one in made:
        members.add(ctx, one, anna)
        clock.pass_seconds(1)
    changing.change(ctx, made[1], new_id="moved")
    assert members.rooms_of(ctx, caller(anna)) == ("z", "moved", "x")
    members.remove(ctx, made[0], anna)
    changing.delete(ctx, made[2])
    assert members.rooms_of(ctx, caller(anna)) == ("moved",)


def test_each_change_is_told_once(ctx):
    den, anna = room(ctx), user(ctx, "anna")
    assert members.add(ctx, den, anna)
    assert not members.add(ctx, den, anna)
    assert members.add(ctx, den, anna, owner=True)
    assert not members.add(ctx, den, anna, owner=True)
    assert not members.add(ctx, den, anna)
    assert members.add(ctx, den, anna, owner=False)
    assert members.remove(ctx, den, anna)
    assert not members.remove(ctx, den, anna)
    events = told(ctx, den)
    assert [(one.action, one.is_owner) for one in events] == [
        ("join", False),
        ("owner", True),
        ("owner", False),
        ("quit", False),
    ]
    assert [one.text for one in events] == [
        "anna さん has joined",
        "anna さん is now an owner",
        "anna さん is no longer an owner",
        "anna さん has left",
    ]
    assert {(one.username, one.user_id, one.online) for one in events} == {("anna", anna.id, False)}


def test_nothing_of_members_stays_of_a_deleted_room(ctx, engine):
    den, anna = room(ctx), user(ctx, "anna")
    members.add(ctx, den, anna)
    changing.delete(ctx, den)
    assert not [name for name in engine.command("KEYS", "*") if b"{den}" in name]
    assert not engine.command("EXISTS", keys.user(anna.id).joined)


def test_a_user_is_made_a_member_of_no_room_that_is_gone(ctx, engine):
    den, anna = room(ctx), user(ctx, "anna")
    changing.delete(ctx, den)
    with pytest.raises(LingrError, match="invalid_room"):
        members.add(ctx, den, anna)
    ctx.store.users.flush()
    assert members.rooms_of(ctx, caller(anna)) == ()
    assert not engine.command("EXISTS", keys.user(anna.id).joined, keys.listing("den"))


def test_members_are_told_owners_first(ctx, clock):
    anna, bert, carl = (user(ctx, one) for one in ("anna", "bert", "carl"))
    den = room(ctx, owner_id=anna.id)
    clock.pass_seconds(1)
    members.add(ctx, den, bert)
    clock.pass_seconds(1)
    members.add(ctx, den, carl, owner=True)
    found = members.of(ctx, den)
    assert [(one.username, one.is_owner, one.is_online, one.seen) for one in found] == [
        ("anna", True, False, 0),
        ("carl", True, False, 0),
        ("bert", False, False, 0),
    ]
    assert found[0].name == "anna さん"
    assert members.of_all(ctx, []) == []


def test_whose_room_it_is_stays_an_owner(ctx):
    anna = user(ctx, "anna")
    den = room(ctx, owner_id=anna.id)
    with pytest.raises(LingrError, match="invalid_parameter"):
        members.remove(ctx, den, anna)
    with pytest.raises(LingrError, match="invalid_parameter"):
        members.add(ctx, den, anna, owner=False)
    assert not members.add(ctx, den, anna)
    assert told(ctx, den) == []


def test_of_a_room_of_an_older_version_its_maker_is_a_member(ctx, engine):
    anna = user(ctx, "anna")
    den = room(ctx, owner_id=anna.id, **CLOSED)
    engine.command("DEL", keys.room("den").members)
    assert [(one.username, one.is_owner) for one in members.of(ctx, den)] == [("anna", True)]
    assert members.require_room(ctx, "den", anna.id) == den
    assert members.rooms_of(ctx, caller(anna)) == ("den",)


def test_who_is_in_the_room_is_online_and_was_seen(ctx, clock):
    anna = user(ctx, "anna")
    den = room(ctx, owner_id=anna.id)
    person = Person(ctx)
    sessions.login(ctx, person.caller, email=anna.email, password="secret")
    person.enter("Anna", id="den")
    assert [one.is_online for one in members.of(ctx, den)] == [True]
    now = clock.pass_seconds(5)
    person.exit()
    assert [(one.is_online, one.seen) for one in members.of(ctx, den)] == [(False, now)]
