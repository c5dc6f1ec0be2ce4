"""Entering, nicknames, leaving, and falling silent."""

from __future__ import annotations

import threading

import pytest

from lingr.domain import observing, presence, rooms
from lingr.errors import LingrError
from lingr.store import keys
from lingr.values_watch import Watch
from support.fakes import MIDNIGHT
from support.people import ROOM, Person, nicknames, roster, told


def test_entering_answers_with_the_room_and_everyone_in_it(ctx, person):
    person("Ann")
    bob = person()
    entrance = presence.enter(ctx, bob.caller, id=ROOM, password=None, nickname="Bob", idempotent=False)
    assert entrance.ticket.startswith("a-r-lobby-")
    assert entrance.max_observe_time == 50
    assert (entrance.room.id, entrance.room.counter, entrance.room.chatter_count) == (ROOM, 2, 2)
    assert [one.nickname for one in entrance.occupants] == ["Ann", "Bob"]
    assert entrance.occupants[1].id == entrance.occupant_id
    assert (entrance.occupants[1].client_type, entrance.occupants[1].source) == ("human", "api")
    assert told(ctx) == ["Ann has joined the conversation", "Bob has joined the conversation"]


def test_an_observer_is_in_the_roster_and_nowhere_else(ctx, person):
    person("")
    assert nicknames(ctx) == [None]
    assert told(ctx) == []
    assert rooms.find(ctx, ROOM).observer_count == 1


def test_nicknames_are_one_line(ctx, person):
    person("  An\n n\x00 ")
    assert nicknames(ctx) == ["An n"]
    with pytest.raises(LingrError, match="nickname"):
        person("x" * 65)
    person("x" * 64)


@pytest.mark.parametrize("room_id", ["nowhere", "Lobby", "", "lob by", "x" * 33])
def test_rooms_that_are_not_there(person, room_id):
    with pytest.raises(LingrError, match="invalid_room"):
        person().enter("Ann", id=room_id)


def test_a_password_is_asked_for(ctx, lobby, person):
    rooms.create(ctx, id="secret", name="Secret", password="sesame")
    for password, refusal in [(None, "room_password_required"), ("", "room_password_required")]:
        with pytest.raises(LingrError, match=refusal):
            person().enter("Ann", id="secret", password=password)
    with pytest.raises(LingrError, match="invalid_room_password"):
        person().enter("Ann", id="secret", password="Sesame")
    assert nicknames(ctx, "secret") == []
    person().enter("Ann", id="secret", password="sesame")
    assert nicknames(ctx, "secret") == ["Ann"]


def test_idempotent_entering_keeps_everything(ctx, person):
    ann = person("Ann")
    before = (ann.ticket, ann.occupant_id)
    ann.enter("Anne", idempotent=True)
    ann.enter(idempotent=True)
    assert (ann.ticket, ann.occupant_id) == before
    assert nicknames(ctx) == ["Ann"]
    assert len(told(ctx)) == 1


def test_idempotent_entering_counts_as_being_there(ctx, clock, person):
    ann = person("Ann")
    clock.pass_seconds(100)
    ann.enter(idempotent=True)
    clock.pass_seconds(100)
    presence.sweep(ctx)
    assert nicknames(ctx) == ["Ann"]


def test_idempotent_entering_after_the_ticket_died_is_a_new_entrance(ctx, clock, person):
    ann = person("Ann")
    before = ann.ticket
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 1
    ann.enter("Ann", idempotent=True)
    assert ann.ticket != before
    assert nicknames(ctx) == ["Ann"]


def test_one_session_may_be_several_occupants(ctx, person):
    ann = person("Ann")
    first = ann.ticket
    ann.enter("Ann too")
    assert nicknames(ctx) == ["Ann", "Ann too"]
    assert ann.ticket != first
    ann.exit()
    assert nicknames(ctx) == ["Ann"]
    # The newest entrance is gone; the older one still holds, so it is the one to come back to.
    ann.enter("Ann three", idempotent=True)
    assert nicknames(ctx) == ["Ann"]
    assert ann.ticket == first


def test_a_first_nickname_joins_and_another_one_renames(ctx, person):
    ann = person("")
    ann.rename("Ann")
    ann.rename("Ann")
    ann.rename("Anne")
    assert told(ctx) == ["Ann has joined the conversation", "Ann is now known as Anne"]
    assert nicknames(ctx) == ["Anne"]
    room = rooms.find(ctx, ROOM)
    assert (room.chatter_count, room.observer_count) == (1, 0)
    with pytest.raises(LingrError, match="no_nickname_parameter"):
        ann.rename(" \n ")


def test_leaving_voids_the_ticket(ctx, person):
    ann = person("Ann")
    ann.exit()
    assert told(ctx)[-1] == "Ann has left the conversation"
    assert roster(ctx) == []
    for act in (ann.exit, lambda: ann.say("x"), lambda: ann.rename("x"), lambda: ann.observe(0)):
        with pytest.raises(LingrError, match="invalid_ticket"):
            act()
    presence.leave_all(ctx, ann.session.id, [ann.ticket])


@pytest.mark.parametrize("ticket", ["", "a-r-lobby", "a-r--00000000001", "a-r-lobby-0000000000!", "x"])
def test_what_cannot_be_a_ticket(person, ticket):
    ann = person("Ann")
    ann.ticket = ticket
    with pytest.raises(LingrError, match="invalid_ticket"):
        ann.say("x")


def test_the_silent_leave_once(ctx, clock, person):
    person("Ann")
    bob = person("Bob")
    clock.pass_seconds(119)
    assert presence.sweep(ctx) == 0
    bob.observe(bob.counter)
    presence.flush(ctx, lambda ticket: True)
    clock.pass_seconds(1)
    assert presence.sweep(ctx) == 1
    assert presence.sweep(ctx) == 0
    assert nicknames(ctx) == ["Bob"]
    assert told(ctx)[2:] == ["Ann has left the conversation"]


def test_speaking_and_renaming_alone_keep_no_ticket_alive(ctx, clock, person):
    ann = person("Ann")
    clock.pass_seconds(119)
    ann.say("still here")
    ann.rename("Anne")
    clock.pass_seconds(1)
    assert presence.sweep(ctx) == 1


def test_a_poll_counts_when_it_begins_and_when_it_ends(ctx, clock, person, ears):
    ann = person("Ann")
    ears.follow(ROOM)
    watch = ann.observe(ann.counter)
    assert isinstance(watch, Watch)
    clock.pass_seconds(50)
    observing.end(ctx, watch, unanswered=True)
    presence.flush(ctx, lambda ticket: False)
    clock.pass_seconds(119)
    assert presence.sweep(ctx) == 0
    clock.pass_seconds(1)
    assert presence.sweep(ctx) == 1


def test_two_sweepers_let_everybody_out_exactly_once(open_ctx, clock, lobby, person):
    for number in range(150):
        person(f"n{number}")
    clock.pass_seconds(121)
    sweepers = [open_ctx("one"), open_ctx("two")]
    counts: list[int] = []

    def sweep(ctx):
        # Each believes that it holds the lease, as after a long pause of the other.
        counts.extend(presence._sweep_room(ctx, ROOM, clock.now, 120_000) for _ in range(3))

    threads = [threading.Thread(target=sweep, args=(ctx,)) for ctx in sweepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(counts) == 150
    left = [text for text in told(sweepers[0]) if text.endswith("has left the conversation")]
    assert sorted(left) == sorted(f"n{number} has left the conversation" for number in range(150))


def test_only_the_holder_of_the_lease_sweeps(open_ctx, clock, person):
    person("Ann")
    clock.pass_seconds(121)
    one, two = open_ctx("one"), open_ctx("two")
    assert one.store.presence.lease.hold(60_000)
    assert presence.sweep(two) == 0
    assert presence.sweep(one) == 1


def test_a_big_room_is_emptied_over_several_sweeps(ctx, clock, person):
    for number in range(110):
        person(f"n{number}")
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 100
    clock.pass_seconds(0.01)
    assert presence.sweep(ctx) == 10
    assert ctx.store.presence.due(clock.now + 10**9, 10) == []


def test_rooms_are_looked_at_when_somebody_may_have_fallen_silent(ctx, clock, person):
    person("Ann")
    clock.pass_seconds(60)
    person("Bob")
    clock.pass_seconds(61)
    assert presence.sweep(ctx) == 1
    assert ctx.store.presence.due(MIDNIGHT + 179_999, 10) == []
    assert ctx.store.presence.due(MIDNIGHT + 180_000, 10) == [ROOM]


def test_somebody_who_enters_while_the_room_is_called_empty_is_swept_later(ctx, clock, person, monkeypatch):
    ann = person("Ann")
    ann.exit()
    empty = type(ctx.store.presence).empty

    def enter_just_before(self, room_id):
        # The note of the entrance is made, and taken back by the sweep.
        person("Bob")
        empty(self, room_id)

    monkeypatch.setattr(type(ctx.store.presence), "empty", enter_just_before)
    clock.pass_seconds(121)
    presence.sweep(ctx)
    monkeypatch.undo()
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 1
    assert nicknames(ctx) == []


def test_a_process_that_dies_before_the_entrance_leaves_nothing_wrong(ctx, clock, person, monkeypatch):
    ann = person()

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(ctx.store.entrances), "enter", die)
    with pytest.raises(KeyboardInterrupt):
        ann.enter("Ann")
    monkeypatch.undo()
    assert roster(ctx) == []
    clock.pass_seconds(121)
    assert presence.sweep(ctx) == 0
    assert ctx.store.engine.command("EXISTS", keys.occupied_rooms()) == 0
    ann.enter("Ann")
    assert nicknames(ctx) == ["Ann"]


def test_entering_is_limited_per_session(open_ctx, lobby):
    ctx = open_ctx(rate_limits=True)
    ann = Person(ctx)
    for _ in range(60):
        ann.enter(idempotent=True)
    with pytest.raises(LingrError, match="rate_limited"):
        ann.enter(idempotent=True)
    Person(ctx).enter("Bob")
