"""One connection to the engine for all greenlets of a process: who asks gets their own answers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import pytest
import redis

from lingr.errors import LingrError
from lingr.store.channel import Unsent
from lingr.store.client import Engine
from lingr.waiting import link as linking
from lingr.waiting.link import Link
from support.engine import Hosted, Valkey
from support.process import soon

pytestmark = pytest.mark.usefixtures("cooperative")


@pytest.fixture
def linked(engine, valkey) -> Iterator[Engine]:
    linked = Engine(valkey.url, pause=gevent.sleep, channel=Link)
    yield linked
    engine.command("FLUSHALL")
    linked.close()
    gevent.sleep(0)


@contextmanager
def standing_still(server: Valkey) -> Iterator[None]:
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def connections(engine: Engine) -> list[str]:
    """The engine's clients but the one that asks."""
    own = engine.command("CLIENT", "ID")
    lines = engine.command("CLIENT", "LIST").decode().splitlines()
    return [line for line in lines if not line.startswith(f"id={own} ")]


def test_a_hundred_callers_over_one_connection_get_their_own_answers(linked, engine, spawn):
    def talk(name: int) -> None:
        for turn in range(40):
            word = f"{name}:{turn}"
            assert linked.command("ECHO", word) == word.encode()
            assert linked.command("RPUSH", f"log{name}", turn) == turn + 1
            assert linked.commands([("ECHO", word), ("INCR", f"n{name}"), ("ECHO", name)]) == [
                word.encode(),
                turn + 1,
                b"%d" % name,
            ]
            with pytest.raises(redis.ResponseError, match="not an integer"):
                linked.commands([("INCR", f"log{name}:text"), ("SET", f"log{name}:text", "x")] * 2)
            linked.command("DEL", f"log{name}:text")
            if turn % 8 == name % 8:
                gevent.sleep(0.001)

    def refused(name: int) -> None:
        for _ in range(40):
            with pytest.raises(redis.exceptions.NoScriptError):
                linked.command("EVALSHA", "0" * 40, 0)

    gevent.joinall([spawn(talk, name) for name in range(90)] + [spawn(refused, name) for name in range(10)])
    assert engine.command("LRANGE", "log7", 0, -1) == [b"%d" % turn for turn in range(40)]
    assert len(connections(linked)) <= 1


def test_what_is_asked_first_is_done_first(linked, engine):
    answers: list[object] = []
    for number in range(2000):
        linked.channel.send([("RPUSH", "log", number)], answers.append)
    assert answers == []
    soon(lambda: len(answers) == 2000)
    assert answers == [[number] for number in range(1, 2001)]
    assert engine.command("LRANGE", "log", 0, -1) == [b"%d" % number for number in range(2000)]


def test_a_callback_may_ask_again_and_its_failure_is_its_own(linked):
    answers: list[object] = []

    def fail(outcome: object) -> None:
        linked.channel.send([("ECHO", "again")], answers.append)
        raise ValueError("unheard of")

    linked.channel.send([("ECHO", "1"), ("ECHO", "2")], fail)
    linked.channel.send([("ECHO", "3")], answers.append)
    linked.channel.send([], answers.append)
    assert linked.command("ECHO", "4") == b"4"
    soon(lambda: len(answers) == 3)
    assert sorted(map(str, answers)) == ["[]", "[b'3']", "[b'again']"]
    assert linked.commands([]) == []


def test_the_answer_to_one_who_is_gone_reaches_nobody(linked, valkey, spawn):
    linked.command("PING")
    with standing_still(valkey):
        killed = [spawn(linked.command, "ECHO", f"killed {number}") for number in range(5)]
        late: list[object] = []

        def impatient() -> None:
            with gevent.Timeout(0.05, False):
                linked.commands([("ECHO", "late"), ("ECHO", "late")])
            late.append(linked.command("ECHO", "second"))

        waiting = [spawn(impatient), spawn(linked.command, "ECHO", "patient")]
        gevent.sleep(0.1)
        gevent.killall(killed)
    gevent.joinall(waiting)
    assert late == [b"second"]
    assert waiting[1].value == b"patient"
    assert linked.command("ECHO", "next") == b"next"


def test_large_texts_and_long_pipelines(linked):
    large = b"\r\nx" * 3_400_000
    assert linked.commands([("SET", "large", large), ("APPEND", "large", "!"), ("STRLEN", "large")]) == [
        b"OK",
        len(large) + 1,
        len(large) + 1,
    ]
    fetched = gevent.spawn(linked.command, "GET", "large")
    assert linked.command("ECHO", "small") == b"small"
    assert fetched.get(timeout=10) == large + b"!"
    replies = linked.commands([("ECHO", f"{number}") for number in range(30_000)])
    assert replies == [b"%d" % number for number in range(30_000)]


def test_callers_wait_while_the_engine_does_not_read(linked, valkey, spawn, monkeypatch):
    monkeypatch.setattr(linking, "FULL_BYTES", 300_000)
    linked.command("PING")
    word = "x" * 100_000
    with standing_still(valkey):
        callers = [spawn(linked.command, "ECHO", f"{number}{word}") for number in range(60)]
        gevent.sleep(0.1)
        assert 300_000 < linked.channel._talk.line.unsent < 410_000
        outcome: list[object] = []
        linked.channel.send([("PING",)], outcome.append)
        soon(lambda: outcome)
        assert isinstance(outcome[0], Unsent)
        callers[50].kill()
    gevent.joinall(callers)
    heard = [caller.value for number, caller in enumerate(callers) if number != 50]
    assert heard == [f"{number}{word}".encode() for number in range(60) if number != 50]


def test_it_signs_in_as_the_url_says_and_does_so_again(hosted: Hosted):
    server, engine = hosted()
    engine.command("ACL", "SETUSER", "ann", "on", ">sesame", "+@all", "~*")
    anns = Engine(f"redis://ann:sesame@{server}/3", pause=gevent.sleep, channel=Link)
    assert anns.database == 3
    for number in (1, 2):
        assert anns.command("ACL", "WHOAMI") == b"ann"
        assert anns.command("INCR", "n") == number
        assert engine.command("CLIENT", "KILL", "USER", "ann") == 1
    assert engine.command("EXISTS", "n") == 0
    # One who no longer may is told so like one who never could.
    engine.command("ACL", "SETUSER", "ann", "resetpass", ">pepper")
    anns._patience = 0.2
    with pytest.raises(LingrError, match="unavailable"):
        anns.command("INCR", "n", safe=True)
    anns.close()
    nowhere = Engine(f"redis://{server}/99", pause=gevent.sleep, channel=Link)
    with pytest.raises(redis.ResponseError):
        nowhere.command("PING")
    nowhere.close()
    gevent.sleep(0)


def test_an_engine_that_may_not_write_is_left_for_the_one_at_the_same_place(linked, engine, spawn):
    def link_id() -> int:
        return int(linked.command("CLIENT", "ID"))

    first = link_id()
    engine.command("REPLICAOF", "127.0.0.1", "1")
    try:
        reading = [spawn(linked.command, "ECHO", f"{number}") for number in range(20)]
        with pytest.raises(LingrError, match="unavailable"):
            linked.command("SET", "a", "b")
        second = link_id()
        assert second != first
        gevent.joinall(reading)
        assert [one.value for one in reading] == [b"%d" % number for number in range(20)]
    finally:
        engine.command("REPLICAOF", "NO", "ONE")
    linked.command("SET", "a", "b")
    assert link_id() == second
    assert len(connections(linked)) <= 1


def test_it_may_be_used_after_it_was_closed(linked, spawn):
    linked.command("SET", "a", "b")
    linked.close()
    linked.close()
    assert linked.command("GET", "a") == b"b"
    waiting = spawn(lambda: linked.command("GET", "a", safe=True))
    gevent.sleep(0)
    linked.close()
    assert waiting.get(timeout=5) == b"b"


def test_an_encrypted_engine_is_reached_over_the_pool():
    engine = Engine("rediss://127.0.0.1:1/0", channel=Link)
    assert engine.channel is None
    engine.close()


def test_who_asked_is_not_forgotten_when_the_connecting_is_broken_off(linked, spawn, monkeypatch):
    connecting: list[gevent.Greenlet] = []

    def connect() -> None:
        connecting.append(gevent.getcurrent())
        gevent.sleep(30)

    with monkeypatch.context() as patch:
        patch.setattr(linked.channel, "_connect", connect)
        waiting = spawn(linked.command, "ECHO", "x")
        soon(lambda: connecting)
    connecting[0].kill()
    assert waiting.get(timeout=5) == b"x"


def test_another_thread_is_told_that_it_cannot_use_it(linked):
    linked.command("PING")
    with pytest.raises(RuntimeError, match="another thread"):
        gevent.get_hub().threadpool.apply(linked.command, ("PING",))
    assert linked.command("ECHO", "x") == b"x"
