from __future__ import annotations

from typing import Any

import pytest

from lingr.domain import accounts, changing, members, rooms
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values import Message, Room, Session, User

CLOSED = {"password": "sesame"}


def user(ctx: Context, name: str) -> User:
    return accounts.create_user(
        ctx, username=name, email=f"{name}@example.org", password="secret", nickname=f"{name} さん"
    )


def caller(one: User) -> Caller:
    return Caller(session=Session("0123456789A", "", "human", one.id))


def room(ctx: Context, id: str = "den", **fields: Any) -> Room:
    return rooms.create(ctx, id=id, name="The den", **fields)


def put(ctx: Context, room: Room, one: User, owner: bool | None = None) -> bool:
    return ctx.store.members.put(
        room.id,
        one,
        owner=owner,
        now=ctx.clock(),
        joined=members.JOINED,
        raised=members.RAISED,
        lowered=members.LOWERED,
    )


def remove(ctx: Context, room: Room, one: User) -> bool:
    return ctx.store.members.remove(room.id, one, now=ctx.clock(), left=members.LEFT)


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
    put(ctx, den, anna)
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
        put(ctx, one, anna)
        clock.pass_seconds(1)
    changing.change(ctx, made[1], new_id="moved")
    assert members.rooms_of(ctx, caller(anna)) == ("z", "moved", "x")
    remove(ctx, made[0], anna)
    changing.delete(ctx, made[2])
    assert members.rooms_of(ctx, caller(anna)) == ("moved",)


def test_each_change_is_told_once(ctx):
    den, anna = room(ctx), user(ctx, "anna")
    assert put(ctx, den, anna)
    assert not put(ctx, den, anna)
    assert put(ctx, den, anna, owner=True)
    assert not put(ctx, den, anna, owner=True)
    assert not put(ctx, den, anna)
    assert put(ctx, den, anna, owner=False)
    assert remove(ctx, den, anna)
    assert not remove(ctx, den, anna)
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
    put(ctx, den, anna)
    changing.delete(ctx, den)
    assert not [name for name in engine.command("KEYS", "*") if b"{den}" in name]
    assert not engine.command("EXISTS", keys.user(anna.id).joined)


def test_a_user_is_made_a_member_of_no_room_that_is_gone(ctx, engine):
    den, anna = room(ctx), user(ctx, "anna")
    changing.delete(ctx, den)
    with pytest.raises(LingrError, match="invalid_room"):
        put(ctx, den, anna)
    ctx.store.users.flush()
    assert members.rooms_of(ctx, caller(anna)) == ()
    assert not engine.command("EXISTS", keys.user(anna.id).joined, keys.listing("den"))
