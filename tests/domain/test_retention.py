"""How long what was said is kept, and that everybody who reads bears that it is gone."""

from __future__ import annotations

import pytest

from lingr.domain import archives, changing, presence, retention, rooms
from lingr.errors import LingrError
from lingr.store import keys
from lingr.store.log import TRIMMED_AT_ONCE
from lingr.store.presence import Presence
from lingr.store.retention import Kept
from lingr.values_watch import Watch
from support.archive import archive, hits, room_with, said
from support.people import ROOM, told

DAY = 86_400


def turns(ctx, number: int = 60) -> int:
    return sum(retention.turn(ctx) for _ in range(number))


@pytest.fixture
def aged(ctx, clock):
    """Rooms in which something was said on each of ten days, the last of them today."""
    rooms = [room_with(ctx, name) for name in ("one", "two")]
    for day in range(10):
        for room in rooms:
            said(ctx, room, (ctx.clock(), f"day {day}"))
        clock.pass_seconds(DAY)
    return rooms


def test_everything_stays_unless_a_setting_says_otherwise(ctx, aged):
    assert turns(ctx) == 0
    assert len(told(ctx, "one")) == 10


def test_events_of_all_rooms_have_an_age(open_ctx, aged):
    ctx = open_ctx(log_days=3)
    assert turns(ctx) == 14
    for room in aged:
        assert told(ctx, room) == ["day 7", "day 8", "day 9"]


def test_a_room_may_have_rules_of_its_own(open_ctx, aged, clock):
    ctx = open_ctx(log_days=5)
    retention.keep(ctx, "one", events=None, days=0)
    retention.keep(ctx, "two", events=2, days=None)
    turns(ctx)
    assert len(told(ctx, "one")) == 10
    assert told(ctx, "two") == ["day 8", "day 9"]
    retention.keep(ctx, "one", events=7, days=2)
    turns(ctx)
    assert told(ctx, "one") == ["day 8", "day 9"]
    retention.keep(ctx, "one", events=None, days=None)
    assert ctx.store.retention.with_rules() == ["two"]
    clock.pass_seconds(4 * DAY)
    turns(ctx)
    assert told(ctx, "one") == ["day 9"]


def test_rules_that_cannot_be(ctx, aged):
    for rule in ({"events": 0}, {"events": -1}, {"events": ctx.settings.log_events + 1}, {"days": -1}):
        with pytest.raises(LingrError, match=f"invalid_parameter: .*{next(iter(rule))}"):
            retention.keep(ctx, "one", **{"events": None, "days": None, **rule})
    with pytest.raises(LingrError, match="invalid_room"):
        retention.keep(ctx, "three", events=1, days=1)
    assert ctx.store.retention.with_rules() == []


def test_a_room_that_is_gone_has_no_rule(ctx, aged):
    retention.keep(ctx, "one", events=1, days=None)
    archives.forget(ctx, "one")
    assert ctx.store.retention.with_rules() == []
    # Cut off while it was given a rule, or deleted by other means.
    ctx.store.engine.command("SADD", "lingr:{retention}:rooms", "gone")
    turns(ctx, 1)
    assert ctx.store.retention.with_rules() == []


def test_a_long_log_is_forgotten_in_steps(ctx):
    count = 3 * TRIMMED_AT_ONCE + 7
    room = room_with(ctx, "long", *map(str, range(count)))
    retention.keep(ctx, room, events=5, days=None)
    assert retention.turn(ctx) == count - 5
    assert told(ctx, room) == [str(number) for number in range(count - 5, count)]
    assert retention.turn(ctx) == 0


def test_one_process_of_all_does_it(open_ctx, aged):
    one, other = open_ctx("one", log_days=3), open_ctx("other", log_days=3)
    retention.turn(one)
    assert sum(retention.turn(other) for _ in range(20)) == 0
    assert len(told(one, aged[0])) in (3, 10)


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_whoever_reads_bears_that_events_are_gone(ctx, person, listen, clock, kept):
    ann = person("Ann")
    for number in range(8):
        ann.say(f"{number}")
    listen()
    watching = [person("Bob"), person("Cid")]
    retention.keep(ctx, ROOM, events=11, days=1)
    ctx.store.log.trim(ROOM, 1, 12 - kept)
    expected = ["7", "Bob has joined the conversation", "Cid has joined the conversation"][3 - kept :]
    for counter in (0, 3, 8):
        news = ann.get_messages(counter)
        assert [message.text for message in news.messages] == expected
        assert news.counter == (11 if kept else counter)
    assert ann.get_messages(11).messages == ()
    for reader in watching:
        reader.counter = 4
        assert reader.texts() == expected or ctx.store.mirror.rooms
    # Polls from where there is nothing left wait, as often as they come, and hear what is said next.
    for _ in range(4):
        if not kept and not ctx.store.mirror.rooms:
            assert isinstance(ann.observe(5), Watch)
    ann.say("next")
    listen()
    assert ann.texts(11) == ["next"]
    assert archive(ctx, ROOM)[-1] == "next"


def test_what_was_forgotten_is_not_found(open_ctx, aged):
    ctx = open_ctx(log_days=3)
    for room in aged:
        archives.index_room(ctx, room)
    turns(ctx)
    assert len(hits(ctx, "day")) == 6
    assert hits(ctx, "day 2") == []


def test_a_room_is_left_alone_only_after_it_was_indexed(ctx, person, clock, monkeypatch):
    ann = person("Ann")
    ann.say("last words")
    monkeypatch.setattr(presence, "INDEXED_AT_ONCE", 1)
    clock.pass_seconds(121)
    presence.sweep(ctx)
    assert ctx.store.presence.due(ctx.clock() + 10**9, 10) == [ROOM]
    assert hits(ctx, "words") == [(ROOM, "last words")]
    clock.pass_seconds(1)
    presence.sweep(ctx)
    assert ctx.store.presence.due(ctx.clock() + 10**9, 10) == []


def test_what_is_said_while_a_room_is_called_empty_is_indexed(ctx, person, clock, monkeypatch):
    person("Ann")
    clock.pass_seconds(121)
    empty = Presence.empty

    def emptying(presence, room_id):
        bob = person("Bob")
        bob.say("in between")
        empty(presence, room_id)
        bob.exit()

    monkeypatch.setattr(Presence, "empty", emptying)
    presence.sweep(ctx)
    assert ctx.store.presence.due(ctx.clock() + 10**9, 10) == []
    assert hits(ctx, "between") == [(ROOM, "in between")]


def test_a_room_that_is_deleted_meanwhile_gets_no_rule(ctx, aged, engine):
    room = rooms.find(ctx, "one")
    changing.delete(ctx, room)
    with pytest.raises(LingrError, match="invalid_room"):
        ctx.store.retention.keep(room.id, Kept(5, None))
    assert engine.command("EXISTS", keys.room(room.id).room) == 0
    retention.turn(ctx)
    assert ctx.store.retention.with_rules() == []
