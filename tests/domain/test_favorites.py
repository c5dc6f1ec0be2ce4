"""Messages that users like."""

from __future__ import annotations

import pytest

from lingr.domain import favorites, members, numbering, rooms, showing
from lingr.errors import LingrError
from lingr.store import favorites as stored
from lingr.store import keys
from support.subscriber import Subscriber


@pytest.fixture
def anna(ctx):
    return Subscriber(ctx, "anna")


def add(who, message):
    return favorites.add(who.ctx, who.caller, message=message.id)


def remove(who, message):
    return favorites.remove(who.ctx, who.caller, message=message.id)


def liked(who, room="lobby"):
    return showing.show(who.ctx, who.caller, rooms=(room,), parts=None)[0].favorites


def test_a_message_is_liked_and_no_longer(anna, lobby):
    first, _, third = (anna.say(text) for text in "abc")
    assert add(anna, third) == third
    assert add(anna, first) == first
    assert liked(anna) == (first.id, third.id)
    assert remove(anna, third) == third
    assert liked(anna) == (first.id,)
    add(anna, third)
    assert liked(anna) == (first.id, third.id)


def test_twice_is_refused(anna, lobby):
    said = anna.say("hello")
    with pytest.raises(LingrError, match="not_favorite"):
        remove(anna, said)
    add(anna, said)
    with pytest.raises(LingrError, match="already_favorite"):
        add(anna, said)
    remove(anna, said)
    with pytest.raises(LingrError, match="not_favorite"):
        remove(anna, said)


def test_a_users_sessions_share_favorites_with_nobody_else(ctx, open_ctx, anna, lobby):
    bob, said = Subscriber(ctx, "bob"), anna.say("hello")
    add(anna, said)
    anna.ctx = open_ctx("second")
    assert liked(anna.again()) == (said.id,)
    assert liked(bob) == ()
    add(bob, said)
    remove(anna, said)
    assert (liked(anna), liked(bob)) == ((), (said.id,))


@pytest.mark.parametrize("number", [0, 1, 63, 64, 99_999_999, 10**15 - 1])
def test_no_message_cannot_be_liked(anna, lobby, number):
    for call in (favorites.add, favorites.remove):
        with pytest.raises(LingrError, match="unknown_message"):
            call(anna.ctx, anna.caller, message=number)


def test_what_is_no_message_cannot_be_liked(ctx, anna, lobby, person):
    person("Ann")
    for counter in (1, 2):
        number = numbering.number_of(ctx, "lobby", counter)
        with pytest.raises(LingrError, match="unknown_message"):
            favorites.add(ctx, anna.caller, message=number)


def test_what_one_may_not_read_cannot_be_liked(ctx, anna, lobby, person):
    den = rooms.create(ctx, id="den", name="Den", password="sesame")
    bob = Subscriber(ctx, "bob")
    members.add(ctx, den, bob.user)
    said = bob.say("psst", "den")
    with pytest.raises(LingrError, match="unknown_message"):
        add(anna, said)
    assert add(bob, said) == said
    ann, bea = person("Ann"), person("Bea")
    whisper = ann.say("psst", to=bea.occupant_id).message
    with pytest.raises(LingrError, match="unknown_message"):
        favorites.add(ctx, anna.caller, message=numbering.number_of(ctx, "lobby", whisper.id))


def test_what_the_log_has_forgotten_cannot_be_liked(ctx, anna, lobby):
    said = anna.say("hello")
    add(anna, said)
    ctx.store.engine.command("XTRIM", keys.room("lobby").log, "MAXLEN", "=", 0)
    for call in (add, remove):
        with pytest.raises(LingrError, match="unknown_message"):
            call(anna, said)
    # Forgotten between the look and the deed.
    with pytest.raises(LingrError, match="unknown_message"):
        ctx.store.favorites.add("lobby", anna.user.id, said.id, said.message.id)
    with pytest.raises(LingrError, match="unknown_message"):
        ctx.store.favorites.add("nowhere", anna.user.id, 64, 1)


def test_of_very_many_the_oldest_give_way(ctx, anna, lobby, monkeypatch):
    monkeypatch.setattr(stored, "MOST_FAVORITES", 3)
    bob = Subscriber(ctx, "bob")
    said = [anna.say(str(number)) for number in range(5)]
    add(bob, said[0])
    for one in said:
        add(anna, one)
    assert liked(anna) == tuple(one.id for one in said[2:])
    assert liked(bob) == (said[0].id,)


def test_favorites_are_told_of_the_messages_shown(ctx, anna, lobby):
    said = [anna.say(str(number)) for number in range(40)]
    add(anna, said[0])
    add(anna, said[39])
    assert liked(anna) == (said[39].id,)
    rooms.create(ctx, id="den", name="Den")
    there = anna.say("there", "den")
    add(anna, there)
    shown = showing.show(ctx, anna.caller, rooms=("den", "lobby"), parts=("messages",))
    assert [one.favorites for one in shown] == [(there.id,), (said[39].id,)]
    roster = showing.show(ctx, anna.caller, rooms=("den",), parts=("roster",))
    assert roster[0].favorites == ()
