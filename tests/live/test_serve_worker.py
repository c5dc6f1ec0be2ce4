"""The gunicorn worker class, with a small application in place of ours."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.pids import alive

pytestmark = pytest.mark.live

APPLICATION = """
import os, resource, socket
import gevent
from gevent.event import Event
from lingr.serving.drain import on_drain

leaving = Event()
on_drain(leaving.set)

def app(environ, start_response):
    path = environ["PATH_INFO"]
    body = str(os.getpid())
    if path == "/slow":
        gevent.sleep(1)
    elif path == "/held":
        body = "drained" if leaving.wait(30) else "timed out"
    elif path == "/length":
        body = str(len(environ["QUERY_STRING"]))
    elif path == "/options":
        nodelay = environ["gunicorn.socket"].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        body = f"{bool(nodelay)} {soft == hard}"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body.encode()]
"""


class Gunicorn:
    """A gunicorn master in a session of its own, with one worker unless told otherwise."""

    def __init__(self, folder: Path, workers: int = 1, *options: str) -> None:
        (folder / "tiny.py").write_text(APPLICATION)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "gunicorn.log"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:lingr.serving.gunicorn_conf",
            *options,
            "tiny:app",
        ]
        environ = {**os.environ, "HOST": "127.0.0.1", "PORT": str(self.port), "WEB_CONCURRENCY": str(workers)}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True
            )

    def get(self, path: str = "/") -> str:
        connection = self.connect()
        try:
            return ask(connection, path)
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def ask(connection: http.client.HTTPConnection, path: str = "/") -> str:
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 200
    return response.read().decode()


def soon(check: Callable[[], object], seconds: float = 10) -> float:
    """Wait until ``check()`` is true; returns how long it took."""
    started = time.monotonic()
    while not _true(check):
        assert time.monotonic() - started < seconds
        time.sleep(0.01)
    return time.monotonic() - started


def _true(check: Callable[[], object]) -> bool:
    try:
        return bool(check())
    except (OSError, http.client.HTTPException):
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Gunicorn]]:
    started: list[Gunicorn] = []

    def start(workers: int = 1, *options: str) -> Gunicorn:
        server = Gunicorn(tmp_path, workers, *options)
        started.append(server)
        soon(server.get)
        return server

    yield start
    for server in started:
        server.end()
    for server in started:
        assert "Traceback" not in server.log.read_text()


def test_worker_with_nothing_to_do_leaves_at_once(start):
    server = start()
    idle = server.connect()
    worker = int(ask(idle))
    os.kill(worker, signal.SIGTERM)
    assert soon(lambda: not alive(worker)) < 0.5
    idle.close()


def test_idle_connection_is_closed_without_a_word(start):
    server = start()
    idle = server.connect()
    worker = int(ask(idle))
    idle.sock.settimeout(5)
    os.kill(worker, signal.SIGTERM)
    assert idle.sock.recv(100) == b""
    idle.close()
    assert "Socket error" not in server.log.read_text()


def test_requests_in_progress_are_finished_and_their_connections_closed(start):
    server = start()
    worker = int(server.get())
    connection = server.connect()
    connection.request("GET", "/slow")
    time.sleep(0.2)
    os.kill(worker, signal.SIGTERM)
    response = connection.getresponse()
    assert response.read().decode() == str(worker)
    assert response.headers["Connection"] == "close"
    connection.close()
    assert soon(lambda: not alive(worker)) < 0.5


def test_request_that_is_still_arriving_is_answered(start):
    server = start()
    worker = int(server.get())
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        time.sleep(0.2)
        os.kill(worker, signal.SIGTERM)
        time.sleep(0.6)
        half.sendall(b"\r\n")
        assert half.recv(1000).startswith(b"HTTP/1.1 200")


def test_held_requests_are_let_go_by_the_drain_callbacks(start):
    server = start()
    worker = int(server.get())
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(server.get("/held"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    os.kill(worker, signal.SIGTERM)
    for thread in threads:
        thread.join(5)
    assert answers == ["drained"] * 20
    assert soon(lambda: not alive(worker)) < 0.5


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGQUIT])
def test_quick_stop_does_not_wait_long(start, signum):
    server = start()
    worker = int(server.get())
    connection = server.connect()
    connection.request("GET", "/held")
    time.sleep(0.2)
    os.kill(worker, signum)
    assert connection.getresponse().read() == b"drained"
    connection.close()
    assert soon(lambda: not alive(worker)) < 1.5


def test_master_stops_within_a_second(start):
    server = start(2)
    server.get()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(server.process.pid, 0)


def test_reload_replaces_the_workers_and_refuses_nobody(start):
    server = start(2)
    before = {server.get() for _ in range(20)}
    server.process.send_signal(signal.SIGHUP)
    recent: list[str] = []
    deadline = time.monotonic() + 10
    while len(recent) < 40 or before.intersection(recent):
        assert time.monotonic() < deadline
        recent = [*recent, server.get()][-40:]
    soon(lambda: not any(alive(int(pid)) for pid in before))


def test_killed_worker_is_replaced(start):
    server = start()

    def kill_one() -> float:
        worker = server.get()
        os.kill(int(worker), signal.SIGKILL)
        return soon(lambda: server.get() != worker)

    # The quickest of three: now and then a busy machine has other things to do.
    assert min(kill_one() for _ in range(3)) < 2


def test_worker_leaves_when_its_master_is_killed(start):
    server = start()
    worker = int(server.get())
    connection = server.connect()
    connection.request("GET", "/slow")
    time.sleep(0.2)
    server.process.kill()
    assert connection.getresponse().read().decode() == str(worker)
    connection.close()
    soon(lambda: not alive(worker), 2)


def test_get_line_of_thirteen_kilobytes(start):
    server = start()
    assert server.get("/length?" + "a" * 13_000) == "13000"
    connection = server.connect()
    connection.request("GET", "/length?" + "a" * 33_000)
    assert connection.getresponse().status == 414
    connection.close()


def test_sockets_and_limits(start):
    assert start().get("/options") == "True True"


def test_preloading_is_refused(tmp_path):
    server = Gunicorn(tmp_path, 1, "--preload")
    try:
        assert server.process.wait(10) == 1
        assert "--preload" in server.log.read_text()
    finally:
        server.end()
