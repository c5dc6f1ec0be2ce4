"""Rooms that are not public, as sessions of the 2009 API hear them."""

from __future__ import annotations

import pytest

from lingr.domain import attendance, changing, members, presence, rooms, sessions
from lingr.errors import LingrError
from support.people import Person, account, nicknames
from support.subscriber import Subscriber


@pytest.fixture(params=[{"members_only": True}, {"password": "sesame"}], ids=["members", "password"])
def den(ctx, request):
    return rooms.create(ctx, id="den", name="Den", **request.param)


@pytest.fixture
def ann(ctx, den):
    one = Subscriber(ctx, "ann")
    members.add(ctx, den, one.user)
    return one


def actions(hearer):
    return [
        (one.told.message.username, one.told.message.action)
        for one in hearer.hear_all()
        if one.told.message.type == "membership"
    ]


def test_members_alone_hear_it(ctx, den, ann):
    bob = Subscriber(ctx, "bob")
    with pytest.raises(LingrError, match="invalid_room"):
        bob.subscribe("den")
    ann.subscribe("den")
    members.add(ctx, den, bob.user)
    bob.subscribe("den")
    assert actions(ann) == [("bob", "join")]
    assert nicknames(ctx, "den") == ["ann", "bob"]
    members.add(ctx, den, bob.user, owner=True)
    members.add(ctx, den, bob.user, owner=False)
    assert actions(ann) == [("bob", "owner"), ("bob", "owner")]


@pytest.mark.parametrize("others", [[], ["lobby", "hall"]])
def test_who_is_no_longer_a_member_hears_no_more(ctx, open_ctx, den, ann, others):
    for one in others:
        rooms.create(ctx, id=one, name="Another")
    bob = Subscriber(ctx, "bob").via(open_ctx("second"))
    members.add(ctx, den, bob.user)
    ann.subscribe("den", *others)
    bob.subscribe("den", *others)
    bob.hear_all(), ann.hear_all()
    members.remove(ctx, den, bob.user)
    members.remove(ctx, den, bob.user)
    assert nicknames(ctx, "den") == ["ann"]
    told = [(one.told.message.type, one.told.message.online) for one in ann.hear_all()]
    assert told == [("membership", True), ("system:leave", False)]
    # The other process hears of it as it would by its listener.
    bob.ctx.store.subscriptions.known(bob.session.id).home.good = False
    assert bob.hear_all() == []
    assert bob.ctx.store.subscriptions.known(bob.session.id).names == tuple(sorted(others))
    assert nicknames(ctx, "den") == ["ann"]
    for one in others:
        Person(ctx).enter("Carl", id=one).say(f"in {one}")
        assert bob.texts() == [f"in {one}"]


def test_a_session_that_was_away_finds_the_room_closed(ctx, den, ann, clock):
    bob = Subscriber(ctx, "bob")
    members.add(ctx, den, bob.user)
    ann.subscribe("den"), bob.subscribe("den")
    bob.hear_all()
    clock.pass_seconds(300)
    attendance.sweep(ctx)
    members.remove(ctx, den, bob.user)
    assert bob.hear_all() == []
    assert "bob" not in nicknames(ctx, "den")


def test_who_is_not_a_member_hears_no_more_of_a_room_that_is_closed(ctx, clock):
    hall = rooms.create(ctx, id="hall", name="Hall")
    ann, bob = Subscriber(ctx, "ann").subscribe("hall"), Subscriber(ctx, "bob").subscribe("hall")
    ann.hear_all(), bob.hear_all()
    members.add(ctx, hall, ann.user)
    changing.change(ctx, hall, members_only=True)
    clock.pass_seconds(60)
    assert actions(ann) == [("ann", "join")]
    assert bob.hear_all() == []
    assert bob.ctx.store.subscriptions.known(bob.session.id).names == ()
    assert "bob" not in nicknames(ctx, "hall")
    assert "ann" in nicknames(ctx, "hall")


def test_rooms_for_members_are_left_by_who_entered_them_too(ctx):
    den = rooms.create(ctx, id="den", name="Den", members_only=True, password="sesame")
    dora = account(ctx, "dora")
    members.add(ctx, den, dora)
    person = Person(ctx)
    sessions.login(ctx, person.caller, email="dora", password="secret")
    person.enter("Dora", id="den")
    first = person.ticket
    person.enter("Dora again", id="den")
    other = Person(ctx).enter("Somebody", id="den", password="sesame")
    members.remove(ctx, den, dora)
    assert nicknames(ctx, "den") == ["Somebody"]
    for ticket in (first, person.ticket):
        person.ticket = ticket
        with pytest.raises(LingrError, match="invalid_ticket"):
            presence.check(ctx, person.caller)
    assert other.texts()[-2:] == ["Dora has left the conversation", "Dora again has left the conversation"]


def test_who_entered_by_the_password_stays(ctx):
    den = rooms.create(ctx, id="den", name="Den", password="sesame")
    dora = account(ctx, "dora")
    members.add(ctx, den, dora)
    person = Person(ctx)
    sessions.login(ctx, person.caller, email="dora", password="secret")
    person.enter("Dora", id="den", password="sesame")
    members.remove(ctx, den, dora)
    assert nicknames(ctx, "den") == ["Dora"]
    person.say("still here")
