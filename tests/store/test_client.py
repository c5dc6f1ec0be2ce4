"""The way to the engine: what is sent again and what is not, with the engine away, back, or slow."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator

import gevent
import pytest
import redis

from lingr.errors import LingrError
from lingr.store import client
from lingr.store.client import Engine
from lingr.store.rates import Allowance
from lingr.store.scripts import run
from lingr.waiting import talk
from lingr.waiting.link import Link
from support.engine import Valkey

TWICE = Allowance(2, 60_000)


class Stub:
    """A server that answers each command with the next of the replies given; None: it hangs up instead."""

    def __init__(self, path: str, replies: list[bytes | None]) -> None:
        self.received: list[bytes] = []
        self._replies = replies
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while request := connection.recv(65536):
            if b"CLIENT" in request:
                connection.sendall(b"+OK\r\n" * request.count(b"SETINFO"))
                continue
            self.received.append(request)
            reply = self._replies.pop(0)
            if reply is None:
                return
            connection.sendall(reply)


@pytest.fixture(params=[None, Link], ids=["pool", "link"])
def stub(folder, request) -> Iterator[Callable[..., tuple[Stub, Engine]]]:
    """Makes servers and ways to them; each test is done over a pool of connections and over the link."""
    made: list[tuple[Stub, Engine]] = []

    def stub(*replies: bytes | None, patience: float = 5) -> tuple[Stub, Engine]:
        path = str(folder / f"stub{len(os.listdir(folder))}")
        engine = Engine(f"unix://{path}", patience=patience, pause=gevent.sleep, channel=request.param)
        pair = Stub(path, list(replies)), engine
        made.append(pair)
        return pair

    yield stub
    for server, engine in made:
        engine.close()
        gevent.sleep(0)
        server.close()


@pytest.fixture
def own(folder) -> Iterator[Valkey]:
    """A server of this test's own, to be killed."""
    place = folder / f"own{len(os.listdir(folder))}"
    place.mkdir()
    server = Valkey(place, fsync="always")
    server.start()
    yield server
    server.kill()


def later(call: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


def test_a_read_is_asked_again_when_the_answer_is_lost(stub):
    server, engine = stub(None, b"$2\r\nok\r\n")
    assert engine.command("GET", "a", safe=True) == b"ok"
    assert len(server.received) == 2


def test_a_write_that_may_have_happened_is_never_sent_twice(stub):
    server, engine = stub(None, b":1\r\n")
    with pytest.raises(LingrError, match="unavailable"):
        engine.command("INCR", "a")
    assert len(server.received) == 1


def test_a_write_is_not_sent_twice_when_half_of_several_answers_came(stub, monkeypatch):
    monkeypatch.setattr(talk, "ANSWER_SECONDS", 0.2)
    server, engine = stub(b":1\r\n:2", None)
    engine.pool.connection_kwargs["socket_timeout"] = 0.2
    with pytest.raises(LingrError, match="unavailable"):
        engine.commands([("INCR", "a"), ("INCR", "a")])
    assert len(server.received) == 1
    server._replies = [b"+PONG\r\n"]
    assert engine.command("PING") == b"PONG"


def test_an_engine_that_is_loading_is_waited_for_even_by_a_write(stub):
    loading = b"-LOADING Valkey is loading the dataset in memory\r\n"
    server, engine = stub(loading, loading, b":1\r\n")
    assert engine.command("INCR", "a") == 1
    assert len(server.received) == 3


def test_patience_ends(stub):
    loading = b"-LOADING Valkey is loading the dataset in memory\r\n"
    _, engine = stub(*[loading] * 100, patience=0.2)
    started = time.monotonic()
    with pytest.raises(LingrError, match="unavailable"):
        engine.command("INCR", "a")
    assert 0.2 <= time.monotonic() - started < 2


def test_a_refusal_is_an_exception_and_the_connection_stays_good(engine):
    engine.command("SET", "a", "text", "PX", 100_000)
    with pytest.raises(redis.ResponseError, match="not an integer"):
        engine.commands([("INCR", "a"), ("GET", "a")])
    assert engine.command("GET", "a") == b"text"


def test_nobody_answers_where_there_is_no_engine(folder):
    engine = Engine(f"unix://{folder}/nobody", patience=0.1)
    assert not engine.answers()
    with pytest.raises(LingrError, match="unavailable"):
        engine.command("GET", "a", safe=True)
    engine.close()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (None, "the connection broke off"),
        (b"-LOADING Valkey is loading the dataset in memory\r\n", "it is still loading its data"),
        (b"+PONG\r\n", None),
    ],
)
def test_why_it_does_not_answer(stub, reply, words):
    _, engine = stub(reply, reply)
    assert engine.trouble() == words
    assert engine.answers() is (words is None)


def test_an_engine_that_is_back_is_found_again(own):
    engine = Engine(own.url)
    assert engine.command("INCR", "a") == 1
    own.kill()
    assert not engine.answers()
    restart = later(own.start)
    # Never sent while nobody was there, so even a write may wait.
    assert engine.command("INCR", "a") == 2
    restart.join()
    assert engine.answers()
    assert engine.command("GET", "a", safe=True) == b"2"
    engine.close()


def test_a_write_cut_off_by_a_crash_is_refused_and_happens_at_most_once(own, monkeypatch):
    engine = Engine(own.url, patience=20)
    engine.command("SET", "a", 0)
    os.kill(own.pid, signal.SIGSTOP)
    outcome: list[str] = []
    sent = threading.Event()
    read = client._read
    monkeypatch.setattr(client, "_read", lambda connection: (sent.set(), read(connection))[1])

    def write() -> None:
        try:
            engine.command("INCR", "a")
        except LingrError as error:
            outcome.append(error.name)

    writing = later(write)
    assert sent.wait(5)
    own.kill()
    own.start()
    writing.join(10)
    assert outcome == ["unavailable"]
    assert engine.command("GET", "a", safe=True) == b"0"
    engine.close()


def test_twenty_connections_serve_any_number_of_callers(engine):
    answers: list[object] = []
    threads = [
        later(lambda: answers.append(engine.command("EVAL", "return redis.call('PING').ok", 0)))
        for _ in range(60)
    ]
    for thread in threads:
        thread.join(20)
    assert answers == [b"PONG"] * 60
    clients = engine.command("CLIENT", "LIST").decode().splitlines()
    assert len(clients) <= 20


def test_scripts_are_found_again_after_the_engine_forgot_them(store):
    store.rates.take("ann", ("login", "", TWICE))
    store.engine.command("SCRIPT", "FLUSH")
    store.rates.take("ann", ("login", "", TWICE))
    with pytest.raises(LingrError, match="rate_limited"):
        store.rates.take("ann", ("login", "", TWICE))


def test_a_script_that_is_not_there(engine):
    with pytest.raises(FileNotFoundError):
        run(engine, "no_such_script", [])
