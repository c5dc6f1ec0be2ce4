"""The scripts of names, leaving, silence and loss, and the lists of rooms."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.announcements import Announcement
from lingr.values import Session
from support.fakes import MIDNIGHT
from support.lobby import occupant_of


def test_a_first_nickname_lets_an_observer_join(lobby, hearing):
    lobby.enter("ann")
    hearing.heard()
    lobby.rename("ann", "Ann")
    assert lobby.log() == [(1, "system:enter", "Ann came")]
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (1, 0)
    [announcement] = hearing.announced()
    assert (announcement.counter, announcement.roster, announcement.size) == (1, 2, 1)


def test_another_nickname_is_told_with_the_former_one(lobby):
    lobby.enter("ann", "Ann")
    lobby.rename("ann", "Anne")
    [_, event] = lobby.store.log.after("lobby", 0, 10)
    assert (event.type, event.text) == ("system:nickname_change", "Ann is now Anne")
    assert (event.nickname, event.new_nickname) == ("Ann", "Anne")
    assert lobby.roster() == [("ann-occupant", "Anne")]
    assert lobby.room().chatter_count == 1


def test_the_same_nickname_again_is_no_change(lobby, hearing):
    lobby.enter("ann", "Ann")
    hearing.heard()
    lobby.rename("ann", "Ann")
    assert len(lobby.log()) == 1
    assert hearing.announced() == []


def test_leaving(lobby, hearing):
    lobby.enter("ann", "Ann")
    lobby.enter("bob")
    hearing.heard()
    lobby.exit("bob")
    lobby.exit("ann")
    assert lobby.log()[1:] == [(2, "system:leave", "Ann went")]
    assert lobby.roster() == []
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (0, 0)
    [first, second] = hearing.announced()
    assert (first.gone, first.event, first.size) == ((lobby.ticket("bob"),), None, 1)
    assert (second.gone, second.event.text, second.size) == ((lobby.ticket("ann"),), "Ann went", 0)
    with pytest.raises(LingrError, match="invalid_ticket"):
        lobby.exit("ann")


def test_nothing_of_those_who_left_stays_behind(lobby):
    lobby.enter("ann", "Ann")
    store, ticket = lobby.store, lobby.ticket("ann")
    home = store.tickets.home("lobby", ticket, "ann-session", now=MIDNIGHT, oldest=0)
    store.tickets.stale(home, 5)
    lobby.exit("ann")
    room = keys.room("lobby")
    assert (
        store.engine.command(
            "EXISTS", room.occupants, room.tickets, room.polls, room.seen, room.entered, room.chatters
        )
        == 0
    )


def test_identifying_tells_the_room_who_they_are(lobby, hearing):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    hearing.heard()
    lobby.store.rooms.identify(
        session=Session("ann-session", "k", "human", "user", description="about me", username="ann_1"),
        tickets={"lobby": [lobby.ticket("ann"), lobby.ticket("bob"), "gone"]},
        now=MIDNIGHT,
    )
    [ann, bob] = lobby.store.rooms.roster("lobby")
    assert (ann.user_id, ann.description, ann.username) == ("user", "about me", "ann_1")
    assert bob.user_id is None
    assert [one.changed for one in hearing.announced()] == [(lobby.ticket("ann"),)]
    lobby.store.rooms.identify(
        session=Session("ann-session", "k", "human"), tickets={"lobby": [lobby.ticket("ann")]}, now=MIDNIGHT
    )
    assert lobby.store.rooms.roster("lobby")[0].user_id is None


def test_sweeping_lets_the_silent_out(lobby, hearing):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    home = lobby.store.tickets.home("lobby", lobby.ticket("bob"), "bob-session", now=MIDNIGHT + 5, oldest=0)
    assert home.occupant.id == lobby.store.rooms.roster("lobby")[1].id
    hearing.heard()
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT + 9, left=" went") == (
        [("ann-session", lobby.ticket("ann"), None, False)],
        MIDNIGHT + 5,
        False,
    )
    assert lobby.log()[-1] == (3, "system:leave", "Ann went")
    assert [one.gone for one in hearing.announced()] == [(lobby.ticket("ann"),)]
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT + 9, left=" went") == (
        [],
        MIDNIGHT + 5,
        False,
    )
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT + 5, now=MIDNIGHT + 9, left=" went") == (
        [("bob-session", lobby.ticket("bob"), None, False)],
        None,
        True,
    )


def test_one_sweep_lets_a_hundred_out(lobby):
    for number in range(120):
        lobby.enter(f"{number}")
    swept, oldest, _ = lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT, left=" went")
    assert (len(swept), oldest) == (100, MIDNIGHT)
    swept, oldest, _ = lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT, left=" went")
    assert (len(swept), oldest) == (20, None)


def test_a_room_with_its_numbers_is_not_renewed(lobby, hearing):
    lobby.enter("ann", "Ann")
    hearing.heard()
    assert not lobby.store.rooms.renew("lobby", known=1, epoch="next")
    assert not lobby.store.rooms.renew("nowhere", known=9, epoch="next")
    assert hearing.announced() == []
    assert lobby.say("ann", "still here").id == 2


def test_a_room_that_lost_events_begins_anew(lobby, hearing):
    lobby.enter("ann", "Ann")
    hearing.heard()
    assert lobby.store.rooms.renew("lobby", known=7, epoch="next")
    assert hearing.announced() == [Announcement(7, 1, 1, reset=True)]
    assert not lobby.store.rooms.renew("lobby", known=7, epoch="after")
    with pytest.raises(LingrError, match="invalid_ticket"):
        lobby.say("ann", "hello")
    lobby.come("ann", ticket=lobby.ticket("again"), occupant=occupant_of("ann", "Ann"), again=True)
    assert lobby.log()[-1] == (8, "system:enter", "Ann came")


def test_an_owner_has_only_so_many_rooms(store):
    assert store.rooms.reserve("user", "one", 2)
    assert not store.rooms.reserve("user", "one", 2)
    assert store.rooms.reserve("user", "two", 2)
    with pytest.raises(LingrError, match="too_many_rooms"):
        store.rooms.reserve("user", "three", 2)
    assert not store.rooms.reserve("user", "two", 2)
    store.rooms.release("user", "one")
    assert store.rooms.reserve("user", "three", 2)
