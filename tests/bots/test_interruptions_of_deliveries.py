"""Delivery processes, engines and endpoints that go and come back: nothing is lost, nothing said twice."""

from __future__ import annotations

import signal
import time

import pytest

from lingr.app import make_context
from lingr.domain import bots, deliveries, rooms
from lingr.settings import Settings
from support.endpoint import Server, soon
from support.engine import Valkey
from support.people import Person

pytestmark = pytest.mark.live


def words(count, start=0):
    return [f"word {number}" for number in range(start, start + count)]


def test_what_was_said_while_nobody_delivered_is_delivered_in_order(ctx, ann, bot, endpoint, process, heard):
    bot("echo", "echo")
    for word in words(60):
        ann.say(word)
    process()
    soon(lambda: len(heard()) == 60)
    assert heard() == [f"heard {word}" for word in words(60)]
    assert endpoint.texts("echo") == words(60)


def test_processes_that_are_killed_lose_nothing_and_say_nothing_twice(
    ctx, ann, bot, endpoint, process, heard
):
    bot("echo", "echo?wait=0.03")
    one = process()
    count = 0
    for _ in range(4):
        for _ in range(10):
            ann.say(f"word {count}")
            count += 1
            time.sleep(0.01)
        soon(lambda count=count: len(heard()) > count - 8)
        one.kill()
        one.start()
    soon(lambda: len(heard()) >= count)
    time.sleep(1)
    assert heard() == [f"heard {word}" for word in words(count)]
    told = endpoint.texts("echo")
    assert list(dict.fromkeys(told)) == words(count)
    # What came twice was the same delivery.
    names = {(call.headers["webhook-id"], call.text) for call in endpoint.calls}
    assert len(names) == count


def test_a_process_that_is_told_to_end_finishes_what_is_under_way(ctx, ann, bot, endpoint, process, heard):
    bot("slow", "echo?wait=0.8")
    one = process(LINGR_BOT_SECONDS="5")
    ann.say("one")
    ann.say("two")
    soon(lambda: endpoint.calls)
    assert one.stop() == 0
    assert heard() == ["heard one"]
    assert [attempt.number for attempt in deliveries.attempts(ctx, "slow", 10)] == [1]
    one.start()
    soon(lambda: len(heard()) == 2)
    assert endpoint.texts("echo") == ["one", "two"]


def test_a_hangup_begins_anew(ctx, ann, bot, endpoint, process, heard):
    bot("echo", "echo")
    one = process()
    ann.say("one")
    soon(heard)
    one.signal(signal.SIGHUP)
    ann.say("two")
    soon(lambda: len(heard()) == 2)
    assert one.stop() == 0
    assert endpoint.texts("echo") == ["one", "two"]


def test_attempts_go_on_being_counted_in_another_process(ctx, ann, bot, endpoint, process):
    bot("bad", "status?code=500")
    one = process(LINGR_BOT_TRIES="4", LINGR_BOT_RETRY_SECONDS="2")
    ann.say("hello")
    soon(lambda: len(deliveries.attempts(ctx, "bad", 10)) == 1)
    one.kill()
    process(LINGR_BOT_TRIES="4", LINGR_BOT_RETRY_SECONDS="0.1")
    soon(lambda: deliveries.troubles(ctx, ["bad"])[0].paused, 30)
    assert [attempt.number for attempt in deliveries.attempts(ctx, "bad", 10)] == [1, 2, 3, 4]


def test_several_processes_share_the_bots_and_double_nothing(ctx, ann, bot, endpoint, process, heard):
    for number in range(8):
        bot(f"echo{number}", f"echo/{number}?wait=0.02")
    for _ in range(3):
        process(LINGR_BOT_SECONDS="5")
    for word in words(30):
        ann.say(word)
        time.sleep(0.02)
    soon(lambda: len(heard()) == 240, 60)
    for number in range(8):
        assert endpoint.texts(f"echo/{number}") == words(30)
        assert heard(bot_id=f"echo{number}") == [f"heard {word}" for word in words(30)]


def test_a_process_takes_over_what_another_one_left_in_the_middle(ctx, ann, bot, endpoint, process, heard):
    bot("slow", "echo?wait=1")
    first = process(LINGR_BOT_SECONDS="2")
    ann.say("one")
    soon(lambda: endpoint.calls)
    process(LINGR_BOT_SECONDS="2")
    first.kill()
    soon(lambda: heard() == ["heard one"])
    ann.say("two")
    soon(lambda: len(heard()) == 2)
    assert heard() == ["heard one", "heard two"]


def test_an_engine_that_is_killed_and_comes_back(folder, endpoint, process):
    place = folder / "killed"
    place.mkdir()
    valkey = Valkey(place, fsync="always")
    valkey.start()
    ctx = make_context(Settings(redis_url=valkey.url, rate_limits=False))
    try:
        lobby = rooms.create(ctx, id="lobby", name="Lobby")
        ann = Person(ctx).enter("Ann")
        bots.invite(
            ctx, bots.create(ctx, id="echo", name="E", endpoint=endpoint.url("echo?wait=0.02")), lobby
        )
        process(REDIS_URL=valkey.url)

        def heard():
            events = ctx.store.log.stored("lobby", 0, 1000)
            return [one.text for one in events if one.bot_id]

        count = 0
        for _ in range(3):
            for _ in range(10):
                ann.say(f"word {count}")
                count += 1
            soon(lambda count=count: len(heard()) > count - 8, 30)
            valkey.kill()
            time.sleep(0.3)
            valkey.start()
        soon(lambda: len(heard()) >= count, 60)
        assert heard() == [f"heard {word}" for word in words(count)]
    finally:
        ctx.store.engine.close()
        valkey.kill()


def test_an_endpoint_that_is_away_for_a_while_misses_nothing(ctx, ann, lobby, process, heard):
    first = Server()
    url, port = first.url("echo"), first.server_port
    bots.invite(ctx, bots.create(ctx, id="echo", name="Echo", endpoint=url), lobby)
    process(LINGR_BOT_TRIES="10")
    ann.say("one")
    soon(heard)
    first.close()
    ann.say("two")
    ann.say("three")
    soon(lambda: len(deliveries.attempts(ctx, "echo", 10)) > 1)
    second = Server(port)
    try:
        soon(lambda: len(heard()) == 3)
        assert heard() == ["heard one", "heard two", "heard three"]
        assert second.texts("echo") == ["two", "three"]
    finally:
        second.close()
