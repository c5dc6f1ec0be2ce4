"""Rooms for members only, as the 2007 API meets them."""

from __future__ import annotations

from typing import Any

import pytest

from lingr.domain import (
    archive_days,
    archive_search,
    archives,
    changing,
    doors,
    exploring,
    lists,
    members,
    rooms,
    sessions,
)
from lingr.domain.context import Caller, Context
from lingr.errors import LingrError
from lingr.values import Room, User
from support.people import Person, account


@pytest.fixture
def anna(ctx: Context) -> User:
    return account(ctx, "anna")


@pytest.fixture
def den(ctx: Context, anna: User) -> Room:
    """Anna's room, for members only."""
    return rooms.create(ctx, id="den", name="Den", tags="cave", members_only=True, owner_id=anna.id)


@pytest.fixture
def mine(ctx: Context, den: Room, anna: User) -> Person:
    """Anna in her room, where she has said something."""
    person = logged_in(ctx, anna).enter("Anna", id="den")
    person.say("a secret word")
    archives.index_room(ctx, "den")
    return person


def logged_in(ctx: Context, one: User) -> Person:
    person = Person(ctx)
    sessions.login(ctx, person.caller, email=one.email, password="secret")
    return person


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(LingrError) as refusal:
        call(*args, **kwargs)
    return refusal.value.name


def info(ctx: Context, caller: Caller, password: str | None = None) -> Any:
    return rooms.info(ctx, caller, id="den", counter=None, user_messages_only=False, password=password)


def archive(ctx: Context, caller: Caller, password: str | None = None) -> Any:
    options: dict[str, Any] = dict.fromkeys(("year", "month", "day", "counter"))
    return archive_days.get_archives(
        ctx, caller, id="den", user_messages_only=True, password=password, **options
    )


def search(ctx: Context, caller: Caller, id: str | None = "den", password: str | None = None) -> Any:
    return archive_search.search(ctx, caller, q="secret", id=id, count=10, password=password)


def test_members_alone_enter(ctx, den, anna):
    bert = account(ctx, "bert")
    assert refused(Person(ctx).enter, "Somebody", id="den") == "invalid_room"
    assert refused(logged_in(ctx, bert).enter, "Bert", id="den") == "invalid_room"
    assert refused(logged_in(ctx, bert).enter, "Bert", id="den", password="guess") == "invalid_room"
    members.add(ctx, den, bert)
    logged_in(ctx, bert).enter("Bert", id="den").say("here")
    logged_in(ctx, anna).enter("Anna", id="den").say("here, too")
    members.remove(ctx, den, bert)
    assert refused(logged_in(ctx, bert).enter, "Bert", id="den") == "invalid_room"


def test_a_room_that_has_moved_admits_its_members(ctx, den, anna):
    changing.change(ctx, den, new_id="cave")
    logged_in(ctx, anna).enter("Anna", id="cave")
    assert refused(Person(ctx).enter, "Somebody", id="cave") == "invalid_room"


def test_others_enter_with_the_password_if_there_is_one(ctx, den, anna):
    changing.change(ctx, den, password="sesame")
    assert refused(Person(ctx).enter, "Somebody", id="den") == "room_password_required"
    assert refused(Person(ctx).enter, "Somebody", id="den", password="no") == "invalid_room_password"
    Person(ctx).enter("Somebody", id="den", password="sesame")
    logged_in(ctx, anna).enter("Anna", id="den")


def test_a_password_alone_lets_no_member_in(ctx, anna):
    rooms.create(ctx, id="club", name="Club", password="sesame", owner_id=anna.id)
    assert refused(logged_in(ctx, anna).enter, "Anna", id="club") == "room_password_required"


def test_a_member_is_no_longer_one_as_it_passes(ctx, den, anna, monkeypatch):
    """Whoever was taken out between the look and the step is kept out by the step itself."""
    bert = account(ctx, "bert")
    members.add(ctx, den, bert)
    person = logged_in(ctx, bert)
    is_member = doors.is_member

    def late(*args: Any) -> bool:
        found = is_member(*args)
        members.remove(ctx, den, bert)
        return found

    monkeypatch.setattr(doors, "is_member", late)
    assert refused(person.enter, "Bert", id="den") == "invalid_room"


@pytest.mark.parametrize("ask", [info, archive, search])
def test_to_others_it_is_as_if_it_were_not_there(ctx, den, mine, ask):
    bert = account(ctx, "bert")
    for outsider in (Caller(api_key="k"), logged_in(ctx, bert).caller, Person(ctx).caller):
        assert refused(ask, ctx, outsider) == "invalid_room"
    members.add(ctx, den, bert)
    assert ask(ctx, logged_in(ctx, bert).caller)
    assert ask(ctx, mine.caller)


@pytest.mark.parametrize("ask", [info, archive, search])
def test_with_a_password_it_is_for_those_who_know_it_and_for_members(ctx, den, mine, ask):
    changing.change(ctx, den, password="sesame")
    outsider = Caller(api_key="k")
    assert refused(ask, ctx, outsider) == "room_password_required"
    assert refused(ask, ctx, outsider, password="no") == "invalid_room_password"
    assert ask(ctx, outsider, password="sesame")
    assert ask(ctx, mine.caller)


def test_it_is_in_no_list_of_rooms(ctx, den, mine):
    caller = Caller(api_key="k")

    def found() -> list[str]:
        new = exploring.new_rooms(ctx, 10)
        tagged = exploring.tagged(ctx, ["cave"], 10)
        named = exploring.found(ctx, ["den"], 10)
        said = search(ctx, caller, id=None)
        tags = exploring.get_all_tags(ctx, caller, count=10)
        return [
            *(one.id for one in (*new, *tagged, *named)),
            *(hit.room.id for hit in said),
            *(t.name for t in tags),
        ]

    assert found() == []
    changing.change(ctx, den, members_only=False)
    assert found() == ["den", "den", "den", "den", "cave"]
    changing.change(ctx, den, members_only=True)
    assert found() == []


@pytest.mark.parametrize("password", [None, "sesame"])
def test_owners_change_it_and_others_do_not(ctx, den, anna, password):
    if password:
        changing.change(ctx, den, password=password)
    bert, carl = account(ctx, "bert"), account(ctx, "carl")
    members.add(ctx, den, bert)
    everything: dict[str, Any] = dict.fromkeys(
        ("new_id", "description", "password", "listed_in_directory", "timezone", "tags", "image")
    )

    def rename(one: User) -> Room:
        return changing.change_own(
            ctx, logged_in(ctx, one).caller, id="den", name=f"of {one.username}", **everything
        )

    assert rename(anna).name == "of anna"
    assert refused(rename, bert) == "insufficient_permissions"
    assert refused(rename, carl) == ("insufficient_permissions" if password else "invalid_room")
    members.add(ctx, den, bert, owner=True)
    assert rename(bert).name == "of bert"
    members.add(ctx, den, bert, owner=False)
    assert refused(rename, bert) == "insufficient_permissions"


def test_members_alone_have_it_in_their_lists(ctx, den, anna):
    bert = account(ctx, "bert")
    outsider = logged_in(ctx, bert).caller
    assert (
        refused(lists.set_favorite, ctx, outsider, id="den", favorite=True, password=None) == "invalid_room"
    )
    assert (
        refused(lists.set_monitored, ctx, outsider, id="den", monitored=True, password=None) == "invalid_room"
    )
    lists.set_favorite(ctx, logged_in(ctx, anna).caller, id="den", favorite=True, password=None)
    members.add(ctx, den, bert)
    lists.set_monitored(ctx, logged_in(ctx, bert).caller, id="den", monitored=True, password=None)
    assert ctx.store.users.read(bert.id).monitored == ("den",)
    members.remove(ctx, den, bert)
    assert ctx.store.users.read(bert.id).monitored == ()


def test_the_setting_is_kept_and_taken_back(ctx, den):
    assert rooms.find(ctx, "den").members_only
    assert not rooms.find(ctx, "den").in_directory
    changing.change(ctx, den, name="Other")
    assert rooms.find(ctx, "den").members_only
    changing.change(ctx, den, members_only=False)
    assert not rooms.find(ctx, "den").members_only
    Person(ctx).enter("Somebody", id="den")


@pytest.mark.parametrize("ask", [info, archive, search])
def test_a_session_beside_the_key_shows_whose_it_is(ctx, den, mine, ask):
    def beside(session_id: str) -> Caller:
        return Caller(api_key="k", session_id=session_id)

    assert ask(ctx, beside(mine.session.id))
    for stranger in (Person(ctx).session.id, "0123456789A", "none", "{}", ""):
        assert refused(ask, ctx, beside(stranger)) == "invalid_room"
    changing.change(ctx, den, password="sesame")
    assert ask(ctx, beside(mine.session.id))
    assert refused(ask, ctx, beside(Person(ctx).session.id)) == "room_password_required"
    assert ask(ctx, beside(Person(ctx).session.id), password="sesame")
