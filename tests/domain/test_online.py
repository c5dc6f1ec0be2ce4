"""Who is online in a room: whoever has an occupant there, by whichever door it came."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from lingr.domain import archive_days, presence, rooms, sessions
from lingr.domain.context import Caller
from lingr.store import keys
from lingr.values import News
from lingr.values_watch import Watch
from support.attendants import Attendant, online, turns
from support.people import ROOM, account, nicknames, roster, told

ENTER, LEAVE, SILENT = "system:enter", "system:leave", "presence"


@pytest.fixture
def ann(ctx):
    return account(ctx, "ann")


@pytest.fixture
def bob(ctx):
    return account(ctx, "bob")


def log_in(person, user):
    sessions.login(person.ctx, person.caller, email=user.email, password="secret")
    return person


def log_out(person):
    sessions.logout(person.ctx, person.caller)


def test_strangers_are_never_online(ctx, person):
    person("Stranger").exit()
    person("").exit()
    assert (online(ctx), turns(ctx)) == ({}, [])


def test_the_first_occupant_of_a_user_brings_it_online_and_the_last_takes_it_offline(ctx, person, ann):
    desk = log_in(person(), ann).enter("Ann at the desk")
    phone = log_in(person(), ann).enter("Ann on the way")
    assert online(ctx) == {ann.id: 2}
    desk.exit()
    assert turns(ctx) == [(ENTER, "ann", True)]
    phone.exit()
    assert turns(ctx) == [(ENTER, "ann", True), (LEAVE, "ann", False)]
    assert online(ctx) == {}
    assert ctx.store.engine.command("EXISTS", keys.room(ROOM).online) == 0


def test_one_session_with_two_tickets_counts_twice(ctx, person, ann):
    desk = log_in(person(), ann).enter("Ann")
    first = desk.ticket
    desk.enter("Ann again")
    desk.exit()
    assert online(ctx) == {ann.id: 1}
    desk.ticket = first
    desk.exit()
    assert turns(ctx) == [(ENTER, "ann", True), (LEAVE, "ann", False)]


def test_who_enters_again_with_the_same_ticket_is_counted_once(ctx, person, ann):
    log_in(person(), ann).enter("Ann").enter("Ann", idempotent=True)
    assert online(ctx) == {ann.id: 1}


def test_an_observer_without_a_nickname_comes_and_goes_without_a_word(ctx, person, ann):
    one = log_in(person(), ann).enter("")
    assert (told(ctx), turns(ctx)) == ([""], [(SILENT, "ann", True)])
    one.rename("Ann")
    one.exit()
    assert turns(ctx) == [(SILENT, "ann", True), (LEAVE, "ann", False)]
    log_in(person(), ann).enter("").exit()
    assert turns(ctx)[2:] == [(SILENT, "ann", True), (SILENT, "ann", False)]


def test_logging_in_and_out_in_a_room_tells_who_is_online(ctx, person, ann, bob):
    one = person("Someone")
    one.enter("Someone else")
    log_in(one, ann)
    assert online(ctx) == {ann.id: 2}
    assert {occupant.username for occupant in roster(ctx)} == {"ann"}
    log_out(one)
    assert {occupant.username for occupant in roster(ctx)} == {None}
    log_in(one, bob)
    assert online(ctx) == {bob.id: 2}
    assert turns(ctx) == [(SILENT, "ann", True), (SILENT, "ann", False), (SILENT, "bob", True)]
    one.say("it is me")
    assert ctx.store.log.last(ROOM, 1, lambda _: True)[0].username == "bob"


def test_a_room_hears_at_once_that_one_user_becomes_another(ctx, ears, person, ann, bob):
    one = log_in(person("Someone"), ann)
    ears.follow(ROOM)
    one.observe(None)
    other = replace(one.session, user_id=bob.id, username=bob.username)
    presence.identify(ctx, other, [one.ticket], former=ann.id)
    ears.listen()
    assert turns(ctx)[1:] == [(SILENT, "ann", False), (SILENT, "bob", True)]
    followed = ctx.store.mirror.rooms[ROOM]
    assert followed.after(2, 10) == ctx.store.log.stored(ROOM, 2, 10)
    assert online(ctx) == {bob.id: 1}


def test_to_be_told_again_who_somebody_is_changes_nothing(ctx, person, ann):
    one = log_in(person("Ann"), ann)
    presence.identify(ctx, one.caller.present, [one.ticket])
    presence.identify(ctx, one.caller.present, [one.ticket])
    assert online(ctx) == {ann.id: 1}
    assert turns(ctx) == [(SILENT, "ann", True)]


def test_a_user_who_falls_silent_goes_offline(ctx, clock, person, ann):
    log_in(person(), ann).enter("Ann")
    log_in(person(), ann).enter("")
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 2
    assert turns(ctx)[1:] == [(SILENT, "ann", False)]
    assert online(ctx) == {}


def test_the_end_of_a_session_takes_its_user_offline(ctx, person, ann):
    one = log_in(person(), ann).enter("Ann")
    sessions.destroy(ctx, one.caller)
    assert turns(ctx) == [(ENTER, "ann", True), (LEAVE, "ann", False)]


def test_of_members_it_is_known_when_they_were_there_last(ctx, clock, person, ann):
    members = keys.room(ROOM).members
    ctx.store.engine.command("HSET", members, ann.id, '{"owner":true,"since":1,"seen":0}')
    one = log_in(person(), ann).enter("Ann")
    clock.pass_seconds(60)
    one.exit()
    known = msgspec.json.decode(ctx.store.engine.command("HGET", members, ann.id))
    assert known == {"owner": True, "since": 1, "seen": clock()}
    assert b'"seen":1200000060000' in ctx.store.engine.command("HGET", members, ann.id)


def test_both_doors_count_together(ctx, person, ann):
    desk = log_in(person(), ann).enter("Ann")
    phone = Attendant(ctx, ann).come()
    assert online(ctx) == {ann.id: 2}
    desk.exit()
    phone.go()
    assert [online for _, _, online in turns(ctx)] == [True, False]


def test_nobody_of_2007_hears_of_it(ctx, person, ann, listen):
    """Neither observers, nor who reads back, nor the archives."""
    reader = person("Reader")
    reader.texts()
    log_in(person(), ann).enter("")
    listen()
    assert isinstance(watch := reader.observe(reader.counter), News | Watch)
    assert isinstance(watch, Watch) or (watch.messages == () and len(watch.occupants) == 2)
    assert [one.text for one in reader.get_messages(0).messages] == ["Reader has joined the conversation"]
    assert [one.text for one in reader.get_messages(-10).messages] == ["Reader has joined the conversation"]
    for counter in (0, -10):
        info = rooms.info(ctx, Caller(), id=ROOM, counter=counter, user_messages_only=False, password=None)
        assert [one.type for one in info.messages] == [ENTER]
    archive = archive_days.get_archives(
        ctx,
        Caller(),
        id=ROOM,
        year=None,
        month=None,
        day=None,
        user_messages_only=False,
        password=None,
        counter=None,
    )
    assert [one.type for one in archive.messages] == [ENTER]
    assert nicknames(ctx) == ["Reader", None]


def test_words_are_heard_past_what_is_silent(ctx, person, ann, listen):
    reader, speaker = person("Reader"), person("Speaker")
    reader.texts()
    listen()
    other = log_in(person(), ann)
    for number in range(3):
        other.enter("")
        listen()
        assert reader.texts() == []
        speaker.say(f"{number}")
        other.exit()
        listen()
        assert reader.texts() == [f"{number}"]


def test_an_observer_who_asks_for_the_newest_gets_past_what_is_silent(ctx, person, ann):
    reader = person("Reader")
    log_in(person(), ann).enter("").exit()
    assert [one.text for one in reader.observe(-1).messages] == ["Reader has joined the conversation"]
