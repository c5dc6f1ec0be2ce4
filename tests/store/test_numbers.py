"""Ids of events: unique over rooms, rising within one, the same for every process."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingr.domain import numbering
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.numbers import KEPT_STRETCHES, MOST_AHEAD, STRETCH, TRUST_MILLISECONDS
from support.cuts import WAYS, cut
from support.lobby import blank


def make_room(store, room_id, epoch="the-first"):
    assert store.rooms.create(blank(room_id), epoch)


def grow(store, room_id, upto, first=1):
    """Gives a room's log events up to a number, without a word about it to anybody."""
    room = keys.room(room_id)
    event = '{"id":%d,"type":"user","timestamp":1,"text":"x"}'
    commands = [("XADD", room.log, f"{one}-0", "event", event % one) for one in range(first, upto + 1)]
    store.engine.commands([*commands, ("HSET", room.room, "counter", upto)])


@pytest.fixture
def room(store):
    """Makes rooms with so many events."""

    def room(room_id, events):
        make_room(store, room_id)
        grow(store, room_id, events)

    return room


@pytest.fixture
def trips(store, monkeypatch):
    """The commands sent from now on."""
    sent = []
    exchange = type(store.engine)._exchange

    def counted(self, commands, *rest):
        sent.append(commands)
        return exchange(self, commands, *rest)

    monkeypatch.setattr(type(store.engine), "_exchange", counted)
    return sent


def test_ids_rise_with_counters_and_never_change(ctx, room):
    room("lobby", 200)
    ids = [numbering.number_of(ctx, "lobby", one) for one in range(1, 201)]
    assert all(one < other for one, other in pairwise(ids))
    assert all(one % STRETCH == counter % STRETCH for counter, one in enumerate(ids, 1))
    assert numbering.numbers_of(ctx, "lobby", range(1, 201)) == ids
    assert numbering.numbers_of(ctx, "lobby", ()) == []


def test_another_process_finds_the_same(ctx, open_ctx, room):
    room("lobby", 100)
    ids = numbering.numbers_of(ctx, "lobby", range(1, 101))
    assert numbering.numbers_of(open_ctx("second"), "lobby", range(1, 101)) == ids


def test_rooms_have_no_id_in_common(ctx, room):
    for name in ("one", "other", "third"):
        room(name, 70)
    first = [
        numbering.number_of(ctx, name, counter)
        for counter in range(1, 71)
        for name in ("one", "other", "third")
    ]
    assert len(set(first)) == 210


def test_an_id_leads_back_to_its_event(ctx, open_ctx, room):
    for name in ("one", "other"):
        room(name, 130)
    ids = {
        numbering.number_of(ctx, name, counter): (name, counter)
        for name in ("one", "other")
        for counter in range(1, 131)
    }
    for reader in (ctx, open_ctx("second")):
        assert {one: numbering.place_of(reader, one) for one in ids} == ids


@pytest.mark.parametrize("number", [0, 1, 63, -1, -(10**30), 99_999_999, 2**31, 10**30])
def test_an_id_that_nobody_has_leads_nowhere(ctx, room, number):
    assert numbering.place_of(ctx, number) is None
    room("lobby", 10)
    numbering.number_of(ctx, "lobby", 10)
    assert numbering.place_of(ctx, number) is None


def test_what_is_known_takes_no_round_trip(ctx, room, trips):
    room("lobby", 40)
    assert numbering.number_known(ctx, "lobby", 40) is None
    number = numbering.number_of(ctx, "lobby", 40)
    trips.clear()
    assert numbering.number_known(ctx, "lobby", 39) == number - 1
    assert numbering.number_of(ctx, "lobby", 1) == number - 39
    assert trips == []


def test_a_long_log_is_numbered_in_a_few_round_trips(ctx, room, trips):
    room("lobby", 5000)
    trips.clear()
    ids = numbering.numbers_of(ctx, "lobby", (5000, 1))
    assert len(trips) <= 6  # a script that the engine does not know is sent twice
    assert ids[0] - ids[1] == 4999
    assert ctx.store.engine.command("ZCARD", keys.room("lobby").numbers) == 1


def test_a_room_that_talks_on_has_blocks_ahead(ctx, room, store, trips):
    room("lobby", 1000)
    first = numbering.number_of(ctx, "lobby", 1000)
    grow(store, "lobby", 1100, 1001)
    trips.clear()
    assert numbering.number_of(ctx, "lobby", 1100) > first
    assert 2 <= len(trips) <= 6
    trips.clear()
    numbering.number_of(ctx, "lobby", 1100 + STRETCH)
    assert trips == []
    ahead = ctx.store.numbers._tables["lobby"].beyond - 1100 // STRETCH
    assert 1 < ahead <= MOST_AHEAD + 1


def test_numbers_begin_where_the_log_does(ctx, room, store):
    room("lobby", 3000)
    store.engine.command("XTRIM", keys.room("lobby").log, "MINID", "=", "2900-0")
    assert numbering.number_of(ctx, "lobby", 3000) < 1000
    with pytest.raises(LingrError, match="unknown_message"):
        numbering.number_of(ctx, "lobby", 100)


def test_ids_are_not_spent_on_gaps_of_a_log_that_was_brought_in(ctx, store):
    make_room(store, "lobby")
    grow(store, "lobby", 10)
    grow(store, "lobby", 10**12, 10**12 - 99)
    assert numbering.number_of(ctx, "lobby", 10**12) < 2**12
    numbering.number_of(ctx, "lobby", 10**12 - 99)
    with pytest.raises(LingrError, match="unknown_message"):
        numbering.number_of(ctx, "lobby", 10)


def test_what_was_just_forgotten_has_an_id_still(ctx, open_ctx, room, store):
    room("lobby", 1000)
    before = numbering.numbers_of(ctx, "lobby", (800, 1000))
    store.engine.command("XTRIM", keys.room("lobby").log, "MINID", "=", "990-0")
    grow(store, "lobby", 1500, 1001)
    second = open_ctx("second")
    numbering.number_of(second, "lobby", 1500)
    assert numbering.numbers_of(second, "lobby", (800, 1000)) == before


def test_what_was_forgotten_long_ago_has_none(ctx, open_ctx, room, store):
    room("lobby", 64)
    first = numbering.number_of(ctx, "lobby", 1)
    for upto in range(1000, 5000, 500):
        oldest = int(store.engine.command("HGET", keys.room("lobby").room, "counter")) + 1
        grow(store, "lobby", upto, oldest)
        numbering.number_of(ctx, "lobby", upto)
        store.engine.command("XTRIM", keys.room("lobby").log, "MINID", "=", f"{upto}-0")
    kept = store.engine.command("ZRANGE", keys.room("lobby").numbers, 0, -1)
    assert int(kept[0].split()[0]) > 0
    assert int(kept[0].split()[0]) + int(kept[0].split()[1]) > 4000 // STRETCH - KEPT_STRETCHES
    second = open_ctx("second")
    assert numbering.place_of(second, first) is None
    with pytest.raises(LingrError, match="unknown_message"):
        numbering.number_of(second, "lobby", 1)
    # What is kept to find the room by does not grow with what it has forgotten.
    assert store.engine.command("ZCARD", keys.number_places()) <= len(kept) + 1
    leases = store.engine.command("HGET", keys.number_leases(), "lobby").split()
    assert len(leases) <= len(kept) + 1


def test_a_room_that_is_not_there_has_none(ctx):
    with pytest.raises(LingrError, match="invalid_room"):
        numbering.number_of(ctx, "nowhere", 1)
    with pytest.raises(LingrError, match="invalid_room"):
        numbering.counter_before(ctx, "nowhere", 7)


def test_pages_begin_before_an_id(ctx, room, store):
    room("lobby", 100)
    room("other", 10)
    numbering.number_of(ctx, "lobby", 1)
    numbering.number_of(ctx, "other", 1)
    grow(store, "lobby", 300, 101)
    for counter in (1, 63, 64, 100, 191, 192, 300):
        number = numbering.number_of(ctx, "lobby", counter)
        assert numbering.counter_before(ctx, "lobby", number) == counter
    # Ids between two leases are other rooms'.
    between = numbering.number_of(ctx, "other", 5)
    counter = numbering.counter_before(ctx, "lobby", between)
    assert numbering.number_of(ctx, "lobby", counter - 1) < between
    assert numbering.number_of(ctx, "lobby", counter) > between
    assert numbering.counter_before(ctx, "lobby", 0) == 0
    for number in (numbering.NEWEST, 2**40):
        assert numbering.counter_before(ctx, "lobby", number) is None


def test_pages_begin_before_an_id_that_another_process_gave(ctx, open_ctx, room, store):
    room("lobby", 5000)
    store.engine.command("XTRIM", keys.room("lobby").log, "MINID", "=", "4900-0")
    first = numbering.number_of(ctx, "lobby", 4900)
    grow(store, "lobby", 5500, 5001)
    second = open_ctx("second")
    for counter in (5100, 5500):
        number = numbering.number_of(second, "lobby", counter)
        assert numbering.counter_before(ctx, "lobby", number) == counter
    assert numbering.counter_before(ctx, "lobby", first) == 4900
    assert numbering.counter_before(ctx, "lobby", 63) == 0


def test_the_newest_are_what_comes_before_that_many_though_ids_are_greater(ctx, room, store):
    store.engine.command("SET", keys.number_counter(), 10**8 // STRETCH)
    room("lobby", 10)
    assert numbering.number_of(ctx, "lobby", 10) > numbering.NEWEST
    assert numbering.counter_before(ctx, "lobby", numbering.NEWEST) is None


def test_a_room_of_the_same_id_is_another_one(ctx, open_ctx, room, store, clock):
    second = open_ctx("second")
    room("lobby", 100)
    old = numbering.number_of(ctx, "lobby", 50)
    assert numbering.number_of(second, "lobby", 50) == old
    store.engine.command("UNLINK", *keys.room("lobby"))
    numbering.forget(ctx, "lobby")
    assert store.engine.commands([("ZCARD", keys.number_places()), ("HLEN", keys.number_leases())]) == [0, 0]
    assert numbering.place_of(ctx, old) is None
    make_room(store, "lobby", epoch="other")
    grow(store, "lobby", 100)
    new = numbering.number_of(ctx, "lobby", 50)
    assert new > old
    clock.pass_seconds(TRUST_MILLISECONDS / 1000)
    assert numbering.number_of(second, "lobby", 50) == new
    assert numbering.place_of(second, old) is None
    # Whoever clears away late leaves the new one alone.
    numbering.forget(ctx, "lobby")
    assert numbering.place_of(second, new) == ("lobby", 50)


def test_while_a_room_is_heard_its_ids_need_no_looking_up(ctx, room, clock, trips):
    room("lobby", 40)
    ctx.store.mirror.follow("lobby")
    number = numbering.number_of(ctx, "lobby", 40)
    clock.pass_seconds(3600)
    trips.clear()
    assert numbering.number_of(ctx, "lobby", 40) == number
    assert trips == []
    ctx.store.mirror.unfollow("lobby")
    assert numbering.number_known(ctx, "lobby", 40) is None
    assert numbering.number_of(ctx, "lobby", 40) == number
    ctx.store.mirror.follow("lobby")
    clock.pass_seconds(3600)
    assert numbering.number_known(ctx, "lobby", 40) is None
    ctx.store.mirror.lose()
    numbering.number_of(ctx, "lobby", 40)
    ctx.store.mirror.lose()
    assert numbering.number_known(ctx, "lobby", 40) is None


def test_what_the_engine_has_forgotten_is_not_leased_again(ctx, room, store):
    room("lobby", 100)
    number = numbering.number_of(ctx, "lobby", 100)
    names = (keys.number_counter(), keys.number_places(), keys.number_leases(), keys.room("lobby").numbers)
    store.engine.command("UNLINK", *names)
    ctx.store.mirror.lose()
    room("other", 100)
    assert min(numbering.numbers_of(ctx, "other", range(1, 101))) > number
    assert numbering.number_of(ctx, "lobby", 100) > number


def test_a_lease_that_came_too_late_is_nobodys(ctx, open_ctx, room, monkeypatch):
    room("lobby", 10)
    second = open_ctx("second")
    lease = type(ctx.store.numbers)._lease
    taken = []

    def late(self, *arguments):
        found = lease(self, *arguments)
        if self is ctx.store.numbers and not taken:
            taken.append((found.block * STRETCH + 10, numbering.number_of(second, "lobby", 10)))
        return found

    monkeypatch.setattr(type(ctx.store.numbers), "_lease", late)
    number = numbering.number_of(ctx, "lobby", 10)
    assert [number] == [other for _, other in taken]
    assert numbering.place_of(second, number) == ("lobby", 10)
    assert numbering.place_of(second, taken[0][0]) is None


def test_ids_that_are_told_lead_back_when_another_process_leased_later(ctx, open_ctx, room, monkeypatch):
    room("lobby", 10)
    second = open_ctx("second")
    lease = type(ctx.store.numbers)._lease
    told = []

    def overtaken(self, *arguments):
        if self is ctx.store.numbers and not told:
            told.append(numbering.number_of(second, "lobby", 10))
        return lease(self, *arguments)

    monkeypatch.setattr(type(ctx.store.numbers), "_lease", overtaken)
    assert [numbering.number_of(ctx, "lobby", 10)] == told
    assert numbering.place_of(ctx, told[0]) == ("lobby", 10)
    assert numbering.place_of(second, told[0]) == ("lobby", 10)


@pytest.mark.parametrize("way", WAYS)
def test_a_process_that_dies_on_the_way_leaves_ids_that_lead_back(open_ctx, store, way):
    for at in range(10):
        store.engine.command("FLUSHDB")
        make_room(store, "lobby")
        grow(store, "lobby", 200)
        first, second = open_ctx("first"), open_ctx("second")
        seen = []
        with cut(at, way) as knife:
            seen.append(numbering.numbers_of(first, "lobby", range(1, 201)))
        ids = numbering.numbers_of(second, "lobby", range(1, 201))
        assert seen in ([], [ids])
        assert ids == sorted(set(ids))
        assert [numbering.place_of(second, one) for one in ids] == [("lobby", one) for one in range(1, 201)]
        if not knife.fell:
            break
    assert at >= 3


def test_many_threads_of_many_processes_find_the_same_ids(open_ctx, store):
    contexts = [open_ctx(f"process {one}") for one in range(4)]
    names = ["one", "other", "third"]
    for name in names:
        make_room(store, name)
    found = [{} for _ in contexts]
    start = threading.Barrier(len(contexts))

    def number(ctx, mine, seed):
        start.wait()
        for step in range(1, 200):
            name = names[(step * (seed + 1)) % len(names)]
            counter = step * (3 + seed % 2)
            mine[name, counter] = numbering.number_of(ctx, name, counter)

    threads = [
        threading.Thread(target=number, args=(ctx, mine, seed))
        for seed, (ctx, mine) in enumerate(zip(contexts, found, strict=True))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [len(mine) for mine in found] == [199] * 4
    agreed(found)


def agreed(found):
    """What several found is the same, unique, and rises within a room."""
    ids = {}
    for mine in found:
        for place, number in mine.items():
            assert ids.setdefault(place, number) == number
    assert len(set(ids.values())) == len(ids)
    for name in {name for name, _ in ids}:
        ordered = [ids[place] for place in sorted(place for place in ids if place[0] == name)]
        assert ordered == sorted(ordered)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "number", "trim", "away"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(1, 200),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_ids_stay_as_they_are(open_ctx, store, steps):
    store.engine.command("FLUSHDB")
    contexts = [open_ctx(f"process {one}") for one in range(3)]
    counters, oldest = [0, 0, 0], [1, 1, 1]
    for one in range(3):
        make_room(store, f"room{one}")
    ids = {}
    for what, who, where, much in steps:
        name, ctx = f"room{where}", contexts[who]
        if what == "say":
            grow(store, name, counters[where] + much, counters[where] + 1)
            counters[where] += much
        elif what == "trim":
            oldest[where] = min(oldest[where] + much, counters[where] + 1)
            store.engine.command("XTRIM", keys.room(name).log, "MINID", "=", f"{oldest[where]}-0")
        elif what == "away":
            ctx.store.mirror.lose()
        elif oldest[where] <= counters[where]:
            counter = max(oldest[where], counters[where] - much)
            number = numbering.number_of(ctx, name, counter)
            assert ids.setdefault((name, counter), number) == number
            assert numbering.place_of(contexts[0], number) == (name, counter)
            assert numbering.counter_before(ctx, name, number) == counter
    agreed([ids])
    for ctx in contexts:
        ctx.store.engine.close()
