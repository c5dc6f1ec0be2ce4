"""How far bots are: leases, cursors that only their holder moves, attempts, pauses."""

from __future__ import annotations

import time

import pytest

from lingr.domain import rooms
from lingr.store.deliveries import Taken
from lingr.values_deliveries import Attempt, Trouble
from support.people import Person

LEASE = 60_000
FAILED = Attempt(1, "lobby", 7, "d", 1, 500, 3, "failed", "status 500")
SAID = Attempt(2, "lobby", 7, "d", 2, 200, 3, "said")


@pytest.fixture
def first(ctx):
    """A process, and a bot that is told what happens in the lobby from 0 on."""
    ctx.store.engine.command("HSET", "lingr:bot:{b}:cursors", "lobby", 0)
    return ctx.store.deliveries


@pytest.fixture
def second(open_ctx, first):
    return open_ctx("second").store.deliveries


def test_one_process_at_a_time_has_a_bot(first, second):
    assert first.take("b", LEASE, 1000) == Taken(0, 0, {"lobby": 0})
    wait = second.take("b", LEASE, 1000)
    assert isinstance(wait, int)
    assert 0 < wait <= LEASE
    assert first.take("b", LEASE, 1000) == Taken(0, 0, {"lobby": 0})
    second.release("b")
    assert isinstance(second.take("b", LEASE, 1000), int)
    first.release("b")
    assert second.take("b", LEASE, 1000) == Taken(0, 0, {"lobby": 0})


def test_the_cursor_is_moved_only_from_where_it_is_and_by_who_has_the_bot(first, second):
    first.take("b", 30, 1000)
    time.sleep(0.05)
    assert isinstance(second.take("b", LEASE, 1000), Taken)
    assert not first.done("b", LEASE, "lobby", 0, 5, SAID)
    assert not first.failed("b", "lobby", 0, FAILED, 2000, None)
    assert second.done("b", LEASE, "lobby", 0, 5, SAID)
    assert not second.done("b", LEASE, "lobby", 0, 5, SAID)
    assert not second.done("b", LEASE, "den", 0, 5, SAID)
    assert second.done("b", 0, "lobby", 5, 6)
    assert first.take("b", LEASE, 1000) == Taken(0, 0, {"lobby": 6})
    assert first.attempts("b", 10) == [SAID]


def test_who_was_late_but_not_overtaken_goes_on(first):
    first.take("b", 10, 1000)
    time.sleep(0.05)
    assert first.done("b", LEASE, "lobby", 0, 5)


def test_a_bot_that_has_left_the_room_is_not_brought_back(first):
    first.take("b", LEASE, 1000)
    first.end("b", "lobby")
    assert not first.done("b", LEASE, "lobby", 0, 5, SAID)
    assert not first.failed("b", "lobby", 0, FAILED, 2000, None)
    first.release("b")
    assert first.take("b", LEASE, 1000) == Taken(0, 0, {})


def test_failures_are_counted_until_one_is_told_and_nobody_calls_before_it_is_due(first, second):
    first.take("b", LEASE, 1000)
    assert first.failed("b", "lobby", 0, FAILED, 4000, None)
    assert second.take("b", LEASE, 1500) == 2500
    assert second.trouble(["b", "other"]) == [Trouble(1, 4000), Trouble()]
    assert second.take("b", LEASE, 4000) == Taken(1, 0, {"lobby": 0})
    assert second.done("b", 0, "lobby", 0, 5, SAID)
    assert first.take("b", LEASE, 4000) == Taken(0, 0, {"lobby": 5})
    assert first.attempts("b", 10) == [FAILED, SAID]
    assert first.attempts("b", 1) == [SAID]


def test_a_paused_bot_is_not_taken_until_it_is_woken(first, second, ctx):
    first.take("b", LEASE, 1000)
    first.failed("b", "lobby", 0, FAILED, 0, 1234)
    assert first.take("b", LEASE, 9000) is None
    assert first.trouble(["b"]) == [Trouble(1, 0, 1234, "status 500")]
    version = ctx.store.bots.version()
    assert second.wake("b", 500)
    assert ctx.store.bots.version() == version + 1
    assert not second.wake("b", 600)
    assert ctx.store.bots.version() == version + 1
    assert first.take("b", LEASE, 9000) == Taken(0, 500, {"lobby": 0})


def test_a_bot_begins_where_the_room_is_and_once(ctx, first):
    room = rooms.create(ctx, id="lobby", name="Lobby")
    first.end("b", "lobby")
    first.begin("b", "nowhere")
    first.begin("b", "lobby")
    person = Person(ctx).enter("Ann")
    person.say("hello")
    first.begin("b", "lobby")
    taken = first.take("b", LEASE, 1)
    assert isinstance(taken, Taken)
    assert taken.cursors == {"lobby": room.counter}
    first.begin("b", "lobby", anew=True)
    taken = first.take("b", LEASE, 1)
    assert isinstance(taken, Taken)
    assert taken.cursors["lobby"] > room.counter


def test_who_is_behind_is_found(ctx, first):
    rooms.create(ctx, id="lobby", name="Lobby")
    ann = Person(ctx).enter("Ann")
    first.begin("b", "lobby", anew=True)
    first.begin("c", "lobby")
    assert first.behind({"b": ["lobby"], "c": ["lobby"]}) == []
    assert first.behind({"d": ["lobby"]}) == [("d", "lobby")]
    said = ann.say("hello").message
    assert first.behind({"b": ["lobby"], "c": ["lobby"]}) == [("b", "lobby"), ("c", "lobby")]
    taken = first.take("b", LEASE, 1)
    assert first.done("b", 0, "lobby", taken.cursors["lobby"], said.id)
    assert first.behind({"b": ["lobby"], "c": ["lobby"]}) == [("c", "lobby")]
    assert first.behind({}) == []


def test_a_bot_that_is_no_more_leaves_nothing(first, ctx):
    first.take("b", LEASE, 1000)
    first.done("b", LEASE, "lobby", 0, 5, SAID)
    first.failed("b", "lobby", 5, FAILED, 2000, 1)
    first.forget("b")
    assert ctx.store.engine.command("KEYS", "lingr:bot:*") == []
