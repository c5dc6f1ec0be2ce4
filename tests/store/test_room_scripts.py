"""The room scripts, each through its function: what it does, refuses and announces, and when repeated."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.announcements import Announcement
from lingr.store.rates import Allowance
from lingr.values import Tag
from support.fakes import MIDNIGHT
from support.lobby import EPOCH, Lobby, blank, occupant_of


def test_a_room_made_is_found_as_it_was_made(store):
    room = blank(
        "night",
        name="夜",
        description="a\nb",
        tags=(Tag("nightowls", "Night Owls"),),
        listed=False,
        owner_id="someone",
        password="hash",
    )
    assert store.rooms.create(room, EPOCH) == room
    assert store.rooms.find("night") == room
    assert store.rooms.find("Night") is None
    assert store.rooms.find_all(["nowhere", "night"]) == [room]


def test_a_room_is_made_once(store, lobby):
    lobby.enter("ann", "Ann")
    with pytest.raises(LingrError, match="id_unavailable"):
        store.rooms.create(blank("lobby", name="Another"), "another")
    assert lobby.room().name == "Lobby"
    assert lobby.room().chatter_count == 1


def test_a_chatter_enters(store, lobby, hearing):
    entered = lobby.come("ann", ticket="t", occupant=(ann := occupant_of("ann", "Ann")))
    room = entered.room
    assert (entered.occupant_id, entered.ticket) == ("ann-occupant", "t")
    assert (room.counter, room.chatter_count, room.observer_count, room.roster) == (1, 1, 0, 1)
    assert [(one.id, one.nickname, one.place) for one in entered.occupants] == [(ann.id, "Ann", 1)]
    [event] = store.log.after("lobby", 0, 10)
    assert (event.id, event.type, event.text, event.timestamp) == (1, "system:enter", "Ann came", MIDNIGHT)
    assert (event.occupant_id, event.nickname, event.client_type) == ("ann-occupant", "Ann", "human")
    assert hearing.announced() == [Announcement(1, 1, 1, event=event)]


def test_an_observer_enters_without_a_word(lobby, hearing):
    lobby.enter("ann")
    assert lobby.log() == []
    assert lobby.roster() == [("ann-occupant", None)]
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (0, 1)
    assert hearing.announced() == [Announcement(0, 1, 1)]


def test_nobody_enters_a_room_that_is_not_there(store):
    store.rooms.create(blank("other"), EPOCH)
    lobby = Lobby.__new__(Lobby)
    lobby.store, lobby.id = store, "nowhere"
    with pytest.raises(LingrError, match="invalid_room"):
        lobby.enter("ann", "Ann")
    assert store.engine.command("EXISTS", *keys.room("nowhere")) == 0


def test_entering_again_keeps_occupant_ticket_and_nickname(lobby, hearing):
    first = lobby.enter("ann", "Ann")
    hearing.heard()
    entered = lobby.come(
        "ann", ticket="another", occupant=occupant_of("ann", "Bob"), again=True, now=MIDNIGHT + 5
    )
    assert (entered.occupant_id, entered.ticket) == ("ann-occupant", first)
    assert entered.room.chatter_count == 1
    assert lobby.roster() == [("ann-occupant", "Ann")]
    assert hearing.announced() == []
    assert lobby.store.engine.command("ZSCORE", keys.room("lobby").seen, first) == b"1200000000005"


def test_entering_again_after_leaving_is_a_new_entrance(lobby):
    lobby.enter("ann", "Ann")
    lobby.exit("ann")
    lobby.enter("ann", "Ann", again=True)
    assert [kind for _, kind, _ in lobby.log()] == ["system:enter", "system:leave", "system:enter"]


def test_what_is_said_is_numbered_stored_and_announced(lobby, hearing):
    lobby.enter("ann", "Ann", user_id="user", source="browser")
    hearing.heard()
    said = lobby.say("ann", "hello", now=MIDNIGHT + 1)
    assert (said.id, said.type, said.text, said.timestamp) == (2, "user", "hello", MIDNIGHT + 1)
    assert (said.occupant_id, said.user_id, said.nickname, said.source, said.client_type) == (
        "ann-occupant",
        "user",
        "Ann",
        "browser",
        "human",
    )
    assert lobby.store.log.after("lobby", 1, 10) == (said,)
    assert (lobby.room().counter, lobby.room().max_user_message_id) == (2, 2)
    assert hearing.announced() == [Announcement(2, 1, 1, event=said)]


def test_a_request_that_comes_again_says_nothing_twice(lobby, hearing):
    lobby.enter("ann", "Ann")
    first = lobby.say("ann", "hello", request="one")
    hearing.heard()
    assert lobby.say("ann", "hello again", request="one", now=MIDNIGHT + 9) == first
    assert hearing.announced() == []
    assert lobby.say("ann", "hello", request="two").id == first.id + 1


def test_request_ids_of_others_are_others(lobby):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    assert lobby.say("ann", "hello", request="one").id != lobby.say("bob", "hello", request="one").id


def test_a_request_is_remembered_for_as_long_as_told(lobby):
    lobby.enter("ann", "Ann")
    lobby.say("ann", "hello", request="one", remember=200_000)
    life = lobby.store.engine.command("PTTL", keys.said("lobby", "ann-session", "one"))
    assert 190_000 < life <= 200_000


def test_an_observer_cannot_speak(lobby, hearing):
    lobby.enter("ann")
    hearing.heard()
    with pytest.raises(LingrError, match="no_nickname"):
        lobby.say("ann", "hello")
    assert lobby.log() == []
    assert hearing.announced() == []


@pytest.mark.parametrize("act", ["say", "rename"])
def test_a_ticket_is_no_good_in_anothers_hands(lobby, act):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    lobby.ticket = lambda who: Lobby.ticket(lobby, "ann")
    with pytest.raises(LingrError, match="invalid_ticket"):
        getattr(lobby, act)("bob", "hello")
    with pytest.raises(LingrError, match="invalid_ticket"):
        lobby.exit("bob")
    assert [nickname for _, nickname in lobby.roster()] == ["Ann", "Bob"]


def test_private_words_name_their_target_and_count_as_no_talk(lobby, hearing):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob", user_id="bobs")
    said = lobby.say("ann", "psst", target="bob-occupant")
    assert (said.type, said.to_occupant_id, said.to_user_id) == ("private", "bob-occupant", "bobs")
    assert lobby.room().max_user_message_id == 0
    assert hearing.announced()[-1].event == said
    with pytest.raises(LingrError, match="occupant_id"):
        lobby.say("ann", "psst again", target="nobody")


def test_a_ticket_speaks_only_so_often(lobby):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    thrice = Allowance(3, 60_000)
    for number in range(3):
        lobby.say("ann", f"{number}", allowance=thrice)
    with pytest.raises(LingrError, match="rate_limited") as refused:
        lobby.say("ann", "3", allowance=thrice)
    assert 50 < int(refused.value.fields["seconds"]) <= 60
    assert lobby.say("ann", "0", allowance=thrice).text == "0"
    assert lobby.say("bob", "mine", allowance=thrice).text == "mine"
    life = lobby.store.engine.command("PTTL", keys.speaking("lobby", lobby.ticket("ann")))
    assert 50_000 < life <= 60_000


def test_the_log_is_trimmed_to_what_is_kept(open_ctx):
    lobby = Lobby(open_ctx(log_events=100).store)
    lobby.enter("ann", "Ann")
    for number in range(450):
        lobby.say("ann", f"{number}")
    kept = lobby.log()
    assert 100 <= len(kept) <= 300
    assert kept[-1] == (451, "user", "449")
