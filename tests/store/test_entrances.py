"""Coming in: what is noted before, the entrance itself, and whom it lists."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.rates import Allowance
from lingr.values import Session
from support.fakes import MIDNIGHT
from support.lobby import EPOCH, UNLIMITED, blank, occupant_of


@pytest.fixture
def ann(store):
    """A session."""
    session = Session("ann-session", "k", "human")
    store.sessions.create(session)
    return session


def tickets(store, session):
    return {one.decode() for one in store.engine.command("SMEMBERS", keys.session_tickets(session.id))}


def test_a_door_tells_of_the_session_and_the_room(store, lobby, ann):
    door = store.entrances.prepare(ann.id, "lobby", "t", UNLIMITED)
    assert (door.session, door.exists, door.password) == (ann, True, None)
    assert tickets(store, ann) == {"t"}
    store.rooms.create(blank("cellar", password="hash"), EPOCH)
    assert store.entrances.prepare(ann.id, "cellar", "u", UNLIMITED).password == "hash"
    assert not store.entrances.prepare(ann.id, "nowhere", "v", UNLIMITED).exists


def test_nobody_stands_at_a_door_without_a_session(store, lobby):
    with pytest.raises(LingrError, match="invalid_session"):
        store.entrances.prepare("ann-session", "lobby", "t", UNLIMITED)
    assert store.engine.command("EXISTS", keys.session_tickets("ann-session")) == 0


def test_entrances_are_counted_once_for_each_ticket(store, lobby, ann):
    twice = Allowance(2, 60_000)
    for ticket in ("t", "t", "u", "t"):
        store.entrances.prepare(ann.id, "lobby", ticket, twice)
    with pytest.raises(LingrError, match="rate_limited") as refused:
        store.entrances.prepare(ann.id, "lobby", "v", twice)
    assert 50 < int(refused.value.fields["seconds"]) <= 60
    assert tickets(store, ann) == {"t", "u"}


def test_an_entrance_asked_for_again_with_its_ticket_is_the_same_one(lobby):
    first = lobby.come("ann", occupant=occupant_of("ann", "Ann"))
    assert lobby.come("ann", occupant=occupant_of("ann", "Ann")) == first
    assert lobby.log() == [(1, "system:enter", "Ann came")]
    assert (lobby.room().chatter_count, lobby.room().roster) == (1, 1)


def test_an_entrance_tells_what_became_of_the_session(lobby, ann):
    assert lobby.come("ann").session == ann
    assert lobby.come("bob").session is None


def test_only_who_has_the_right_hash_enters_a_room_with_a_password(store, lobby):
    store.engine.command("HSET", keys.room("lobby").room, "password", "hash")
    for proof in (None, "another"):
        with pytest.raises(LingrError, match="room_password_required"):
            lobby.come("ann", password=proof)
    assert lobby.roster() == []
    assert lobby.come("ann", password="hash").room.requires_password


def test_a_hash_for_a_room_that_has_no_password_is_none_of_its(lobby):
    with pytest.raises(LingrError, match="room_password_required"):
        lobby.come("ann", password="hash")


def test_an_entrance_has_the_room_swept(store, lobby):
    lobby.come("ann", due=MIDNIGHT + 9)
    lobby.come("bob", due=MIDNIGHT + 99)
    assert store.presence.due(MIDNIGHT + 9, 10) == ["lobby"]


def listed(entered):
    return [one.id.removesuffix("-occupant") for one in entered.occupants]


def test_everybody_is_listed_in_rooms_of_up_to_so_many(lobby):
    for who, nickname in (("ann", "Ann"), ("bob", None)):
        lobby.enter(who, nickname)
    assert listed(lobby.come("cid", most=3)) == ["ann", "bob", "cid"]


def test_chatters_and_oneself_are_listed_in_larger_ones(lobby):
    for who, nickname in (("ann", "Ann"), ("bob", None), ("cid", "Cid"), ("dan", None)):
        lobby.enter(who, nickname)
    assert listed(lobby.come("eve", most=3)) == ["ann", "cid", "eve"]
    assert listed(lobby.come("eve", again=True, most=3)) == ["ann", "cid", "eve"]
    assert listed(lobby.come("fay", occupant=occupant_of("fay", "Fay"), most=3)) == ["ann", "cid", "fay"]
    assert listed(lobby.come("fay", again=True, most=3)) == ["ann", "cid", "fay"]


def test_oneself_alone_is_listed_where_even_chatters_are_too_many(lobby):
    for who in ("ann", "bob", "cid"):
        lobby.enter(who, who.title())
    for occupant in (occupant_of("dan", "Dan"), occupant_of("dan")):
        entered = lobby.come("dan", occupant=occupant, ticket=f"t{occupant.nickname}", most=2)
        assert listed(entered) == ["dan"]
    assert entered.room.chatter_count == 4


def test_whoever_takes_a_nickname_or_leaves_is_listed_accordingly(store, lobby):
    for who in ("ann", "bob", "cid"):
        lobby.enter(who)
    lobby.rename("bob", "Bob")
    lobby.rename("cid", "Cid")
    lobby.rename("cid", "Cyd")
    lobby.exit("bob")
    lobby.exit("ann")
    assert store.engine.command("SMEMBERS", keys.room("lobby").chatters) == [b"cid-occupant"]
    store.rooms.sweep("lobby", before=MIDNIGHT, now=MIDNIGHT, left=" went")
    assert store.engine.command("EXISTS", keys.room("lobby").chatters) == 0


def test_thousands_of_chatters_are_listed_if_so_many_are_wanted(store, lobby):
    for number in range(2500):
        lobby.enter(f"{number}", f"{number}")
    lobby.enter("quiet")
    assert len(lobby.come("more", most=2500).occupants) == 2501


def test_scripts_that_the_engine_forgot_are_carried_out_once_all_the_same(store, lobby, ann):
    store.engine.command("SCRIPT", "FLUSH")
    lobby.enter("ann", "Ann")
    store.engine.command("SCRIPT", "FLUSH")
    # Of the two scripts of an entrance the engine knows the second one now, and not the first.
    store.sessions.touch(ann.id)
    lobby.enter("bob", "Bob")
    assert [text for _, _, text in lobby.log()] == ["Ann came", "Bob came"]
    store.engine.command("SCRIPT", "FLUSH")
    lobby.exit("ann")
    assert lobby.roster() == [("bob-occupant", "Bob")]
