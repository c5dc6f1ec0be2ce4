"""The room scripts, each through its function: what it does, refuses and announces, and when repeated."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.announcements import Announcement
from lingr.values import Occupant, Tag
from support.engine import ANY
from support.fakes import MIDNIGHT
from support.lobby import EPOCH, Lobby, blank


def lobby_occupant(nickname):
    return Occupant("ann-occupant", "human", nickname=nickname)


@pytest.fixture
def lobby(store):
    return Lobby(store)


@pytest.fixture
def ears(ears, lobby):
    ears.follow("lobby")
    ears.heard()
    return ears


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
    assert store.rooms.find_with_roster("night") == (room, ())


def test_a_room_is_made_once(store, lobby):
    lobby.enter("ann", "Ann")
    with pytest.raises(LingrError, match="id_unavailable"):
        store.rooms.create(blank("lobby", name="Another"), "another")
    assert lobby.room().name == "Lobby"
    assert lobby.room().chatter_count == 1


def test_a_chatter_enters(store, lobby, ears):
    occupant_id, ticket, room, occupants = store.rooms.enter(
        "lobby",
        session_id="s",
        ticket="t",
        occupant=(ann := lobby_occupant("Ann")),
        again=False,
        now=MIDNIGHT,
        joined=" came",
    )
    assert (occupant_id, ticket) == ("ann-occupant", "t")
    assert (room.counter, room.chatter_count, room.observer_count, room.roster) == (1, 1, 0, 1)
    assert [(one.id, one.nickname, one.place) for one in occupants] == [(ann.id, "Ann", 1)]
    [event] = store.log.after("lobby", 0, 10)
    assert (event.id, event.type, event.text, event.timestamp) == (1, "system:enter", "Ann came", MIDNIGHT)
    assert (event.occupant_id, event.nickname, event.client_type) == ("ann-occupant", "Ann", "human")
    assert ears.announced() == [Announcement(1, 1, 1, event=event)]


def test_an_observer_enters_without_a_word(lobby, ears):
    lobby.enter("ann")
    assert lobby.log() == []
    assert lobby.roster() == [("ann-occupant", None)]
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (0, 1)
    assert ears.announced() == [Announcement(0, 1, 1)]


def test_nobody_enters_a_room_that_is_not_there(store):
    store.rooms.create(blank("other"), EPOCH)
    lobby = Lobby.__new__(Lobby)
    lobby.store, lobby.id = store, "nowhere"
    with pytest.raises(LingrError, match="invalid_room"):
        lobby.enter("ann", "Ann")
    assert store.engine.command("EXISTS", *keys.room("nowhere")) == 0


def test_entering_again_keeps_occupant_ticket_and_nickname(lobby, ears):
    first = lobby.enter("ann", "Ann")
    ears.heard()
    occupant_id, ticket, room, _ = lobby.store.rooms.enter(
        "lobby",
        session_id="ann-session",
        ticket="another",
        occupant=lobby_occupant("Bob"),
        again=True,
        now=MIDNIGHT + 5,
        joined=" came",
    )
    assert (occupant_id, ticket) == ("ann-occupant", first)
    assert room.chatter_count == 1
    assert lobby.roster() == [("ann-occupant", "Ann")]
    assert ears.announced() == []
    assert lobby.store.engine.command("ZSCORE", keys.room("lobby").seen, first) == b"1200000000005"


def test_entering_again_after_leaving_is_a_new_entrance(lobby):
    lobby.enter("ann", "Ann")
    lobby.exit("ann")
    lobby.enter("ann", "Ann", again=True)
    assert [kind for _, kind, _ in lobby.log()] == ["system:enter", "system:leave", "system:enter"]


def test_what_is_said_is_numbered_stored_and_announced(lobby, ears):
    lobby.enter("ann", "Ann", user_id="user", source="browser")
    ears.heard()
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
    assert ears.announced() == [Announcement(2, 1, 1, event=said)]


def test_a_request_that_comes_again_says_nothing_twice(lobby, ears):
    lobby.enter("ann", "Ann")
    first = lobby.say("ann", "hello", request="one")
    ears.heard()
    assert lobby.say("ann", "hello again", request="one", now=MIDNIGHT + 9) == first
    assert ears.announced() == []
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


def test_an_observer_cannot_speak(lobby, ears):
    lobby.enter("ann")
    ears.heard()
    with pytest.raises(LingrError, match="no_nickname"):
        lobby.say("ann", "hello")
    assert lobby.log() == []
    assert ears.announced() == []


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


def test_private_words_name_their_target_and_count_as_no_talk(lobby, ears):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob", user_id="bobs")
    said = lobby.say("ann", "psst", target="bob-occupant")
    assert (said.type, said.to_occupant_id, said.to_user_id) == ("private", "bob-occupant", "bobs")
    assert lobby.room().max_user_message_id == 0
    assert ears.announced()[-1].event == said
    with pytest.raises(LingrError, match="occupant_id"):
        lobby.say("ann", "psst again", target="nobody")


def test_a_ticket_speaks_only_so_often(lobby):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    for number in range(3):
        lobby.say("ann", f"{number}", most=3, window=60_000)
    with pytest.raises(LingrError, match="rate_limited"):
        lobby.say("ann", "3", most=3, window=60_000)
    assert lobby.say("ann", "0", most=3, window=60_000).text == "0"
    assert lobby.say("bob", "mine", most=3, window=60_000).text == "mine"
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


def test_a_first_nickname_lets_an_observer_join(lobby, ears):
    lobby.enter("ann")
    ears.heard()
    lobby.rename("ann", "Ann")
    assert lobby.log() == [(1, "system:enter", "Ann came")]
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (1, 0)
    [announcement] = ears.announced()
    assert (announcement.counter, announcement.roster, announcement.size) == (1, 2, 1)


def test_another_nickname_is_told_with_the_former_one(lobby):
    lobby.enter("ann", "Ann")
    lobby.rename("ann", "Anne")
    [_, event] = lobby.store.log.after("lobby", 0, 10)
    assert (event.type, event.text) == ("system:nickname_change", "Ann is now Anne")
    assert (event.nickname, event.new_nickname) == ("Ann", "Anne")
    assert lobby.roster() == [("ann-occupant", "Anne")]
    assert lobby.room().chatter_count == 1


def test_the_same_nickname_again_is_no_change(lobby, ears):
    lobby.enter("ann", "Ann")
    ears.heard()
    lobby.rename("ann", "Ann")
    assert len(lobby.log()) == 1
    assert ears.announced() == []


def test_leaving(lobby, ears):
    lobby.enter("ann", "Ann")
    lobby.enter("bob")
    ears.heard()
    lobby.exit("bob")
    lobby.exit("ann")
    assert lobby.log()[1:] == [(2, "system:leave", "Ann went")]
    assert lobby.roster() == []
    assert (lobby.room().chatter_count, lobby.room().observer_count) == (0, 0)
    [first, second] = ears.announced()
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
        store.engine.command("EXISTS", room.occupants, room.tickets, room.polls, room.seen, room.entered) == 0
    )


def test_identifying_tells_the_room_who_they_are(lobby, ears):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    ears.heard()
    lobby.store.rooms.identify(
        "lobby",
        session_id="ann-session",
        user_id="user",
        description="about me",
        tickets=[lobby.ticket("ann"), lobby.ticket("bob"), "gone"],
    )
    [ann, bob] = lobby.store.rooms.roster("lobby")
    assert (ann.user_id, ann.description, bob.user_id) == ("user", "about me", None)
    assert [one.changed for one in ears.announced()] == [(lobby.ticket("ann"),)]
    lobby.store.rooms.identify(
        "lobby", session_id="ann-session", user_id="", description="", tickets=[lobby.ticket("ann")]
    )
    assert lobby.store.rooms.roster("lobby")[0].user_id is None


def test_sweeping_lets_the_silent_out(lobby, ears):
    lobby.enter("ann", "Ann")
    lobby.enter("bob", "Bob")
    home = lobby.store.tickets.home("lobby", lobby.ticket("bob"), "bob-session", now=MIDNIGHT + 5, oldest=0)
    assert home.occupant.nickname == "Bob"
    ears.heard()
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT + 9, left=" went") == (
        1,
        MIDNIGHT + 5,
    )
    assert lobby.log()[-1] == (3, "system:leave", "Ann went")
    assert [one.gone for one in ears.announced()] == [(lobby.ticket("ann"),)]
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT + 9, left=" went") == (
        0,
        MIDNIGHT + 5,
    )
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT + 5, now=MIDNIGHT + 9, left=" went") == (1, None)


def test_one_sweep_lets_a_hundred_out(lobby):
    for number in range(120):
        lobby.enter(f"{number}")
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT, left=" went") == (100, MIDNIGHT)
    assert lobby.store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT, left=" went") == (20, None)


def test_a_room_with_its_numbers_is_not_renewed(lobby, ears):
    lobby.enter("ann", "Ann")
    ears.heard()
    assert not lobby.store.rooms.renew("lobby", known=1, epoch="next")
    assert not lobby.store.rooms.renew("nowhere", known=9, epoch="next")
    assert ears.announced() == []
    assert lobby.say("ann", "still here").id == 2


def test_a_room_that_lost_events_begins_anew(lobby, ears):
    lobby.enter("ann", "Ann")
    ears.heard()
    assert lobby.store.rooms.renew("lobby", known=7, epoch="next")
    assert ears.announced() == [Announcement(7, 1, 1, reset=True)]
    assert not lobby.store.rooms.renew("lobby", known=7, epoch="after")
    with pytest.raises(LingrError, match="invalid_ticket"):
        lobby.say("ann", "hello")
    lobby.store.rooms.enter(
        "lobby",
        session_id="ann-session",
        ticket=lobby.ticket("again"),
        occupant=lobby_occupant("Ann"),
        again=True,
        now=MIDNIGHT,
        joined=" came",
    )
    assert lobby.log()[-1] == (8, "system:enter", "Ann came")


def test_the_directory_lists_the_newest_first(store):
    for created, room_id in enumerate(["old", "newer", "newest"]):
        store.rooms.enlist(room_id, created)
    store.rooms.enlist("old", 99)
    assert store.rooms.listed(2) == ["newest", "newer"]


def test_an_owner_has_only_so_many_rooms(store):
    assert store.rooms.reserve("user", "one", 2)
    assert not store.rooms.reserve("user", "one", 2)
    assert store.rooms.reserve("user", "two", 2)
    with pytest.raises(LingrError, match="too_many_rooms"):
        store.rooms.reserve("user", "three", 2)
    assert not store.rooms.reserve("user", "two", 2)
    store.rooms.release("user", "one")
    assert store.rooms.reserve("user", "three", 2)
    assert store.engine.command("EXISTS", keys.owned_rooms(ANY)) == 0
