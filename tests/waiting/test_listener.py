"""Hearing what happens elsewhere, over the real engine, its connection broken at every moment."""

from __future__ import annotations

import gevent
import pytest

from lingr.domain import presence, rooms
from lingr.errors import LingrError
from lingr.store import keys, tickets
from lingr.store.announcements import Subscription, SubscriptionLost
from lingr.waiting import listener as listening
from support.people import ROOM, Person
from support.process import NOTHING, Process, soon

pytestmark = pytest.mark.usefixtures("cooperative", "prompt")


@pytest.fixture
def prompt(monkeypatch):
    """Pauses after a fault that a test need not wait for."""
    monkeypatch.setattr(listening, "FIRST_PAUSE_SECONDS", 0.01)


@pytest.fixture
def process(ctx, lobby, spawn):
    one = Process(ctx)
    listening = spawn(one.listener.run)
    soon(lambda: one.listener.connected_at)
    yield one
    listening.kill()
    one.close()


@pytest.fixture
def far(open_ctx):
    """Another process, which speaks."""
    return open_ctx("far")


@pytest.fixture
def ann(ctx, lobby):
    return Person(ctx).enter("Ann")


@pytest.fixture
def bob(far, lobby):
    return Person(far).enter("Bob")


@pytest.fixture
def parked(process, spawn):
    """Holds a poll; returns when it is held and the room's announcements come."""

    def parked(person, counter):
        before = len(process.hub)
        poll = spawn(process.poll, person, counter)
        soon(lambda: len(process.hub) > before and ROOM in process.ctx.store.mirror.rooms)
        return poll

    return parked


def break_connection(engine):
    """The engine hangs up on everybody who listens."""
    return engine.command("CLIENT", "KILL", "TYPE", "pubsub", safe=True)


def test_what_is_said_elsewhere_ends_the_wait(ann, bob, parked):
    poll = parked(ann, 2)
    bob.say("hello")
    assert poll.get(timeout=5) == ["hello"]


def test_observers_that_come_and_go_elsewhere_wake_too(ann, far, parked):
    poll = parked(ann, 1)
    Person(far).enter()
    assert poll.get(timeout=5) == []


def test_a_ticket_voided_elsewhere_ends_its_wait_and_no_others(ann, bob, far, parked):
    first, second = parked(ann, 2), parked(bob, 2)
    ann.via(far).exit()
    assert first.get(timeout=5) == "invalid_ticket"
    assert second.get(timeout=5) == ["Ann has left the conversation"]


def test_a_poll_on_the_ticket_elsewhere_ends_the_wait_here(ann, far, parked, process):
    poll = parked(ann, 1)
    ann.via(far).observe(1)
    assert poll.get(timeout=5) == NOTHING
    assert len(process.hub) == 0


def test_a_poll_ends_though_the_ticket_moved_before_the_engines_answer_was_read(
    ann, far, parked, process, monkeypatch
):
    run = tickets.run

    def overtaken(engine, *asked, **options):
        reply = run(engine, *asked, **options)
        if engine is process.ctx.store.engine and ROOM in process.ctx.store.mirror.rooms:
            monkeypatch.setattr(tickets, "run", run)
            far.store.tickets.home(ROOM, ann.ticket, ann.session.id, now=far.clock(), oldest=0)
            gevent.sleep(0.05)
        return reply

    monkeypatch.setattr(tickets, "run", overtaken)
    assert parked(ann, 1).get(timeout=5) == NOTHING


def test_what_was_told_here_is_written_down_when_the_ticket_moves(ann, bob, far, process, parked):
    poll = parked(ann, 2)
    bob.say("hello")
    assert poll.get(timeout=5) == ["hello"]
    near = ann.ctx
    ann.via(far).observe(3)
    soon(lambda: near.store.tickets.look(ROOM, ann.ticket, ann.session.id, now=0).position == 3)


def test_a_killed_connection_is_made_again_and_nothing_is_missed(ann, bob, engine, process, parked):
    poll = parked(ann, 2)
    assert break_connection(engine) == 1
    bob.say("said into the gap")
    assert poll.get(timeout=5) == ["said into the gap"]
    soon(lambda: len(process.subscriptions) == 2)
    poll = parked(ann, 3)
    bob.say("and after it")
    assert poll.get(timeout=5) == ["and after it"]


def test_a_connection_killed_again_and_again_misses_nothing(ann, bob, engine, process, spawn):
    heard = []

    def listen():
        counter = 2
        while len(heard) < 40:
            outcome = process.poll(ann, counter)
            assert outcome != NOTHING
            heard.extend(outcome)
            counter = 2 + len(heard)

    listener = spawn(listen)
    for number in range(40):
        if number % 3 == 0:
            break_connection(engine)
        bob.say(f"{number}")
        gevent.sleep(0.005)
    listener.join(20)
    assert heard == [f"{number}" for number in range(40)]


def test_what_is_said_between_the_loss_and_the_new_subscription_is_told(
    ann, bob, engine, process, parked, monkeypatch
):
    poll = parked(ann, 2)
    follow = Subscription.follow

    def say_first(self, room_id):
        bob.say("just before")
        follow(self, room_id)

    monkeypatch.setattr(Subscription, "follow", say_first)
    break_connection(engine)
    assert poll.get(timeout=5) == ["just before"]


def test_what_is_said_while_the_first_poll_asks_for_announcements_is_told(ann, bob, process, monkeypatch):
    ask = process.listener._ask

    def say_first(room_id):
        bob.say("just before")
        ask(room_id)

    monkeypatch.setattr(process.listener, "_ask", say_first)
    assert process.poll(ann, 2) == ["just before"]


def test_an_announcement_that_never_came_costs_time_and_no_message(ann, bob, process, parked, clock):
    """When it is written down that somebody polls, the engine says how far the room has come."""
    poll = parked(ann, 2)
    heard = process.listener._take
    process.listener._take = lambda room_id, announcement: None
    bob.say("unheard")
    process.hub.announce(ROOM)
    gevent.sleep(0.05)
    assert not poll.ready()
    clock.pass_seconds(1)
    for room_id in presence.flush(process.ctx, process.hub.is_polled).behind:
        process.hub.announce(room_id)
    assert poll.get(timeout=5) == ["unheard"]
    process.listener._take = heard


def test_an_announcement_that_came_late_or_twice_tells_nothing_twice(ann, bob, process, parked):
    late = []
    heard = process.listener._take
    process.listener._take = lambda *announced: (late.append(announced), heard(*announced))
    poll = parked(ann, 2)
    bob.say("one")
    assert poll.get(timeout=5) == ["one"]
    poll = parked(ann, 3)
    for announced in late * 2:
        heard(*announced)
    gevent.sleep(0.05)
    assert not poll.ready()
    bob.say("two")
    assert poll.get(timeout=5) == ["two"]


def test_the_engine_gone_and_back_with_an_older_data_set_voids_the_ticket(ann, bob, engine, process, parked):
    older = {key: engine.command("DUMP", key) for key in keys.room(ROOM) if engine.command("EXISTS", key)}
    poll = parked(ann, 2)
    bob.say("lost")
    assert poll.get(timeout=5) == ["lost"]
    poll = parked(ann, 3)
    room_keys = list(older)
    engine.command("DEL", *room_keys)
    engine.commands([("RESTORE", key, 0, dump) for key, dump in older.items()])
    break_connection(engine)
    assert poll.get(timeout=5) == "invalid_ticket"
    assert process.renewed[-1] == {ROOM: 3}
    ann.enter("Ann")
    assert ann.counter == 4


def test_a_fault_that_nobody_thought_of_does_not_end_the_listening(ann, bob, engine, process, parked):
    returned = process._returned
    faults = [ValueError("unheard of")]

    def fail_once(known):
        if faults:
            raise faults.pop()
        returned(known)

    object.__setattr__(process.listener._hooks, "returned", fail_once)
    poll = parked(ann, 2)
    break_connection(engine)
    soon(lambda: not faults)
    bob.say("hello")
    assert poll.get(timeout=5) == ["hello"]


def test_what_was_known_before_the_loss_is_kept_until_it_was_compared(ann, bob, engine, process, parked):
    poll = parked(ann, 2)
    bob.say("hello")
    assert poll.get(timeout=5) == ["hello"]
    returned = process._returned
    told = []

    def refuse_once(known):
        told.append(dict(known))
        if len(told) == 1:
            raise LingrError("unavailable")
        returned(known)

    object.__setattr__(process.listener._hooks, "returned", refuse_once)
    break_connection(engine)
    soon(lambda: len(told) == 2)
    assert told == [{ROOM: 3}, {ROOM: 3}]


def test_rooms_that_nobody_waits_for_are_no_longer_followed(ann, engine, process, parked, monkeypatch):
    poll = parked(ann, 1)
    monkeypatch.setattr(listening, "IDLE_SECONDS", -1.0)
    process.listener.prune()
    assert ROOM in process.ctx.store.mirror.rooms
    process.hub.dismiss(ann.ticket)
    assert poll.get(timeout=5) == NOTHING
    process.listener.prune()
    assert ROOM not in process.ctx.store.mirror.rooms
    channel = keys.room(ROOM).channel
    soon(lambda: engine.command("PUBSUB", "SHARDNUMSUB", channel)[1] == 0)
    monkeypatch.undo()


def test_following_gives_up_after_a_while_when_no_engine_listens(ctx, lobby, monkeypatch):
    monkeypatch.setattr(listening, "FOLLOW_SECONDS", 0.05)
    process = Process(ctx)
    process.listener.follow(ROOM)
    assert ROOM not in ctx.store.mirror.rooms


def test_after_a_loss_it_takes_a_new_subscription_until_a_room_is_followed(process, engine, monkeypatch):
    process.listener.follow(ROOM)
    assert ROOM in process.ctx.store.mirror.rooms
    connect = process.listener._connect

    def connect_late():
        gevent.sleep(0.3)
        return connect()

    monkeypatch.setattr(process.listener, "_connect", connect_late)
    break_connection(engine)
    soon(lambda: process.listener.connected_at is None)
    assert ROOM not in process.ctx.store.mirror.rooms
    process.listener.follow(ROOM)
    assert process.listener.connected_at is not None
    assert ROOM in process.ctx.store.mirror.rooms


def test_a_silent_connection_is_given_up(ctx, monkeypatch):
    subscription = Subscription(ctx.store.engine)
    subscription._spoken -= 16
    assert subscription.read(0.01) is None
    # The question that this asked is answered, and an answer is a sign of life.
    assert subscription.read(5) is None
    subscription._spoken -= 31
    with pytest.raises(SubscriptionLost):
        subscription.read(0.01)
    subscription.close()


def test_two_rooms_are_heard_apart(ctx, far, process, spawn, lobby):
    rooms.create(ctx, id="den", name="Den")
    ann, bob = Person(ctx).enter("Ann"), Person(ctx).enter("Bob", id="den")
    polls = [spawn(process.poll, ann, 1), spawn(process.poll, bob, 1)]
    soon(lambda: len(ctx.store.mirror.rooms) == 2)
    Person(far).enter("Carl", id="den")
    assert polls[1].get(timeout=5) == ["Carl has joined the conversation"]
    assert not polls[0].ready()
    process.hub.leave()
    assert polls[0].get(timeout=5) == NOTHING


class Told:
    """Waits, and counts what it is told."""

    is_waiting = True

    def __init__(self):
        self.news_heard = self.nothing_heard = 0

    def news(self):
        self.news_heard += 1

    def nothing(self):
        self.nothing_heard += 1


def test_what_changes_for_a_user_elsewhere_is_heard_under_its_name(process, far, engine):
    waiter = Told()
    process.hub.register("user:ann", "a-u-ann-1", waiter, 30)
    process.listener.follow("user:ann", ROOM)
    assert set(process.ctx.store.mirror.rooms) == {ROOM}
    soon(lambda: waiter.news_heard == 1)
    room = rooms.find(far, ROOM)
    far.store.users.mark("ann", "favorite", room, True, 10)
    soon(lambda: waiter.news_heard == 2)
    # To do it twice is no change.
    far.store.users.mark("ann", "favorite", room, True, 10)
    far.store.users.mark("bob", "favorite", room, True, 10)
    break_connection(engine)
    soon(lambda: waiter.news_heard == 3)
    far.store.users.mark("ann", "favorite", room, False, 10)
    soon(lambda: waiter.news_heard == 4)
    process.hub.unregister(waiter)


def test_a_users_ticket_that_is_polled_elsewhere_is_dismissed_here(process, far):
    waiter = Told()
    process.hub.register("user:ann", "a-u-ann-1", waiter, 30)
    process.listener.follow("user:ann")
    for one in (process.ctx, far):
        one.store.users.follow("ann", "a-u-ann-1", "s", now=0, due=1000, kept=60_000)
        one.store.users.poll("ann", "a-u-ann-1", "s", counter=0, now=0, due=1000, kept=60_000)
    soon(lambda: waiter.nothing_heard == 1)
    process.hub.unregister(waiter)
