"""Calls that cross each other, forced into the order that hurts."""

from __future__ import annotations

import pytest

from lingr.domain import accounts, presence, sessions
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values_watch import Watch
from support.people import ROOM


@pytest.fixture
def during_entrance(monkeypatch):
    """Has something happen after an entrance was prepared and before it is made."""

    def arrange(ctx, happening):
        enter = type(ctx.store.entrances).enter

        def crossed(entrances, *arguments, **named):
            monkeypatch.undo()
            happening()
            return enter(entrances, *arguments, **named)

        monkeypatch.setattr(type(ctx.store.entrances), "enter", crossed)

    return arrange


def test_a_session_that_ends_while_it_enters_is_not_left_in_the_room(ctx, lobby, person, during_entrance):
    ann = person("")
    caller = ann.caller
    during_entrance(ctx, lambda: sessions.destroy(ctx, caller))
    with pytest.raises(LingrError, match="invalid_session"):
        presence.enter(ctx, caller, id=ROOM, password=None, nickname="Ann", idempotent=False)
    assert [one.nickname for one in ctx.store.rooms.roster(ROOM)] == []


def test_a_session_that_logs_in_while_it_enters_is_in_the_room_as_its_user(
    ctx, lobby, person, during_entrance
):
    user = accounts.create_user(
        ctx, username="ann", email="ann@example.com", password="secret", description="about me"
    )
    ann = person("")
    caller = ann.caller
    during_entrance(ctx, lambda: sessions.login(ctx, caller, email="ann", password="secret"))
    entered = presence.enter(ctx, caller, id=ROOM, password=None, nickname="Ann", idempotent=False)
    users = {one.id: (one.user_id, one.description) for one in ctx.store.rooms.roster(ROOM)}
    assert users[entered.occupant_id] == (user.id, "about me")


def test_a_room_that_gets_a_password_while_one_enters_is_not_entered(ctx, lobby, person, during_entrance):
    ann = person()

    def lock():
        ctx.store.engine.command("HSET", keys.room(ROOM).room, "password", "another hash")

    during_entrance(ctx, lock)
    with pytest.raises(LingrError, match="room_password_required"):
        ann.enter("Ann")
    assert ctx.store.rooms.roster(ROOM) == ()


def test_a_session_keeps_no_tickets_but_those_it_has(ctx, store, clock, person):
    ann = person("Ann")

    def tickets():
        store.sessions.flush()
        return {
            one.decode() for one in store.engine.command("SMEMBERS", keys.session_tickets(ann.session.id))
        }

    for _ in range(5):
        ann.enter("Ann", idempotent=True)
    assert tickets() == {ann.ticket}
    ann.exit()
    assert tickets() == set()
    ann.enter("Ann")
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 1
    assert tickets() == set()
    for name, refusal in ((ROOM + "-", "invalid_room"), ("no room", "invalid_room")):
        with pytest.raises(LingrError, match=refusal):
            ann.enter("Ann", id=name)
    assert tickets() == set()


def test_who_asked_from_a_counter_has_been_told_so_far(ctx, person):
    ann, bob = person("Ann"), person("Bob")
    counter = bob.say("one").message.id
    assert isinstance(ann.observe(counter), Watch)
    assert isinstance(ann.observe(None), Watch)


def test_an_observer_that_came_between_two_polls_is_in_the_next_answer(ctx, listen_to, person):
    ears = listen_to(ctx.store)
    ears.follow(ROOM)
    ann = person("Ann")
    ears.listen()
    assert isinstance(ann.observe(ann.counter), Watch)
    person("")
    ears.listen()
    news = ann.observe(ann.counter)
    assert (news.messages, news.counter, len(news.occupants)) == ((), ann.counter, 2)
    assert isinstance(ann.observe(ann.counter), Watch)


def test_a_nickname_of_invisible_characters_is_none(ctx, person):
    ann = person("\u200b\u200d")
    assert [one.nickname for one in ctx.store.rooms.roster(ROOM) if one.id == ann.occupant_id] == [None]
