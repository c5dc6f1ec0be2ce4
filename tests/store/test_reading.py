"""What is told of a room in one script: to anybody with an API key, and to the holder of a ticket."""

from __future__ import annotations

import pytest

from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.rates import Allowance
from lingr.store.reading import FIRST_EVENTS, Locked
from support.fakes import MIDNIGHT
from support.lobby import UNLIMITED

ONCE = Allowance(1, 60_000)


@pytest.fixture
def describe(store):
    def describe(room_id="lobby", **options):
        usual = {"api_key": "k", "password": None, "most": 300, "allowance": UNLIMITED, "counter": None}
        return store.reading.describe(room_id, **{**usual, **options})

    return describe


@pytest.fixture
def read(store, lobby):
    def read(who="ann", ticket=None, **options):
        usual = {"now": MIDNIGHT, "most": 300, "allowance": UNLIMITED, "counter": 0}
        return store.reading.read(
            "lobby",
            session_id=f"{who}-session",
            ticket=ticket or lobby.ticket(who),
            **{**usual, **options},
        )

    return read


def test_a_room_is_described_with_those_in_it_and_what_was_said(lobby, describe):
    lobby.enter("ann", "Ann")
    said = lobby.say("ann", '夜 "quoted" \\ / \x7f \u2028 🌙 </script>')
    found = describe(counter=1)
    assert found.room == lobby.room()
    assert [one.nickname for one in found.occupants] == ["Ann"]
    assert found.events == (said,)
    assert describe().events == ()


def test_only_the_first_events_come_along(lobby, describe):
    lobby.enter("ann", "Ann")
    for number in range(FIRST_EVENTS + 9):
        lobby.say("ann", f"{number}")
    assert [one.id for one in describe(counter=2).events] == list(range(3, FIRST_EVENTS + 3))


def test_a_room_that_is_not_there_is_not_counted(store, describe):
    with pytest.raises(LingrError, match="invalid_room"):
        describe("nowhere", allowance=ONCE)
    assert store.engine.command("DBSIZE") == 0


def test_a_room_with_a_password_says_only_how_to_check_it(store, lobby, describe):
    store.engine.command("HSET", keys.room("lobby").room, "password", "hash")
    for proof in (None, "another"):
        assert describe(allowance=ONCE, password=proof) == Locked("hash", members_only=False)
    assert describe(allowance=ONCE, password="hash").room.password == "hash"
    with pytest.raises(LingrError, match="rate_limited"):
        describe(allowance=ONCE, password="hash")


def test_asking_is_counted_for_each_key_and_room(lobby, describe, store):
    describe(allowance=ONCE)
    with pytest.raises(LingrError, match="rate_limited") as refused:
        describe(allowance=ONCE)
    assert 50 < int(refused.value.fields["seconds"]) <= 60
    describe(allowance=ONCE, api_key="another")
    assert 50_000 < store.engine.command("PTTL", keys.describing("lobby", "k")) <= 60_000


def test_larger_rooms_are_described_with_chatters_or_nobody(lobby, describe):
    for who, nickname in (("ann", "Ann"), ("bob", None), ("cid", "Cid")):
        lobby.enter(who, nickname)
    for most, names in ((3, ["Ann", None, "Cid"]), (2, ["Ann", "Cid"]), (1, []), (0, [])):
        found = describe(most=most)
        assert [one.nickname for one in found.occupants] == names
        assert (found.room.chatter_count, found.room.observer_count) == (2, 1)


def test_the_holder_of_a_ticket_reads_what_is_new(store, lobby, read):
    ticket = lobby.enter("ann", "Ann")
    lobby.enter("bob")
    said = lobby.say("ann", "hello")
    found = read(counter=1, now=MIDNIGHT + 5)
    assert (found.holder.nickname, found.counter, found.roster, found.size, found.zone) == (
        "Ann",
        2,
        2,
        2,
        "Tokyo",
    )
    assert [one.nickname for one in found.occupants] == ["Ann", None]
    assert found.events == (said,)
    assert store.engine.command("ZSCORE", keys.room("lobby").seen, ticket) == b"1200000000005"
    assert read(counter=None).events == ()
    assert (read(most=1).occupants, read(most=1).size) == ((), 2)


def test_a_ticket_that_is_no_good_is_not_counted(lobby, read):
    ticket = lobby.enter("ann", "Ann")
    with pytest.raises(LingrError, match="invalid_ticket"):
        read("bob", ticket=ticket, allowance=ONCE)
    read(allowance=ONCE)
    with pytest.raises(LingrError, match="rate_limited"):
        read(allowance=ONCE)
