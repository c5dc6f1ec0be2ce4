"""The shared connection when the engine dies, stands still, or hangs up, beside the pool's behaviour."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator

import gevent
import pytest
from gevent.threadpool import ThreadPool

from lingr.errors import LingrError
from lingr.store.client import Engine
from lingr.waiting import talk
from lingr.waiting.link import Link
from support.engine import Valkey
from support.process import soon

pytestmark = pytest.mark.usefixtures("cooperative")


@pytest.fixture
def own(folder) -> Iterator[Valkey]:
    """A server of this test's own, to be killed."""
    place = folder / f"linked{len(os.listdir(folder))}"
    place.mkdir()
    server = Valkey(place, fsync="always")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def linked(own) -> Iterator[Engine]:
    linked = Engine(own.url, pause=gevent.sleep, channel=Link)
    yield linked
    linked.close()
    gevent.sleep(0)


@pytest.fixture(params=[None, Link], ids=["pool", "link"])
def either(request, own, monkeypatch) -> Iterator[Engine]:
    """The engine over the one way and the other, both of them half a second patient."""
    monkeypatch.setattr("lingr.store.client.COMMAND_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(talk, "ANSWER_SECONDS", 0.5)
    either = Engine(own.url, pause=gevent.sleep, patience=0.5, channel=request.param)
    yield either
    either.close()
    gevent.sleep(0)


@pytest.fixture
def restart(own):
    """Kills the server and starts it again, while greenlets run on."""
    pool = ThreadPool(1)

    def restart() -> None:
        own.kill()
        pool.apply(own.start)

    yield restart
    pool.kill()


def outcome(engine: Engine, *command: str, safe: bool = False) -> object:
    try:
        return engine.command(*command, safe=safe)
    except LingrError as error:
        return error.name


def test_a_crash_in_mid_flight_is_outlived_by_reads_and_refused_to_writes(linked, own, restart, spawn):
    linked.command("SET", "a", "0")
    os.kill(own.pid, signal.SIGSTOP)
    writing = [spawn(outcome, linked, "INCR", "a") for _ in range(20)]
    reading = [spawn(lambda: outcome(linked, "GET", "a", safe=True)) for _ in range(20)]
    now = linked.channel._talk
    soon(lambda: len(now._pipeline) == 40 and not now.line.unsent)
    restart()
    gevent.joinall([*writing, *reading])
    assert [one.value for one in writing] == ["unavailable"] * 20
    assert [one.value for one in reading] == [b"0"] * 20


def test_what_was_not_sent_yet_waits_for_the_engine_to_return(linked, own, restart, spawn):
    linked.command("SET", "a", "0")
    own.kill()
    writing = [spawn(outcome, linked, "INCR", "a") for _ in range(20)]
    gevent.sleep(0.1)
    restart()
    gevent.joinall(writing)
    assert sorted(one.value for one in writing) == list(range(1, 21))


def test_nothing_is_carried_out_twice_however_often_the_engine_dies(linked, restart, spawn):
    acknowledged: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    is_over = False

    def write(name: int) -> None:
        while not is_over:
            (refused if outcome(linked, "INCR", f"n{name}") == "unavailable" else acknowledged)[name] += 1

    writers = [spawn(write, name) for name in range(50)]
    for pause in (0.11, 0.07, 0.13):
        gevent.sleep(pause)
        restart()
    gevent.sleep(0.1)
    is_over = True
    gevent.joinall(writers)
    assert sum(refused.values()) <= 150
    for name in range(50):
        count = int(linked.command("GET", f"n{name}", safe=True))
        assert acknowledged[name] <= count <= acknowledged[name] + refused[name]


def test_an_idle_connection_that_was_cut_costs_nobody_anything(linked, own):
    other = Engine(own.url)
    for number in range(1, 20):
        assert linked.command("INCR", "a") == number
        # The loop does not turn between this and the next command: nobody has seen the end come yet.
        other.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    other.close()


def test_an_engine_that_stands_still_for_too_long(either, own):
    either.command("SET", "a", "0")
    os.kill(own.pid, signal.SIGSTOP)
    started = time.monotonic()
    callers = [
        gevent.spawn(outcome, either, "INCR", "a"),
        gevent.spawn(lambda: outcome(either, "GET", "a", safe=True)),
    ]
    gevent.joinall(callers)
    assert [one.value for one in callers] == ["unavailable", "unavailable"]
    assert 0.4 < time.monotonic() - started < 1.5
    os.kill(own.pid, signal.SIGCONT)
    # What had reached the engine is carried out, once.
    soon(lambda: outcome(either, "GET", "a", safe=True) == b"1")
    assert either.command("INCR", "a") == 2


def test_an_engine_that_stands_still_for_a_while(either, own):
    either.command("SET", "a", "0")
    os.kill(own.pid, signal.SIGSTOP)
    callers = [gevent.spawn(outcome, either, "INCR", "a") for _ in range(10)]
    gevent.sleep(0.3)
    os.kill(own.pid, signal.SIGCONT)
    gevent.joinall(callers)
    assert sorted(one.value for one in callers) == list(range(1, 11))


def test_an_engine_is_not_blamed_for_what_this_process_slept(linked, monkeypatch):
    monkeypatch.setattr(talk, "ANSWER_SECONDS", 0.2)
    linked.command("PING")
    first = linked.command("CLIENT", "ID")
    waiting = gevent.spawn(linked.command, "ECHO", "x")
    gevent.sleep(0)
    # Nothing in this process runs meanwhile.
    time.sleep(0.5)
    assert waiting.get(timeout=5) == b"x"
    assert linked.command("CLIENT", "ID") == first


def test_many_wait_for_an_engine_that_is_away_without_a_storm_of_attempts(linked, own, spawn, monkeypatch):
    own.kill()
    linked._patience = 0.5
    attempts: list[float] = []
    connect = linked.channel._connect
    monkeypatch.setattr(linked.channel, "_connect", lambda: (attempts.append(time.monotonic()), connect())[1])
    callers = [spawn(lambda: outcome(linked, "GET", "a", safe=True)) for _ in range(200)]
    gevent.joinall(callers)
    assert {one.value for one in callers} == {"unavailable"}
    assert len(attempts) <= 15
