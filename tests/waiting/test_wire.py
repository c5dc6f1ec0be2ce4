"""Hearing what rooms announce over a socket that the event loop reads."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import gevent
import pytest

from lingr.store import keys
from lingr.store.announcements import Announcement, Followed, Heard, Subscription, SubscriptionLost
from lingr.store.client import Engine
from lingr.waiting import wire as wiring
from lingr.waiting.link import Link
from support.process import soon

pytestmark = pytest.mark.usefixtures("cooperative")


@pytest.fixture
def subscription(engine, valkey) -> Iterator[Subscription]:
    subscription = Subscription(Engine(valkey.url, channel=Link))
    yield subscription
    subscription.close()
    subscription.close()
    gevent.sleep(0)


def announce(engine: Engine, *counters: int, room_id: str = "lobby") -> None:
    channel = keys.room(room_id).channel
    body = '{{"counter":{},"roster":0,"size":0}}'
    engine.commands([("SPUBLISH", channel, body.format(counter)) for counter in counters])


def follow(subscription: Subscription, *room_ids: str) -> None:
    for room_id in room_ids:
        subscription.follow(room_id)
    assert [subscription.read(5) for _ in room_ids] == [Followed(room_id) for room_id in room_ids]


def counters(found: list[Followed | Heard]) -> list[int]:
    return [one.announcement.counter for one in found if isinstance(one, Heard)]


def all_of(subscription: Subscription, number: int) -> list[Followed | Heard]:
    found: list[Followed | Heard] = []
    while len(found) < number:
        more = subscription.read_all(5)
        assert more
        found += more
    return found


def test_one_by_one_and_all_at_once(subscription, engine):
    follow(subscription, "lobby", "den")
    announce(engine, 1)
    announce(engine, 2, room_id="den")
    assert subscription.read(5) == Heard("lobby", Announcement(1, 0, 0))
    assert subscription.read(5) == Heard("den", Announcement(2, 0, 0))
    announce(engine, *range(3000))
    assert counters([subscription.read(5)]) == [0]
    assert counters(all_of(subscription, 2999)) == list(range(1, 3000))
    assert subscription.read(0.01) is None
    assert subscription.read_all(0.01) == []


def test_what_came_at_once_is_read_without_waiting(subscription, engine, monkeypatch):
    follow(subscription, "lobby")
    announce(engine, *range(100))
    soon(lambda: len(subscription._wire._heard_replies) == 100)
    monkeypatch.setattr(wiring.LoopWire, "_wait", None)
    assert counters([subscription.read(5) for _ in range(100)]) == list(range(100))


def test_others_run_while_one_listens_and_may_follow(subscription, engine, spawn):
    follow(subscription, "lobby")
    listening = spawn(lambda: [subscription.read(5) for _ in range(2)])
    gevent.sleep(0.01)
    subscription.follow("den")
    soon(lambda: engine.command("PUBSUB", "SHARDNUMSUB", keys.room("den").channel)[1] == 1)
    announce(engine, 7, room_id="den")
    assert listening.get(timeout=5) == [Followed("den"), Heard("den", Announcement(7, 0, 0))]
    subscription.unfollow("den")
    # The word that this came through is nothing to hear, but it ends the waiting.
    assert subscription.read(5) is None
    announce(engine, 8, room_id="den")
    assert subscription.read_all(0.05) == []


def test_what_nobody_takes_stays_with_the_engine(subscription, engine, monkeypatch):
    follow(subscription, "lobby")
    monkeypatch.setattr(wiring, "FULL_REPLIES", 10)
    for start in range(0, 40_000, 4000):
        announce(engine, *range(start, start + 4000))
        gevent.sleep(0.001)
    gevent.sleep(0.05)
    assert 10 <= len(subscription._wire._heard_replies) < 10_000
    assert counters(all_of(subscription, 40_000)) == list(range(40_000))


def test_a_killed_connection_is_lost_after_what_came_before(subscription, engine, spawn):
    follow(subscription, "lobby")
    announce(engine, 1, 2)
    engine.command("CLIENT", "KILL", "TYPE", "pubsub")
    gevent.sleep(0.05)
    assert counters(subscription.read_all(5)) == [1, 2]
    for lost in (lambda: subscription.read(5), lambda: subscription.read_all(5)):
        with pytest.raises(SubscriptionLost):
            lost()
    with pytest.raises(SubscriptionLost):
        subscription.follow("den")


def test_who_waits_learns_at_once_that_the_connection_is_lost(subscription, engine, spawn):
    def listen() -> str:
        with pytest.raises(SubscriptionLost):
            subscription.read(60)
        return "lost"

    listening = spawn(listen)
    gevent.sleep(0.01)
    engine.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert listening.get(timeout=5) == "lost"


def test_a_refusal_to_follow_is_a_lost_subscription(hosted):
    server, engine = hosted()
    engine.command("ACL", "SETUSER", "ann", "on", ">sesame", "+@all", "-ssubscribe")
    subscription = Subscription(Engine(f"redis://ann:sesame@{server}/0", channel=Link))
    subscription.follow("lobby")
    with pytest.raises(SubscriptionLost, match="no permissions"):
        subscription.read(5)
    subscription.close()
    gevent.sleep(0)


def test_nobody_to_listen_to(folder):
    with pytest.raises(SubscriptionLost):
        Subscription(Engine(f"unix://{folder}/nobody", channel=Link))


def test_silence_is_questioned_and_then_given_up(subscription, valkey):
    subscription._spoken -= 16
    assert subscription.read(0.01) is None
    # The question that this asked is answered, and an answer is a sign of life.
    assert subscription.read(5) is None
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        subscription._spoken -= 31
        with pytest.raises(SubscriptionLost, match="ping"):
            subscription.read(0.01)
    finally:
        os.kill(valkey.pid, signal.SIGCONT)


def test_an_engine_that_does_not_read_is_no_place_to_follow_more(subscription, valkey, monkeypatch):
    monkeypatch.setattr(wiring, "FULL_BYTES", 10_000)
    os.kill(valkey.pid, signal.SIGSTOP)

    def follow_without_end() -> None:
        for number in range(1_000_000):
            subscription.follow(f"room{number}")

    try:
        with pytest.raises(SubscriptionLost, match="not reading"):
            follow_without_end()
    finally:
        os.kill(valkey.pid, signal.SIGCONT)
